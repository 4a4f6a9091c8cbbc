-- Tells everything a push script can reach: names, types, and what wrong calls say. One Info line each.
local function say(text) dovecot.i_info("DUMP " .. text) end

local function kind(value)
  return math.type and math.type(value) or type(value)
end

local function sorted(value)
  local names = {}
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
  return names
end

local function show(value)
  local of = kind(value)
  if of == "string" then
    return 'string "' .. value:gsub('[%c"\\]', function(c) return string.format("\\%03d", c:byte()) end) .. '"'
  end
  if of == "table" or of == "function" or of == "userdata" or of == "thread" then return of end
  return of .. " " .. tostring(value)
end

local function fields(name, value)
  for _, key in ipairs(sorted(value)) do say(name .. "." .. tostring(key) .. " = " .. kind(value[key])) end
end

local function meta(name, value)
  local found = getmetatable(value)
  say(name .. " is a " .. kind(value) .. " with the metatable " .. kind(found))
  if type(found) == "table" then
    fields("meta(" .. name .. ")", found)
    if type(found.__index) == "table" and found.__index ~= found then fields("index(" .. name .. ")", found.__index) end
    local real = debug.getregistry()
    for key, registered in pairs(real) do
      if registered == found then say(name .. " is registered as " .. tostring(key)) end
    end
  end
end

local function try(name, call, ...)
  local results = table.pack(pcall(call, ...))
  local shown = {}
  for place = 1, results.n do shown[place] = show(results[place]) end
  say(name .. " -> " .. table.concat(shown, ", "))
  return results[2]
end

local function values(name, value)
  for _, key in ipairs(sorted(value)) do say(name .. "." .. tostring(key) .. " = " .. show(value[key])) end
end

function script_init()
  say("_VERSION " .. _VERSION)
  fields("_G", _G)
  for _, library in ipairs({"string", "table", "math", "io", "os", "debug", "coroutine", "utf8", "package", "bit32"}) do
    if _G[library] then fields(library, _G[library]) end
  end
  fields("package.loaded", package.loaded)
  say("package.path " .. package.path)
  say("package.cpath " .. package.cpath)
  fields("dovecot", dovecot)
  meta("dovecot", dovecot)
  for _, key in ipairs(sorted(dovecot)) do
    if type(dovecot[key]) == "table" then values("dovecot." .. key, dovecot[key]); meta("dovecot." .. key, dovecot[key]) end
  end
  for _, name in ipairs({"i_debug", "i_info", "i_warning", "i_error", "event", "has_flag", "set_flag", "clear_flag",
      "restrict_global_variables", "gettimeofday", "nanoseconds", "microseconds", "net_ip_family", "tabescape",
      "tabunescape", "split_tabescaped", "base64", "json", "var_expand", "dict", "doveadm_client"}) do
    say("dovecot." .. name .. " is a " .. kind(dovecot[name]))
  end
  try("i_info()", dovecot.i_info)
  try("i_info(nil)", dovecot.i_info, nil)
  try("i_info({})", dovecot.i_info, {})
  try("i_info(true)", dovecot.i_info, true)
  try("i_info(12)", dovecot.i_info, 12)
  try("i_info(1.5)", dovecot.i_info, 1.5)
  try("i_info(a, b)", dovecot.i_info, "a", "b")
  try("i_debug(x)", dovecot.i_debug, "x")
  try("i_warning(x)", dovecot.i_warning, "x")
  try("i_error(x)", dovecot.i_error, "x")
  try("i_info(two lines)", dovecot.i_info, "one\ntwo")
  try("has_flag(6, 2)", dovecot.has_flag, 6, 2)
  try("has_flag(6, 1)", dovecot.has_flag, 6, 1)
  try("has_flag(6.5, 1)", dovecot.has_flag, 6.5, 1)
  try("has_flag(6)", dovecot.has_flag, 6)
  try("has_flag(a, 1)", dovecot.has_flag, "a", 1)
  try("set_flag(4, 2)", dovecot.set_flag, 4, 2)
  try("clear_flag(6, 2)", dovecot.clear_flag, 6, 2)
  try("clear_flag()", dovecot.clear_flag)
  try("restrict_global_variables()", dovecot.restrict_global_variables)
  try("restrict_global_variables(1)", dovecot.restrict_global_variables, 1)
  for _, name in ipairs({"gettimeofday", "nanoseconds", "microseconds"}) do
    if dovecot[name] then say(name .. "() gives " .. kind(dovecot[name]())) end
  end
  if dovecot.gettimeofday then fields("gettimeofday", dovecot.gettimeofday()) end
  if dovecot.net_ip_family then
    try("net_ip_family(127.0.0.1)", dovecot.net_ip_family, "127.0.0.1")
    try("net_ip_family(::1)", dovecot.net_ip_family, "::1")
    try("net_ip_family(x)", dovecot.net_ip_family, "x")
    try("net_ip_family()", dovecot.net_ip_family)
  end
  if dovecot.tabescape then
    try("tabescape", dovecot.tabescape, "a\tb\nc\rd\001e\000f")
    try("tabunescape", dovecot.tabunescape, "a\001tb\001nc\001rd\0011e\0010f")
    local parts = dovecot.split_tabescaped("a\001tb\tc\t\td")
    say("split_tabescaped " .. kind(parts))
    values("split", parts)
    try("tabescape()", dovecot.tabescape)
    try("split_tabescaped()", dovecot.split_tabescaped)
  end

  local event = dovecot.event()
  meta("event", event)
  if type(event) == "table" then fields("event", event) end
  local through = event:passthrough_event()
  meta("passthrough", through)
  if type(through) == "table" then fields("passthrough", through) end
  -- Until it is logged, the next one ends the process.
  try("passthrough.log_debug", through.log_debug, through, "through")
  try("event.append_log_prefix()", event.append_log_prefix, event)
  try("event.append_log_prefix(1)", event.append_log_prefix, event, 1)
  try("event.append_log_prefix(nil)", event.append_log_prefix, event, nil)
  try("event.append_log_prefix without event", event.append_log_prefix, "x")
  try("event.add_int(a)", event.add_int, event, "a")
  try("event.add_int(a, 1)", event.add_int, event, "a", 1)
  try("event.add_int(a, 1.5)", event.add_int, event, "a", 1.5)
  try("event.add_int(a, x)", event.add_int, event, "a", "x")
  try("event.inc_int(a, 2)", event.inc_int, event, "a", 2)
  try("event.inc_int(a)", event.inc_int, event, "a")
  try("event.add_str(a)", event.add_str, event, "a")
  try("event.add_str(a, 1)", event.add_str, event, "a", 1)
  try("event.add_str(a, nil)", event.add_str, event, "a", nil)
  try("event.add_str(a, {})", event.add_str, event, "a", {})
  try("event.add_timeval(a, 1)", event.add_timeval, event, "a", 1)
  try("event.add_timeval(a, 1, 2)", event.add_timeval, event, "a", 1, 2)
  try("event.set_name(x)", event.set_name, event, "x")
  try("event.set_name()", event.set_name, event)
  try("event.set_always_log_source()", event.set_always_log_source, event)
  try("event.log_info()", event.log_info, event)
  try("event.log_info(text)", event.log_info, event, "logged")
  try("event.log_debug(text)", event.log_debug, event, "logged")
  try("event.log_warning(text)", event.log_warning, event, "logged")
  try("event.log_error(text)", event.log_error, event, "logged")
  try("dovecot.event(1)", dovecot.event, 1)
  try("dovecot.event(nil)", dovecot.event, nil)
  dovecot.event():set_name("n"):append_log_prefix("one: "):append_log_prefix("two: "):log_info("prefixes")
  dovecot.event():replace_log_prefix("other: "):log_info("replaced")
  dovecot.event(dovecot.event():append_log_prefix("mother: ")):append_log_prefix("child: "):log_info("nested")
  if event.set_forced_debug then
    dovecot.event():set_forced_debug():log_debug("forced")
    dovecot.event():set_forced_debug():unset_forced_debug():log_debug("forced no more")
  end

  local http = dovecot.http
  meta("http", http)
  fields("http", http)
  try("http.client()", http.client)
  try("http.client(1)", http.client, 1)
  try("http.client unknown", http.client, {nonsense = 1})
  try("http.client 2.3 time", http.client, {request_timeout_msecs = 500})
  try("http.client 2.3 wrong time", http.client, {request_timeout_msecs = "x"})
  try("http.client negative", http.client, {max_attempts = -1})
  try("http.client wrong boolean", http.client, {debug = "yes"})
  try("http.client 2.4 time", http.client, {request_timeout = "500ms"})
  try("http.client 2.4 wrong time", http.client, {request_timeout = "x"})
  local client = http.client({})
  meta("client", client)
  if type(client) == "table" then fields("client", client) end
  try("client.request()", client.request, client)
  try("client.request({})", client.request, client, {})
  try("client.request(foo)", client.request, client, {url = "foo"})
  try("client.request wrong url", client.request, client, {url = 1})
  try("client.request no method", client.request, client, {url = "http://127.0.0.1:1/"})
  try("client.request wrong method", client.request, client, {url = "http://127.0.0.1:1/", method = {}})
  local request = client:request({url = "http://127.0.0.1:1/", method = "POST"})
  meta("request", request)
  if type(request) == "table" then fields("request", request) end
  try("request.add_header(a)", request.add_header, request, "a")
  try("request.add_header(a, b)", request.add_header, request, "a", "b")
  try("request.add_header(a b, c)", request.add_header, request, "a b", "c")
  try("request.remove_header(a)", request.remove_header, request, "a")
  try("request.remove_header()", request.remove_header, request)
  try("request.set_payload()", request.set_payload, request)
  try("request.set_payload(x)", request.set_payload, request, "x")
  local response = request:submit()
  meta("response", response)
  if type(response) == "table" then fields("response", response) end
  try("response.status", response.status, response)
  try("response.reason", response.reason, response)
  try("response.payload", response.payload, response)
  try("response.header(x)", response.header, response, "x")
  try("response.header()", response.header, response)
  return 0
end

local function describe_user(user)
  fields("user", user)
  meta("user", user)
  for _, key in ipairs({"admin", "anonymous", "autocreated", "dsyncing", "fuzzy_search", "mail_debug", "nonexistent",
      "session_restored", "gid", "home", "service", "uid", "username"}) do
    if key ~= "home" then say("user." .. key .. " = " .. show(user[key])) end
  end
  say("tostring(user) " .. tostring(user))
  say("user == user " .. tostring(user == user))
  for _, call in ipairs({"plugin_getenv", "var_expand", "mailbox", "metadata_get", "metadata_set", "metadata_unset",
      "metadata_list"}) do
    say("user." .. call .. " is a " .. kind(user[call]))
    if user[call] then
      try("user." .. call .. "()", user[call], user)
      -- plugin_getenv looks at no type: without a name it ends the process.
      if call ~= "plugin_getenv" then try("user." .. call .. "({})", user[call], user, {}) end
      try("user." .. call .. " without user", user[call])
      try("user." .. call .. " of a string", user[call], "x")
    end
  end
  if user.plugin_getenv then
    try("plugin_getenv(known)", user.plugin_getenv, user, "push_lua_url")
    try("plugin_getenv(unknown)", user.plugin_getenv, user, "nothing")
    try("plugin_getenv(1)", user.plugin_getenv, user, 1)
    try("plugin_getenv(a, b)", user.plugin_getenv, user, "a", "b")
  end
  for _, format in ipairs({"%u|%n|%d|%s", "%{user}", "%{nope}", "%{user | upper}", "%%", "plain", "%Lu", "%{home", ""}) do
    try("var_expand(" .. format .. ")", user.var_expand, user, format)
  end
end

local function describe_metadata(name, object)
  try(name .. ":get(missing)", object.metadata_get, object, "/private/nothing")
  try(name .. ":set", object.metadata_set, object, "/private/dump", "value")
  try(name .. ":set other", object.metadata_set, object, "/shared/dump", "shared value")
  try(name .. ":get", object.metadata_get, object, "/private/dump")
  try(name .. ":get two", object.metadata_get, object, "/private/dump", "/private/nothing", "/shared/dump")
  try(name .. ":get wrong prefix", object.metadata_get, object, "/nothing/dump")
  try(name .. ":get no slash", object.metadata_get, object, "dump")
  try(name .. ":get empty", object.metadata_get, object, "")
  try(name .. ":get private", object.metadata_get, object, "/private")
  try(name .. ":get private slash", object.metadata_get, object, "/private/")
  try(name .. ":get capitals", object.metadata_get, object, "/PRIVATE/DUMP")
  try(name .. ":set number", object.metadata_set, object, "/private/number", 12)
  try(name .. ":get number", object.metadata_get, object, "/private/number")
  try(name .. ":set lines", object.metadata_set, object, "/private/lines", "one\ntwo\tthree")
  try(name .. ":get lines", object.metadata_get, object, "/private/lines")
  try(name .. ":set empty", object.metadata_set, object, "/private/empty", "")
  try(name .. ":get empty value", object.metadata_get, object, "/private/empty")
  try(name .. ":set nil", object.metadata_set, object, "/private/dump2", nil)
  try(name .. ":set table", object.metadata_set, object, "/private/dump2", {})
  try(name .. ":set wrong prefix", object.metadata_set, object, "/nothing", "x")
  local listed = try(name .. ":list", object.metadata_list, object, "/private/")
  if type(listed) == "table" then values(name .. " list", listed) end
  listed = try(name .. ":list two", object.metadata_list, object, "/private/du", "/shared/")
  if type(listed) == "table" then values(name .. " list two", listed) end
  try(name .. ":list wrong", object.metadata_list, object, "nothing")
  try(name .. ":unset", object.metadata_unset, object, "/private/dump")
  try(name .. ":unset missing", object.metadata_unset, object, "/private/dump")
  try(name .. ":get unset", object.metadata_get, object, "/private/dump")
  for _, key in ipairs({"/shared/dump", "/private/number", "/private/lines", "/private/empty"}) do
    object:metadata_unset(key)
  end
end

local function describe_mailbox(user)
  local box = user:mailbox("INBOX")
  meta("mailbox", box)
  fields("mailbox", box)
  say("mailbox.name = " .. show(box.name) .. ", vname = " .. show(box.vname))
  say("tostring(mailbox) " .. tostring(box))
  say("mailbox == mailbox " .. tostring(box == user:mailbox("INBOX")))
  try("mailbox.status before open", box.status, box, dovecot.storage.STATUS_MESSAGES)
  try("mailbox.open", box.open, box)
  try("mailbox.open again", box.open, box)
  try("mailbox.sync", box.sync, box)
  try("mailbox.sync(fast)", box.sync, box, dovecot.storage.MAILBOX_SYNC_FLAG_FAST)
  try("mailbox.sync(x)", box.sync, box, "x")
  try("mailbox.status()", box.status, box)
  try("mailbox.status(x)", box.status, box, "x")
  local status = try("mailbox.status", box.status, box, dovecot.storage.STATUS_MESSAGES, dovecot.storage.STATUS_KEYWORDS,
    dovecot.storage.STATUS_UIDNEXT, dovecot.storage.STATUS_UNSEEN, dovecot.storage.STATUS_RECENT)
  if type(status) == "table" then
    for _, key in ipairs(sorted(status)) do say("status." .. key .. " = " .. kind(status[key])) end
    for _, key in ipairs({"mailbox", "messages", "unseen", "recent", "uidnext", "uidvalidity", "first_unseen_seq"}) do
      say("status." .. key .. " = " .. show(status[key]))
    end
  end
  status = box:status(dovecot.storage.STATUS_UIDVALIDITY)
  for _, key in ipairs({"messages", "unseen", "uidnext", "uidvalidity", "keywords"}) do
    say("status of uidvalidity." .. key .. " = " .. show(status[key]))
  end
  describe_metadata("mailbox", box)
  try("mailbox.close", box.close, box)
  try("mailbox.free", box.free, box)
  local missing = user:mailbox("Nope")
  say("missing.name = " .. show(missing.name))
  try("missing.open", missing.open, missing)
  try("missing.sync", missing.sync, missing)
  try("missing.status", missing.status, missing, dovecot.storage.STATUS_MESSAGES)
  missing:free()
  try("mailbox with flags", user.mailbox, user, "INBOX", dovecot.storage.MAILBOX_FLAG_READONLY)
  try("mailbox with wrong flags", user.mailbox, user, "INBOX", "x")
  try("mailbox()", user.mailbox, user)
end

function dovecot_lua_notify_begin_txn(user)
  describe_user(user)
  describe_metadata("user", user)
  describe_mailbox(user)
  return {}
end

local function describe_event(context, event)
  for _, key in ipairs(sorted(event)) do
    say("event." .. key .. " = " .. (key == "uid_validity" and kind(event[key]) or show(event[key])))
    if type(event[key]) == "table" then values("event." .. key, event[key]) end
  end
  meta("event table", event)
end

dovecot_lua_notify_event_message_new = describe_event
dovecot_lua_notify_event_message_append = describe_event

function dovecot_lua_notify_end_txn(context, success)
  say("end " .. show(context) .. " " .. show(success))
end
