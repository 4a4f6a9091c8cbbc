-- What a script finds when it looks into the mailbox of each event, then and at the end of the transaction.
local WANTED = {
  dovecot.storage.STATUS_MESSAGES, dovecot.storage.STATUS_RECENT, dovecot.storage.STATUS_UNSEEN,
  dovecot.storage.STATUS_UIDNEXT, dovecot.storage.STATUS_FIRST_UNSEEN_SEQ, dovecot.storage.STATUS_FIRST_RECENT_UID,
}
local FIELDS = {"messages", "recent", "unseen", "uidnext", "first_unseen_seq", "first_recent_uid"}
local function show(ctx, where, name)
  local box = ctx.user:mailbox(name)
  box:sync()
  local status, found = box:status(table.unpack(WANTED)), {}
  box:free()
  for place, field in ipairs(FIELDS) do found[place] = field .. "=" .. tostring(status[field]) end
  ctx.event:log_info(where .. " " .. name .. " " .. table.concat(found, " "))
end
function dovecot_lua_notify_begin_txn(user)
  local ctx = {user = user, event = dovecot.event(), seen = {}}
  show(ctx, "begin", "INBOX")
  return ctx
end
for _, name in ipairs({"message_append", "message_new", "message_expunge", "flags_set", "flags_clear"}) do
  _G["dovecot_lua_notify_event_" .. name] = function(ctx, event)
    show(ctx, event.name, event.mailbox)
    ctx.mailbox = event.mailbox
  end
end
function dovecot_lua_notify_end_txn(ctx)
  if ctx.mailbox then show(ctx, "end", ctx.mailbox) end
end
