-- Has a function for every event, which does nothing.
local function nothing()
end

function dovecot_lua_notify_begin_txn(user)
  return {}
end

for _, name in ipairs({
  "flags_clear", "flags_set", "mailbox_create", "mailbox_delete", "mailbox_rename", "mailbox_subscribe",
  "mailbox_unsubscribe", "message_append", "message_expunge", "message_new", "message_read", "message_trash",
}) do
  _G["dovecot_lua_notify_event_" .. name] = nothing
end

dovecot_lua_notify_end_txn = nothing
