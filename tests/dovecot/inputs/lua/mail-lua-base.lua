-- The part of a script that the lua driver calls; each function says that it was called.
local function said(...)
  local parts = table.pack(...)
  for number = 1, parts.n do parts[number] = tostring(parts[number]) end
  dovecot.i_info("said: " .. table.concat(parts, " "))
end

said("top")
count = 0

function script_init()
  said("script_init")
  return 0
end

function script_deinit()
  said("script_deinit")
end

function dovecot_lua_notify_begin_txn(user)
  count = count + 1
  said("begin", count, user.username)
  return user.username
end

function dovecot_lua_notify_event_message_new(context, event)
  said("new", context, event.mailbox)
end

function dovecot_lua_notify_event_message_append(context, event)
  said("append", context, event.mailbox)
end

function dovecot_lua_notify_end_txn(context, success)
  said("end", context, success)
end
