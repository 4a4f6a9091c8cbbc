-- Logs every field of a new message as "field NAME HEX"; a number as its decimal digits.
local function hex(text)
  return (text:gsub(".", function(c) return string.format("%02x", c:byte()) end))
end

function dovecot_lua_notify_begin_txn(user)
  return {}
end

function dovecot_lua_notify_event_message_new(context, event)
  for name, value in pairs(event) do
    if type(value) == "string" then
      dovecot.i_info("field " .. name .. " " .. hex(value))
    elseif type(value) == "number" then
      dovecot.i_info("field " .. name .. " " .. string.format("%d", value))
    end
  end
end

function dovecot_lua_notify_end_txn(context, success)
end
