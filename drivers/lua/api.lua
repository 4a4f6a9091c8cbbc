-- What Dovecot offers to a push script besides HTTP: dovecot.*, events, users and mailboxes.
-- The chunk is given the host's functions and what this version of Dovecot has.
local host, version = ...

local collectgarbage, error, getinfo, ipairs, next, pairs, rawget, rawset, select, setmetatable, tonumber, tostring, type =
  collectgarbage, error, debug.getinfo, ipairs, next, pairs, rawget, rawset, select, setmetatable, tonumber, tostring, type
local find, format, sub = string.find, string.format, string.sub
local integer_of = math.tointeger or function(number) if number % 1 == 0 then return number end end

-- Arguments, as Lua's own library checks those of functions in C. The level of an error is that of who
-- called the function of the API; position 1 is the object of a method.

local CALLER = 3

local function require_arguments(count, least, most)
  if count < least or count > (most or least) then
    if most == nil or most == least then
      error(format("expected %d arguments, got %d", least, count), 0)
    end
    error(format(version.between_arguments, least, most, count), 0)
  end
end

local function require_parameter(count)
  if count < 2 then error("expecting at least 1 parameter", 0) end
end

-- The level is that of the function of the API: this one is called by it, or by a check that it calls.
local function bad_argument(position, text, level)
  level = level or CALLER
  local info = getinfo(level, "n")
  if info.namewhat == "method" then
    position = position - 1
    if position == 0 then error(format("calling '%s' on bad self (%s)", info.name, text), level + 1) end
  end
  error(format("bad argument #%d to '%s' (%s)", position, info.name or "?", text), level + 1)
end

local function type_name(value, position, count)
  if position > count then return "no value" end
  return type(value)
end

-- Text as C has it: up to its first NUL.
local function c_string(text)
  text = tostring(text)
  local stop = find(text, "\0", 1, true)
  return stop and sub(text, 1, stop - 1) or text
end

local function check_string(value, position, count)
  local kind = type(value)
  if kind ~= "string" and kind ~= "number" then
    bad_argument(position, "string expected, got " .. type_name(value, position, count or position))
  end
  return c_string(value)
end

local function check_integer(value, position, count)
  local number = value
  if type(value) == "string" then number = tonumber(value) end
  if type(number) ~= "number" then
    bad_argument(position, "number expected, got " .. type_name(value, position, count or position))
  end
  local whole = integer_of(number)
  if whole == nil then bad_argument(position, "number has no integer representation") end
  return whole
end

-- Objects: a table with a metatable of Dovecot's name; "item" is what it stands for.

local items = setmetatable({}, {__mode = "k"})

local function metatable(name, methods, others)
  local made = {__name = name, __index = methods}
  for key, value in pairs(others or {}) do made[key] = value end
  version.registered[name] = made
  return made
end

-- A metatable that holds its methods itself, as those of events do.
local function own_index(name, methods)
  methods.__name, methods.__index = name, methods
  version.registered[name] = methods
  return methods
end

local function object(fields, meta, data)
  fields.item = host.item()
  items[fields.item] = data
  return setmetatable(fields, meta)
end

local function check(value, position, name)
  if type(value) ~= "table" then
    error(format("Bad argument #%d, expected %s got %s", position, name, type(value)), 0)
  end
  local item = rawget(value, "item")
  local data = item ~= nil and items[item]
  if not data then
    host.crash("a " .. name .. " was expected, and another table given")
    error("crash", 0)
  end
  return data
end

-- Events

local EVENT, PASSTHROUGH = "struct event", "struct event_passthrough"
local event_metatable, passthrough_metatable
local script_event = {prefix = version.log_prefix}

-- Where the event was made that is passed through and not logged yet.
local open_passthrough

-- The prefix of an event's lines, and whether it takes the place of the process's own.
local function prefix_of(event)
  local text = ""
  while event do
    text = event.prefix .. text
    if event.replaces then return text, true end
    event = event.parent
  end
  return text, false
end

local function is_forced(event)
  while event do
    if event.forced ~= nil then return event.forced end
    event = event.parent
  end
  return false
end

local function logging(level, name, is_passthrough)
  return function(...)
    local self, first = ...
    require_arguments(select("#", ...), 2)
    local event = check(self, 1, name)
    local text = check_string(first, 2)
    local prefix, replaced = prefix_of(event)
    host.log(level, prefix .. text, is_forced(event), replaced)
    if is_passthrough then open_passthrough = nil end
    return self
  end
end

local function event_methods(name, is_passthrough)
  local methods = {}
  function methods.append_log_prefix(...)
    local self, first = ...
    require_arguments(select("#", ...), 2)
    local event = check(self, 1, name)
    event.prefix = check_string(first, 2)
    return self
  end
  function methods.replace_log_prefix(...)
    local self, first = ...
    require_arguments(select("#", ...), 2)
    local event = check(self, 1, name)
    event.prefix, event.replaces = check_string(first, 2), true
    return self
  end
  function methods.set_always_log_source(...)
    local self = ...
    require_arguments(select("#", ...), 1)
    check(self, 1, name)
    return self
  end
  function methods.set_name(...)
    local self, first = ...
    require_arguments(select("#", ...), 2)
    check(self, 1, name)
    check_string(first, 2)
    return self
  end
  function methods.add_str(...)
    local self, key, value = ...
    require_arguments(select("#", ...), 3)
    check(self, 1, name)
    check_string(key, 2)
    check_string(value, 3)
    return self
  end
  for _, number in ipairs({"add_int", "add_timeval", "inc_int"}) do
    methods[number] = function(...)
      local self, key, value = ...
      require_arguments(select("#", ...), 3)
      check(self, 1, name)
      check_string(key, 2)
      check_integer(value, 3)
      return self
    end
  end
  for _, level in ipairs({"debug", "info", "warning", "error"}) do
    methods["log_" .. level] = logging(level, name, is_passthrough)
  end
  return methods
end

local function new_event(parent)
  return object({}, event_metatable, {prefix = "", parent = parent})
end

-- Gives up an event that was not logged; before 2.4.3 it stays as it is.
local function abort_passthrough()
  if not version.has.event_abort or not open_passthrough then return end
  host.log("error", script_event.prefix .. "Passthrough event leaked by Lua script at " .. open_passthrough, false, false)
  open_passthrough = nil
end

local function place_of(level)
  local info = getinfo(level + 1, "Sl")
  local file = sub(info.source, 1, 1) == "@" and info.source:match("[^/]*$") or "<non-file location>"
  return file .. ":" .. info.currentline
end

local methods = event_methods(EVENT, false)
function methods.passthrough_event(...)
  local self = ...
  require_arguments(select("#", ...), 1)
  local parent = check(self, 1, EVENT)
  abort_passthrough()
  if open_passthrough then
    host.panic("Can't create multiple passthrough events - finish the earlier with ->event()")
    error("panic", 0)
  end
  open_passthrough = place_of(2)
  return object({}, passthrough_metatable, {prefix = "", parent = parent})
end
if version.has.set_forced_debug then
  for call, forced in pairs({set_forced_debug = true, unset_forced_debug = false}) do
    methods[call] = function(...)
      local self = ...
      require_arguments(select("#", ...), 1)
      check(self, 1, EVENT).forced = forced
      return self
    end
  end
end
event_metatable = own_index(EVENT, methods)
passthrough_metatable = own_index(PASSTHROUGH, event_methods(PASSTHROUGH, true))

-- dovecot

local library = {}

for _, level in ipairs({"debug", "info", "warning", "error"}) do
  library["i_" .. level] = function(...)
    require_arguments(select("#", ...), 1)
    host.log(level, check_string((...), 1), true, false)
  end
end

function library.event(...)
  local count = select("#", ...)
  require_arguments(count, 0, 1)
  return new_event(count == 1 and check((...), 1, EVENT) or script_event)
end

function library.has_flag(...)
  require_arguments(select("#", ...), 2)
  local value, flag = ...
  return host.has_flag(check_integer(value, 1), check_integer(flag, 2))
end

function library.set_flag(...)
  require_arguments(select("#", ...), 2)
  local value, flag = ...
  return host.set_flag(check_integer(value, 1), check_integer(flag, 2))
end

function library.clear_flag(...)
  require_arguments(select("#", ...), 2)
  local value, flag = ...
  return host.clear_flag(check_integer(value, 1), check_integer(flag, 2))
end

local strict = {
  __index = function(_, name)
    error(format("attempt to write to read undeclared global variable %s", check_string(name, 2)), 0)
  end,
  __newindex = function(globals, name, value)
    if type(value) == "function" then return rawset(globals, name, value) end
    error(format("attempt to write to undeclared global variable %s", check_string(name, 2)), 0)
  end,
}

function library.restrict_global_variables(...)
  require_arguments(select("#", ...), 1)
  setmetatable(_G, (...) and strict or {})
end

if version.has.tabescape then
  function library.gettimeofday(...)
    require_arguments(select("#", ...), 0)
    local seconds, microseconds = host.time()
    return {tv_sec = seconds, tv_usec = microseconds}
  end
  function library.nanoseconds(...)
    require_arguments(select("#", ...), 0)
    return host.nanoseconds()
  end
  function library.microseconds(...)
    require_arguments(select("#", ...), 0)
    return host.microseconds()
  end
  function library.net_ip_family(...)
    require_arguments(select("#", ...), 1)
    return host.ip_family(check_string((...), 1))
  end
  function library.tabescape(...)
    require_arguments(select("#", ...), 1)
    return host.tabescape(check_string((...), 1))
  end
  function library.tabunescape(...)
    require_arguments(select("#", ...), 1)
    return host.tabunescape(check_string((...), 1))
  end
  function library.split_tabescaped(...)
    require_arguments(select("#", ...), 1)
    return host.split_tabescaped(check_string((...), 1))
  end
end

if version.has.base64 then
  function library.var_expand(...)
    require_arguments(select("#", ...), 1)
    local ok, text = host.var_expand_alone(check_string((...), 1))
    if not ok then error(text, 0) end
    return text
  end
end

library.__index, library.__name = library, "dovecot"
version.registered.dovecot = library
dovecot = setmetatable({}, library)
if version.has.base64 then
  dovecot.base64 = {}
  for _, name in ipairs({"encode", "decode"}) do
    dovecot.base64[name] = function(...)
      require_arguments(select("#", ...), 1)
      check_string((...), 1)
      return host["base64_" .. name](tostring((...)))
    end
  end
end
dovecot.storage = setmetatable(version.storage, own_index("storage", {}))

if version.has.dict then
  dovecot.dict = setmetatable(version.dict, own_index("dovecot_dict", {}))
  dovecot.doveadm_client = setmetatable(version.doveadm_client, own_index("dovecot_doveadm_client", {}))
end

-- METADATA, of a user or a mailbox: the host answers with whether it went well, and a value or a text.

-- The arguments behind the object, which have to be names.
local function keys_of(...)
  local keys = {}
  for position = 2, select("#", ...) do
    local key = select(position, ...)
    if type(key) ~= "string" and type(key) ~= "number" then error("expected string at #" .. position, 0) end
    keys[position - 1] = c_string(key)
  end
  return keys
end

local function metadata(name, level_of)
  local calls = {}
  function calls.metadata_get(...)
    local self = ...
    require_parameter(select("#", ...))
    local place, found = level_of(check(self, 1, name)), {}
    local keys = keys_of(...)
    for number, key in ipairs(keys) do
      local ok, value = host.metadata_get(place, key)
      if not ok then error(value, 0) end
      found[number] = value
    end
    return (table.unpack or unpack)(found, 1, #keys)
  end
  function calls.metadata_set(...)
    local self, key, value = ...
    require_arguments(select("#", ...), 3)
    local place = level_of(check(self, 1, name))
    key = check_string(key, 2)
    local text = (type(value) == "string" or type(value) == "number") and tostring(value) or nil
    local ok, problem = host.metadata_set(place, key, text)
    if not ok then error(problem, 0) end
  end
  function calls.metadata_unset(...)
    local self, first = ...
    require_arguments(select("#", ...), 2)
    local place = level_of(check(self, 1, name))
    local ok, problem = host.metadata_set(place, check_string(first, 2), nil)
    if not ok then error(problem, 0) end
  end
  function calls.metadata_list(...)
    local self = ...
    require_parameter(select("#", ...))
    local place, found = level_of(check(self, 1, name)), {}
    for _, prefix in ipairs(keys_of(...)) do
      local ok, values = host.metadata_list(place, prefix)
      if not ok then error(values, 0) end
      for key, value in pairs(values) do found[key] = value end
    end
    return found
  end
  return calls
end

-- Mailboxes

local MAILBOX = "struct mailbox"

local function crash_on_compare(self)
  host.crash("objects of Dovecot were compared with < or <=")
  error("crash", 0)
end

local mailbox_methods = metadata(MAILBOX, function(box)
  return {mailbox = box.name, opened = box.opened}
end)

-- A box is opened by open, sync and status, and by nothing else.
local function acting(call, opened)
  return function(...)
    local self = ...
    require_arguments(select("#", ...), 1)
    local box = check(self, 1, MAILBOX)
    local ok, problem = host["mailbox_" .. call](box.name)
    if not ok then error(problem, 0) end
    box.opened = opened
  end
end
mailbox_methods.open, mailbox_methods.close = acting("open", true), acting("close", false)
function mailbox_methods.free(...)
  local self = ...
  require_arguments(select("#", ...), 1)
  local box = check(self, 1, MAILBOX)
  items[rawget(self, "item")] = nil
  host.mailbox_close(box.name)
end
function mailbox_methods.sync(...)
  local self, first = ...
  local count = select("#", ...)
  require_arguments(count, 1, 2)
  local box = check(self, 1, MAILBOX)
  if count > 1 then check_integer(first, 2) end
  local ok, problem = host.mailbox_sync(box.name)
  if not ok then error(problem, 0) end
  box.opened = true
end
function mailbox_methods.status(...)
  local self = ...
  local box = check(self, 1, MAILBOX)
  local count = select("#", ...)
  require_parameter(count)
  local wanted = {}
  for position = 2, count do
    wanted[position - 1] = check_integer(select(position, ...), position)
  end
  local ok, status = host.mailbox_status(box.name, (table.unpack or unpack)(wanted))
  if not ok then error(status, 0) end
  box.opened = true
  return status
end
mailbox_methods.__tostring = function(self) return check(self, 1, MAILBOX).name end
mailbox_methods.__eq = function(one, other) return check(one, 1, MAILBOX).name == check(other, 2, MAILBOX).name end
mailbox_methods.__lt, mailbox_methods.__le = crash_on_compare, crash_on_compare
local mailbox_metatable = own_index(MAILBOX, mailbox_methods)

-- Users

local USER = "struct mail_user"
local user_methods = metadata(USER, function() return {} end)

function user_methods.mailbox(...)
  local self, name, flags = ...
  local count = select("#", ...)
  require_arguments(count, 2, 3)
  check(self, 1, USER)
  name = check_string(name, 2)
  if count > 2 then check_integer(flags, 3) end
  if not host.find_namespace() then error("panic", 0) end
  local vname, storage_name = host.mailbox_names(name)
  return object({name = storage_name, vname = vname}, mailbox_metatable, {name = vname})
end
function user_methods.var_expand(...)
  local self, first = ...
  require_arguments(select("#", ...), 2)
  check(self, 1, USER)
  local text = check_string(first, 2)
  local ok, result = host.var_expand(text)
  if not ok then error(result, 0) end
  return result
end
if version.has.plugin_getenv then
  function user_methods.plugin_getenv(...)
    local self, key = ...
    require_arguments(select("#", ...), 2)
    check(self, 1, USER)
    if type(key) ~= "string" and type(key) ~= "number" then
      host.crash("plugin_getenv was called without a name")
      error("crash", 0)
    end
    return host.plugin_getenv(c_string(key))
  end
end
user_methods.__tostring = function(self) return check(self, 1, USER).username end
user_methods.__eq, user_methods.__lt, user_methods.__le = crash_on_compare, crash_on_compare, crash_on_compare
local user_metatable = own_index(USER, user_methods)

local users = setmetatable({}, {__mode = "k"})

return {
  -- What C makes of the two results of a function: a number, and a text or nil.
  hook_results = function(number, text)
    if type(number) == "string" then number = tonumber(number) end
    local is_text = type(text) == "string" or type(text) == "number"
    return type(number) == "number" and number or 0, is_text and c_string(text) or nil
  end,
  checks = {
    bad_argument = bad_argument, c_string = c_string, check = check, check_string = check_string, object = object,
    require_arguments = require_arguments,
    -- A new object of an event, and the event behind one.
    push_event = function(event) return object({}, event_metatable, event) end,
    check_event = function(value, position) return check(value, position, EVENT) end,
    script_event = script_event,
  },
  end_call = abort_passthrough,
  -- Tells whether a user object is still in use, after the rest is gone.
  keeps_user = function()
    collectgarbage()
    collectgarbage()
    return next(users) ~= nil
  end,
  -- Makes a user object.
  user = function(username, service, session_create_time, home, uid, gid)
    local fields = {
      admin = false, anonymous = false, autocreated = false, dsyncing = false, fuzzy_search = false, nonexistent = false,
      session_restored = false, username = username, service = service, session_id = "",
      session_create_time = session_create_time, mail_debug = version.has.mail_debug, home = home, uid = uid, gid = gid,
    }
    local user = object(fields, user_metatable, {username = username})
    users[user] = true
    return user
  end,
}
