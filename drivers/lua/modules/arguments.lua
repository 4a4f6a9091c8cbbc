-- Checks of arguments that say what Lua's own library says of functions in C.
-- Each is called by the function whose arguments they are, and not by a helper of it.
local getinfo = debug.getinfo
local LOADED = package.loaded
local NAMES_GLOBALS = _VERSION ~= "Lua 5.1"

local arguments = {}

-- The name by which others find a function, as Lua 5.2 and later have it.
local function global_name(func)
  for module, members in pairs(LOADED) do
    if type(members) == "table" then
      for name, member in next, members do
        if type(name) == "string" and rawequal(member, func) then return module == "_G" and name or module .. "." .. name end
      end
    end
  end
end

local function raise(position, text, level)
  level = level + 1
  local info = getinfo(level, "nf")
  local name = info.name
  if info.namewhat == "method" then
    position = position - 1
    if position == 0 then error("calling '" .. name .. "' on bad self (" .. text .. ")", level + 1) end
  end
  if name == nil or info.namewhat == "" then name = NAMES_GLOBALS and global_name(info.func) or "?" end
  error("bad argument #" .. position .. " to '" .. name .. "' (" .. text .. ")", level + 1)
end

function arguments.refuse(position, text)
  raise(position, text, 2)
end

local function wrong_type(expected, value, position, count)
  return expected .. " expected, got " .. (position > count and "no value" or type(value))
end

-- A string, or a number as one.
function arguments.text(value, position, count)
  local kind = type(value)
  if kind == "string" then return value end
  if kind ~= "number" then raise(position, wrong_type("string", value, position, count), 2) end
  return tostring(value)
end

-- A string, or the default in the place of nil.
function arguments.optional_text(value, position, default)
  local kind = type(value)
  if kind == "string" then return value end
  if value == nil then return default end
  if kind ~= "number" then raise(position, wrong_type("string", value, position, position), 2) end
  return tostring(value)
end

-- A number, or the default in the place of nil; without a default nil is refused.
function arguments.number(value, position, count, default)
  if value == nil and default ~= nil then return default end
  local number = value
  if type(value) == "string" then number = tonumber(value) end
  if type(number) ~= "number" then raise(position, wrong_type("number", value, position, count), 2) end
  return number
end

-- A whole number; before Lua 5.3 the fraction is cut off.
function arguments.integer(value, position, count)
  local number = value
  if type(value) == "string" then number = tonumber(value) end
  if type(number) ~= "number" then raise(position, wrong_type("number", value, position, count or position), 2) end
  if number % 1 == 0 then return math.tointeger and math.tointeger(number) or number end
  if math.tointeger then raise(position, "number has no integer representation", 2) end
  return number < 0 and math.ceil(number) or math.floor(number)
end

-- One of these words, in their place in the list.
function arguments.option(value, position, options)
  local kind = type(value)
  if kind ~= "string" and kind ~= "number" then raise(position, wrong_type("string", value, position, position), 2) end
  value = tostring(value)
  for place, option in ipairs(options) do
    if option == value then return place end
  end
  raise(position, "invalid option '" .. value .. "'", 2)
end

return arguments
