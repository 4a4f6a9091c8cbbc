-- Logs how each call fails that is made in a wrong way from Lua code.
local wrong = {
  function(user) user:metadata_get("foo") end,
  function(user) user:metadata_get("/private/a", {}) end,
  function(user) user:metadata_set("foo", "x") end,
  function(user) user:metadata_set("/private/a") end,
  function(user) user:metadata_unset("foo") end,
  function(user) user:metadata_list("foo") end,
  function(user) user:metadata_list() end,
  function(user) user:mailbox() end,
  function(user) user:mailbox({}) end,
  function(user) user:mailbox("INBOX", "x") end,
  function(user) user.metadata_get("x", "/private/a") end,
  function(user) user:var_expand() end,
  function(user) user:mailbox("Nope"):open() end,
  function(user) user:mailbox("Nope"):sync() end,
  function(user) user:mailbox("Nope"):status(dovecot.storage.STATUS_MESSAGES) end,
  function(user) user:mailbox("Nope"):metadata_get("/private/a") end,
  function(user) user:mailbox("Nope"):metadata_list("/private/") end,
  function(user) user:mailbox("INBOX"):metadata_set("a", "b") end,
  function(user) user:mailbox("INBOX"):status() end,
  function(user) user:mailbox("INBOX"):status({}) end,
  function() dovecot.i_info() end,
  function() dovecot.i_info({}) end,
  function() dovecot.set_flag(1) end,
  function() dovecot.event():add_int("c", 3.5) end,
  function() dovecot.event():set_name() end,
  function() dovecot.http.client() end,
  function() dovecot.http.client("x") end,
  function() dovecot.http.client({}):request({}) end,
  function() dovecot.http.client({}):request({ url = "foo" }) end,
  function() dovecot.http.client({}):request("x") end,
  function() dovecot.http.client({}):request({ url = "http://127.0.0.1/" }):add_header("x") end,
  function() dovecot.http.client({ debug = "maybe" }) end,
  function() error("mine") end,
}

function dovecot_lua_notify_begin_txn(user)
  for number, call in ipairs(wrong) do
    local ok, text = pcall(call, user)
    dovecot.i_info("push_notification " .. number .. ": " .. tostring(ok) .. " " .. tostring(text))
  end
end

function dovecot_lua_notify_event_message_new(ctx, event)
end

function dovecot_lua_notify_end_txn(ctx, success)
end
