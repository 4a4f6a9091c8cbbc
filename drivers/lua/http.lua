-- dovecot.http: clients, requests and responses, which are plain tables with their methods in them.
-- The chunk is given the host's functions, what this version has, and the argument checks of api.lua.
local host, version, checks = ...

local error, format, ipairs, pairs, select, tonumber, tostring, type =
  error, string.format, ipairs, pairs, select, tonumber, tostring, type
local require_arguments, check_string, check, object = checks.require_arguments, checks.check_string, checks.check, checks.object
local bad_argument, c_string = checks.bad_argument, checks.c_string

local CLIENT, REQUEST, RESPONSE = "struct http_client", "struct http_client_request", "struct http_response"
local EVENT = "struct event"

local function with(methods)
  local made = {}
  for name, call in pairs(methods) do made[name] = call end
  return made
end

local response_methods = {}
function response_methods.status(...)
  local self = ...
  require_arguments(select("#", ...), 1)
  return check(self, 1, RESPONSE).status
end
function response_methods.payload(...)
  local self = ...
  require_arguments(select("#", ...), 1)
  return check(self, 1, RESPONSE).payload
end
function response_methods.reason(...)
  local self = ...
  require_arguments(select("#", ...), 1)
  return check(self, 1, RESPONSE).reason
end
function response_methods.header(...)
  local self, first = ...
  require_arguments(select("#", ...), 2)
  local data = check(self, 1, RESPONSE)
  return host.http_header(data.headers, check_string(first, 2))
end

local request_methods = {}
function request_methods.add_header(...)
  local self, name, value = ...
  require_arguments(select("#", ...), 3)
  local data = check(self, 1, REQUEST)
  name, value = check_string(name, 2), check_string(value, 3)
  if value:find("[\r\n]") then
    host.panic(version.header_assertion)
    error("panic", 0)
  end
  for _, header in ipairs(data.headers) do
    if header[1]:lower() == name:lower() then
      header[2] = value
      return
    end
  end
  data.headers[#data.headers + 1] = {name, value}
end
function request_methods.remove_header(...)
  local self, first = ...
  require_arguments(select("#", ...), 2)
  local data = check(self, 1, REQUEST)
  local name, kept = check_string(first, 2):lower(), {}
  for _, header in ipairs(data.headers) do
    if header[1]:lower() ~= name then kept[#kept + 1] = header end
  end
  data.headers = kept
end
function request_methods.set_payload(...)
  local self, first, sync = ...
  local count = select("#", ...)
  require_arguments(count, 2, version.payload_arguments)
  local data = check(self, 1, REQUEST)
  data.payload = check_string(first, 2)
  data.asks_first = version.always_asks_first or not not sync
end
function request_methods.submit(...)
  local self = ...
  require_arguments(select("#", ...), 1)
  local data = check(self, 1, REQUEST)
  local status, reason, headers, payload =
    host.http_submit(data.client, data.method, data.url, data.headers, data.payload, data.asks_first)
  data.is_submitted = true
  local answer = {status = status, reason = reason, headers = headers, payload = payload}
  return object(with(response_methods), nil, answer)
end

-- Since 2.4.3 a script can log in a request's event, or put it below one of its own.

local clients, requests = 0, 0

local function request_event(data, parent)
  local label = format("request [Req%d: %s %s]: ", data.number, data.method, data.shown_url)
  return {prefix = label, parent = parent}
end

if version.request_event then
  function request_methods.set_event(...)
    local self, event = ...
    require_arguments(select("#", ...), 2)
    local data = check(self, 1, REQUEST)
    data.event = request_event(data, checks.check_event(event, 2))
  end
  function request_methods.get_event(...)
    local self = ...
    require_arguments(select("#", ...), 1)
    local data = check(self, 1, REQUEST)
    if data.is_submitted then
      host.crash("the event of a request was asked for after the request was submitted")
      error("crash", 0)
    end
    return checks.push_event(data.event)
  end
end

local client_methods = {}
function client_methods.request(...)
  local self, wanted = ...
  require_arguments(select("#", ...), 2)
  local client = check(self, 1, CLIENT)
  if type(wanted) ~= "table" then bad_argument(2, "table expected, got " .. type(wanted), 2) end
  local url, method = wanted.url, wanted.method
  if url == nil then error("cannot create request: url not specified", 0) end
  if type(url) ~= "string" and type(url) ~= "number" then bad_argument(-1, "string expected, got " .. type(url), 2) end
  if method == nil then
    method = "GET"
  elseif type(method) ~= "string" and type(method) ~= "number" then
    bad_argument(-1, "string expected, got " .. type(method), 2)
  end
  url = c_string(url)
  local ok, shown_url = host.http_url(url)
  if not ok then error(shown_url, 0) end
  requests = requests + 1
  local data = {
    client = client.settings, url = url, shown_url = shown_url, method = c_string(method), headers = {}, number = requests,
  }
  data.event = request_event(data, client.event)
  return object(with(request_methods), nil, data)
end

local function checked_setting(settings, key, wanted, is_right)
  local value = settings[key]
  if value ~= nil and not is_right(value) then
    error(format("Invalid HTTP client setting: %s: %s expected", key, wanted), 0)
  end
  return value
end

-- A number is no text here, and a text no number.
local function is_text(value) return type(value) == "string" end
local function is_amount(value) return type(value) == "number" and value >= 0 and value < 2^32 and value % 1 == 0 end
local function is_boolean(value) return type(value) == "boolean" end
local KINDS = {
  {"text_settings", "string", is_text},
  {"number_settings", "non-negative number", is_amount},
  {"boolean_settings", "boolean", is_boolean},
}

dovecot.http = {}
function dovecot.http.client(...)
  require_arguments(select("#", ...), 1)
  local settings = ...
  if type(settings) ~= "table" then bad_argument(1, "table expected, got " .. type(settings), 2) end
  local values = {}
  if version.text_settings then
    for _, kind in ipairs(KINDS) do
      for _, key in ipairs(version[kind[1]]) do
        values[key] = checked_setting(settings, key, kind[2], kind[3])
      end
    end
    -- What is no text is no error here, and ignored.
    values.proxy_url = is_text(settings.proxy_url) and settings.proxy_url or nil
    local parent = settings.event_parent
    if parent ~= nil then
      if type(parent) == "table" then host.crash("event_parent was given to dovecot.http.client") end
      check(parent, -1, EVENT)
    end
  else
    if type(settings.event_parent) == "table" then check(settings.event_parent, -1, EVENT) end
    for key, value in pairs(settings) do
      if key ~= "event_parent" then
        values[tostring(key)] = (type(value) == "string" or type(value) == "number") and tostring(value)
      end
    end
  end
  local ok, client = host.http_client(values)
  if not ok then error("Invalid HTTP client setting: " .. client, 0) end
  clients = clients + 1
  local event = {prefix = format("http-client[%d]: ", clients), parent = checks.script_event}
  return object(with(client_methods), nil, {settings = client, event = event})
end
