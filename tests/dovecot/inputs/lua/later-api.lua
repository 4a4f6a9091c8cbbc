-- What the Lua API of Dovecot 2.4.4 has beside that of 2.4.1: each call with its results or error.

local function show(value)
  if type(value) == "string" then
    return '"' .. value:gsub("[^ -~]", function(byte) return ("\\x%02x"):format(byte:byte()) end) .. '"'
  end
  return (tostring(value):gsub("0x%x+", "@address@"))
end

local function try(name, call, ...)
  local results = table.pack(pcall(call, ...))
  for place = 1, results.n do results[place] = show(results[place]) end
  dovecot.i_info(name .. " = " .. table.concat(results, " | "))
end

local function describe(name, object)
  local names = {}
  for key, value in pairs(object) do names[#names + 1] = key .. " " .. type(value) end
  table.sort(names)
  dovecot.i_info(name .. " has " .. table.concat(names, ", ") .. "; its metatable is a " .. type(getmetatable(object)))
end

-- Texts that are the same in every run.
local seed = 42
local function random(most)
  seed = (seed * 1103515245 + 12345) % 2147483648
  return math.floor(seed / 65536) % most + 1
end

local SIGNS = {"Y", "W", "J", "j", "Q", "=", "=", " ", "\t", "\v", "\f", "\n", "\r", "/", "+", "-", "\0", "x", "9", "!", "\255"}

local function base64()
  local encode, decode = dovecot.base64.encode, dovecot.base64.decode
  describe("dovecot.base64", dovecot.base64)
  for _, text in ipairs({"", "a", "ab", "abc", "a\0b", "\255\254", ("x"):rep(100), 12, 1.5}) do
    try("encode " .. show(text), encode, text)
  end
  for _, text in ipairs({"", "YQ==", "YWI=", "YQ", "Y", "YWJjY", "YWJj YWJj", "YQ==YQ==", "====", "-_-_", 1234}) do
    try("decode " .. show(text), decode, text)
  end
  for _ = 1, 400 do
    local text = ""
    for _ = 1, random(9) do text = text .. SIGNS[random(#SIGNS)] end
    try("decode " .. show(text), decode, text)
  end
  for name, call in pairs({encode = encode}) do
    try(name .. " nil", call, nil)
    try(name .. " nothing", call)
    try(name .. " two", call, "a", "b")
    try(name .. " a table", call, {})
  end
  try("decode nothing", decode)
  try("encode as a method", function() return dovecot.base64:encode("x") end)
  try("encode in a line", function()
    local text = dovecot.base64.encode({})
    return text
  end)
end

local TEXTS = {
  "", "plain", "%{user}", "%{home}", "%{", "a%{b", "%u", "%%", "%{literal('a') | upper}", "%{nothing:x}", "a\0b",
  "%{username | default('q')}", "%{literal(\"y\")}", "%{if(1,'==',1,'a','b')}", "%{'a' | nofilter}", "%{lookup('x')}",
  "%{literal('x') | md5 | hex}", "%{literal('abc') | base64}", 12,
}

local function var_expand()
  for _, text in ipairs(TEXTS) do try("var_expand " .. show(text), dovecot.var_expand, text) end
  try("var_expand nil", dovecot.var_expand, nil)
  try("var_expand nothing", dovecot.var_expand)
  try("var_expand two", dovecot.var_expand, "a", "b")
end

local function requests()
  local client = dovecot.http.client({})
  local request = client:request({url = "http://127.0.0.1:1/a%20b?c=%20d"})
  describe("a request", request)
  describe("its event", request:get_event())
  request:get_event():log_info("in the client's event")
  local own = dovecot.event()
  own:append_log_prefix("own: ")
  try("set_event", request.set_event, request, own)
  request:get_event():log_info("in my event")
  try("set_event nothing", request.set_event, request)
  try("set_event a number", request.set_event, request, 1)
  try("get_event two", request.get_event, request, 1)
  try("get_event nothing", request.get_event)
  local other = dovecot.http.client({})
  local second = other:request({url = "http://user:secret@[::1]/", method = "PUT"})
  second:get_event():log_info("of the second client")
  local event = second:get_event()
  event:append_log_prefix("changed: ")
  second:get_event():log_info("seen again")
  second:set_event(event)
  second:get_event():log_info("below itself")
  client:request({url = "http://127.0.0.1"}):get_event():log_info("of the first client")
end

function dovecot_lua_notify_begin_txn(user)
  base64()
  var_expand()
  requests()
  return {}
end

function dovecot_lua_notify_event_message_new(context, event)
  local first = dovecot.event():passthrough_event()
  local second = dovecot.event():passthrough_event()
  second:append_log_prefix("passed through: ")
  second:log_info("logged")
  dovecot.event():passthrough_event():log_info("at once")
  local third = dovecot.event():passthrough_event()
  dovecot.i_info("the third is left")
end

function dovecot_lua_notify_end_txn(context, success)
  pcall(function()
    local event = dovecot.event():passthrough_event()
    error("x")
  end)
end

function script_deinit()
  local event = dovecot.event():passthrough_event()
end

local event = dovecot.event():passthrough_event()
