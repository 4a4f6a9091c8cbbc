-- Collects all fields of the events of a transaction, and joins them into one text.

function dovecot_lua_notify_begin_txn(user)
  return {user = user.username, lines = {}}
end

function dovecot_lua_notify_event_message_new(ctx, event)
  local fields = {}
  for name, value in pairs(event) do
    if type(value) == "table" then value = table.concat(value, " ") end
    fields[#fields + 1] = name .. "=" .. tostring(value)
  end
  table.sort(fields)
  ctx.lines[#ctx.lines + 1] = table.concat(fields, "&")
end

function dovecot_lua_notify_end_txn(ctx, success)
  collected = ctx.user .. ": " .. table.concat(ctx.lines, "\n")
end
