-- What surrounds a script: it keeps Python out of the script's reach, and each run within its limits.
-- The chunk is given what Python offers, and returns what Python calls.
local host, settings = ...

local assert, collectgarbage, error, getinfo, ipairs, load, loadstring, pairs, pcall, rawget, select, sethook, tostring, traceback, type, xpcall =
  assert, collectgarbage, error, debug.getinfo, ipairs, load, loadstring, pairs, pcall, rawget, select, debug.sethook, tostring, debug.traceback, type, xpcall
local concat, find, sub, searchpath = table.concat, string.find, string.sub, package.searchpath
local globals = _G
local OWN_SOURCE = getinfo(1, "S").source

-- Compiled code of LuaJIT doesn't ask whether to go on.
if jit ~= nil then jit.off() end

-- Python's objects can't be told from Dovecot's own userdata, and have nothing to look at.

local python_metatable = debug.getmetatable(host.tick)
python_metatable.__metatable = false
python = nil
package.loaded.python = nil

-- The pointer that modules in C have for JSON's null: like theirs it has no fields.
local null
if debug.upvalueid ~= nil then
  null = debug.upvalueid(function() return null end, 1)
else
  null = newproxy(true)
end
local null_metatable = debug.getmetatable(null) or {}
null_metatable.__metatable, null_metatable.__tostring = false, function() return "userdata: (nil)" end
debug.setmetatable(null, null_metatable)

local function is_own(level_or_function, offset)
  local info = getinfo(type(level_or_function) == "number" and level_or_function + offset or level_or_function, "S")
  return info ~= nil and info.source == OWN_SOURCE
end

local function hide_from(name, result)
  local real = debug[name]
  if real == nil then return end
  debug[name] = function(first, ...)
    if type(first) == "thread" then
      local second = ...
      if type(second) ~= "number" then return real(first, ...) end
      local info = getinfo(first, second, "S")
      if info ~= nil and info.source == OWN_SOURCE then return result end
      return real(first, ...)
    end
    if is_own(first, 2) then return result end
    if type(first) == "number" then return real(first + 1, ...) end
    return real(first, ...)
  end
end

for _, name in ipairs({"getlocal", "setlocal", "getupvalue", "setupvalue", "upvalueid", "upvaluejoin"}) do
  hide_from(name, nil)
end

local real_getmetatable, real_setmetatable = debug.getmetatable, debug.setmetatable
debug.getmetatable = function(value)
  local found = real_getmetatable(value)
  if found ~= python_metatable then return found end
end
debug.setmetatable = function(value, metatable)
  if real_getmetatable(value) == python_metatable then return value end
  return real_setmetatable(value, metatable)
end
for _, name in ipairs({"getuservalue", "getfenv"}) do
  local real = debug[name]
  if real ~= nil then
    debug[name] = function(value, ...)
      if real_getmetatable(value) == python_metatable or (type(value) == "function" and is_own(value)) then return nil end
      return real(value, ...)
    end
  end
end
settings.registered._LOADED = package.loaded
debug.getregistry = function() return settings.registered end
for _, name in ipairs({"debug", "setcstacklimit", "setfenv", "setuservalue"}) do
  if debug[name] ~= nil then debug[name] = function() end end
end
debug.sethook = function() end
debug.gethook = function() return nil end

-- Text only: made-up byte code could do anything with the memory of the process.

local function is_text(chunk)
  return sub(chunk, 1, 1) ~= "\27"
end
local REFUSED = "attempt to load a binary chunk (mode is 't')"
local compile_text = loadstring or load

-- Whether the script could tell when garbage is collected: by finalizers or weak tables.
local sees_collections = false
local function compile(text, ...)
  sees_collections = sees_collections or find(text, "__gc", 1, true) ~= nil or find(text, "__mode", 1, true) ~= nil
  return compile_text(text, ...)
end

local function checked_load(chunk, name, mode, ...)
  if type(chunk) == "function" then
    local pieces = {}
    while true do
      local piece = chunk()
      if piece == nil or piece == "" then break end
      if type(piece) ~= "string" then return nil, "reader function must return a string" end
      pieces[#pieces + 1] = piece
    end
    chunk, name = table.concat(pieces), name or "=(load)"
  end
  if type(chunk) == "string" and not is_text(chunk) then return nil, REFUSED end
  return compile(chunk, name, mode, ...)
end
load = checked_load
if loadstring ~= nil then loadstring = checked_load end

local function without_shebang(text)
  if sub(text, 1, 1) ~= "#" then return text end
  local stop = find(text, "\n", 1, true)
  return stop and sub(text, stop) or ""
end

loadfile = function(path, mode, ...)
  local ok, text = host.read_file(path)
  if not ok then return nil, text end
  text = without_shebang(text)
  if not is_text(text) then return nil, REFUSED end
  return compile(text, "@" .. path, mode, ...)
end
dofile = function(path)
  local chunk, problem = loadfile(path)
  if chunk == nil then error(problem, 0) end
  return chunk()
end
string.dump = function() error("unable to dump given function", 2) end

-- Modules in C are made for Dovecot's own Lua; those that push scripts use are there ready-made.

-- As Lua 5.2 has it, for versions without.
searchpath = searchpath or function(name, path)
  local tried = {}
  name = name:gsub("%.", "/")
  for template in path:gmatch("[^;]+") do
    local file = template:gsub("%?", (name:gsub("%%", "%%%%")))
    if host.read_file(file) then return file end
    tried[#tried + 1] = "\n\tno file '" .. file .. "'"
  end
  return nil, table.concat(tried)
end

local searchers = package.searchers or package.loaders
local function c_searcher(name)
  local path, tried = searchpath(name, package.cpath)
  if path ~= nil then
    error("module '" .. name .. "' is in C (" .. path .. "), which can't be loaded here", 0)
  end
  return tried
end
local function c_root_searcher(name)
  local root = string.match(name, "^([^%.]*)%.")
  if root == nil then return nil end
  return c_searcher(root)
end
searchers[2] = function(name)
  local path, tried = searchpath(name, package.path)
  if path == nil then return tried end
  local chunk, problem = loadfile(path)
  if chunk == nil then
    error("error loading module '" .. name .. "' from file '" .. path .. "':\n\t" .. problem, 0)
  end
  return chunk, path
end
searchers[3], searchers[4] = c_searcher, c_root_searcher
package.loadlib = function() return nil, "modules in C can't be loaded here", "absent" end

if not settings.programs then
  io.popen = function() return nil, "no program can be started here", 13 end
  os.execute = function(command)
    if command == nil then return false end
    return nil, "exit", 126
  end
end
if settings.sandbox then
  io, os.execute, os.remove, os.rename, os.tmpname, package.loadlib = nil, nil, nil, nil, nil, nil
  package.loaded.io = nil
end

-- Debian builds Lua with the functions of older versions, and with these paths.

if settings.library_path ~= nil then
  package.path, package.cpath = settings.library_path, settings.c_library_path
end
if math.pow == nil then
  local abs, exp, floor, log = math.abs, math.exp, math.floor, math.log
  math.pow = function(x, y) return x ^ y end
  math.log10 = function(x) return log(x, 10) end
  math.atan2 = math.atan
  math.cosh = function(x) return (exp(x) + exp(-x)) / 2 end
  math.sinh = function(x) return (exp(x) - exp(-x)) / 2 end
  math.tanh = function(x)
    local double = exp(2 * x)
    return double == math.huge and 1.0 or (double - 1) / (double + 1)
  end
  math.ldexp = function(x, exponent) return x * 2.0 ^ exponent end
  math.frexp = function(x)
    if x == 0 or x ~= x or abs(x) == math.huge then return x + 0.0, 0 end
    local exponent = floor(log(abs(x), 2)) + 1
    local mantissa = x / 2.0 ^ exponent
    if abs(mantissa) >= 1 then return mantissa / 2, exponent + 1 end
    if abs(mantissa) < 0.5 then return mantissa * 2, exponent - 1 end
    return mantissa, exponent
  end
end

-- Limits: every so many instructions Python is asked whether to go on. Once it says no, each further
-- instruction fails, so that no pcall of the script can hold it up.

local stop_now
local function ask()
  local reason = host.tick()
  if reason ~= nil then
    stop_now = true
    sethook(ask, "", 1)
    error(reason, 0)
  elseif stop_now then
    stop_now = nil
    sethook(ask, "", settings.instructions)
  end
end

local create, wrap, resume = coroutine.create, coroutine.wrap, coroutine.resume
coroutine.create = function(body)
  local made = create(body)
  sethook(made, ask, "", settings.instructions)
  return made
end
coroutine.wrap = function(body)
  local made = coroutine.create(body)
  local function give(ok, ...)
    if not ok then error((...), 0) end
    return ...
  end
  return function(...) return give(resume(made, ...)) end
end

os.exit = function(code)
  if code == nil or code == true then code = 0 elseif code == false then code = 1 end
  host.exit(code)
  ask()
end

local function handled(message)
  if type(message) == "string" or type(message) == "number" or message == nil then return traceback(message, 2) end
  return message
end

local function begin()
  sethook(ask, "", settings.instructions)
end

local functions = {null = null}

-- Compiles a script: true, or false and what is wrong.
function functions.compile(text, name)
  text = without_shebang(text)
  if not is_text(text) then return false, REFUSED end
  local chunk, problem = compile(text, name)
  if chunk == nil then return false, problem end
  functions.chunk = chunk
  return true
end

-- Runs what was compiled: true, or false and the message with a traceback.
function functions.run()
  begin()
  local ok, message = xpcall(functions.chunk, handled)
  return ok, (not ok and (type(message) == "string" or type(message) == "number")) and tostring(message) or nil
end

-- Tells whether the script has a global function of this name.
function functions.has(name)
  return type(rawget(globals, name)) == "function"
end

-- Returns a function that tells which global functions the script has: "1" or "0" for each of the names.
function functions.looking_for(...)
  local names, letters = {...}, {}
  return function()
    for number, name in ipairs(names) do
      letters[number] = type(rawget(globals, name)) == "function" and "1" or "0"
    end
    return concat(letters)
  end
end

-- Collects garbage, unless nobody can tell.
function functions.collect()
  if sees_collections then
    collectgarbage()
    collectgarbage()
  end
end

local function finish(ok, ...)
  if ok then return true, ... end
  local message = ...
  return false, type(message) == "string" and message or nil
end

-- Calls a global function: true and its results, false and the message with a traceback, nil if it is not there.
function functions.call(name, ...)
  local body = rawget(globals, name)
  if type(body) ~= "function" then return nil end
  begin()
  if settings.xpcall_passes_arguments then return finish(xpcall(body, handled, ...)) end
  local arguments, count = {...}, select("#", ...)
  return finish(xpcall(function() return body(unpack(arguments, 1, count)) end, handled))
end

-- Makes what a script can use: the chunk is given the host's functions.
function functions.extend(text, name, ...)
  return assert(compile_text(text, name))(...)
end

return functions
