
-- The hooks of mail_lua; a case says what they do besides.
local is_internal
created, before, after = nil, nil, nil

function mail_user_created(user)
  count = count + 10
  is_internal = user.username:match("^raw") ~= nil
  said("created", user.username, user.service)
  if created then return created(user, is_internal) end
  return 0
end

function mail_user_deinit_pre(user)
  said("deinit_pre", user.username)
  if before then return before(user, is_internal) end
end

function mail_user_deinit(user)
  said("deinit", user.username)
  if after then return after(user, is_internal) end
end

