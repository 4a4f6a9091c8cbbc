-- The settings of cjson, and the functions that show and change them.
local arguments = ...

local format, select, type = string.format, select, type
local refuse, check_integer, check_option = arguments.refuse, arguments.integer, arguments.option
local MOST = 2147483647

local function new_settings()
  return {
    sparse_convert = false, sparse_ratio = 2, sparse_safe = 10, encode_depth = 1000, decode_depth = 1000, precision = 14,
    number_format = "%.14g", keep_buffer = true, encode_invalid = false, decode_invalid = true,
  }
end

local SWITCH, SWITCH_OR_NULL = {"off", "on"}, {"off", "on", "null"}

local function check_count(count, most)
  if count > most then return most + 1, "found too many arguments" end
end

-- true, false or "null" as these functions take them.
local function switched(value, place)
  if type(value) == "boolean" then return value end
  if place == 3 then return "null" end
  return place == 2
end

local function switch_setting(settings, name, options)
  return function(...)
    local position, problem = check_count(select("#", ...), 1)
    if problem then refuse(position, problem) end
    local value = ...
    if value ~= nil then
      local place = type(value) ~= "boolean" and check_option(value, 1, options)
      settings[name] = switched(value, place)
    end
    return settings[name]
  end
end

local function number_setting(settings, name, least, most, changed)
  return function(...)
    local position, problem = check_count(select("#", ...), 1)
    if problem then refuse(position, problem) end
    local value = ...
    if value ~= nil then
      local number = check_integer(value, 1)
      if number < least or number > most then refuse(1, format("expected integer between %d and %d", least, most)) end
      settings[name] = number
      if changed then changed(number) end
    end
    return settings[name]
  end
end

local function sparse_setting(settings)
  return function(...)
    local position, problem = check_count(select("#", ...), 3)
    if problem then refuse(position, problem) end
    local convert, ratio, safe = ...
    if convert ~= nil then
      local place = type(convert) ~= "boolean" and check_option(convert, 1, SWITCH)
      settings.sparse_convert = switched(convert, place)
    end
    if ratio ~= nil then
      local number = check_integer(ratio, 2)
      if number < 0 or number > MOST then refuse(1, format("expected integer between %d and %d", 0, MOST)) end
      settings.sparse_ratio = number
    end
    if safe ~= nil then
      local number = check_integer(safe, 3)
      if number < 0 or number > MOST then refuse(1, format("expected integer between %d and %d", 0, MOST)) end
      settings.sparse_safe = number
    end
    return settings.sparse_convert, settings.sparse_ratio, settings.sparse_safe
  end
end

-- Gives a module the functions for its settings; the settings.
return function(module)
  local settings = new_settings()
  module.encode_keep_buffer = switch_setting(settings, "keep_buffer", SWITCH)
  module.encode_invalid_numbers = switch_setting(settings, "encode_invalid", SWITCH_OR_NULL)
  module.decode_invalid_numbers = switch_setting(settings, "decode_invalid", SWITCH)
  module.encode_max_depth = number_setting(settings, "encode_depth", 1, MOST)
  module.decode_max_depth = number_setting(settings, "decode_depth", 1, MOST)
  module.encode_sparse_array = sparse_setting(settings)
  module.encode_number_precision = number_setting(settings, "precision", 1, 14, function(number)
    settings.number_format = "%." .. number .. "g"
  end)
  return settings
end
