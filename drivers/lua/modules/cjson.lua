-- cjson and cjson.safe, as lua-cjson 2.1.0 has them. Nothing is recursive: only memory and time limit what is nested.
local null, next_token, arguments, settings_of = ...

local byte, concat, floor, format, gsub, next, rawget, select, type =
  string.byte, table.concat, math.floor, string.format, string.gsub, next, rawget, select, type
local MOST = 2147483647
local refuse, check_text = arguments.refuse, arguments.text

-- Reading

local CLOSING = {T_OBJ_BEGIN = "T_OBJ_END", T_ARR_BEGIN = "T_ARR_END"}
local SCALARS = {T_STRING = true, T_NUMBER = true, T_BOOLEAN = true, T_NULL = true}
local SEPARATORS = {T_OBJ_END = "comma or object end", T_ARR_END = "comma or array end"}

local function unexpected(expected, kind, value, start)
  return nil, format("Expected %s but found %s at character %d", expected, kind == "T_ERROR" and value or kind, start)
end

-- The value of a text, or nil and what is wrong.
local function decode(text, settings)
  if #text >= 2 and (byte(text, 1) == 0 or byte(text, 2) == 0) then
    return nil, "JSON parser does not support UTF-16 or UTF-32"
  end
  local invalid, depth = settings.decode_invalid, 0
  local containers, places, closings = {}, {}, {}
  local container, place, closing
  local kind, value, start, position = next_token(text, 1, invalid)
  while true do
    -- The token is the first of a value, or with a closing one of an object a key.
    if closing == "T_OBJ_END" then
      if kind ~= "T_STRING" then return unexpected("object key string", kind, value, start) end
      place = value
      kind, value, start, position = next_token(text, position, invalid)
      if kind ~= "T_COLON" then return unexpected("colon", kind, value, start) end
      kind, value, start, position = next_token(text, position, invalid)
    end
    local is_complete = true
    if CLOSING[kind] then
      containers[depth], places[depth], closings[depth] = container, place, closing
      depth = depth + 1
      if depth > settings.decode_depth then
        return nil, format("Found too many nested data structures (%d) at character %d", depth, start)
      end
      container, place, closing = {}, 1, CLOSING[kind]
      kind, value, start, position = next_token(text, position, invalid)
      is_complete = kind == closing
      if is_complete then
        value, depth = container, depth - 1
        container, place, closing = containers[depth], places[depth], closings[depth]
      end
    elseif SCALARS[kind] then
      if kind == "T_NULL" then value = null end
    else
      return unexpected("value", kind, value, start)
    end
    while is_complete do
      if depth == 0 then
        local last
        kind, last, start = next_token(text, position, invalid)
        if kind ~= "T_END" then return unexpected("the end", kind, last, start) end
        return value
      end
      container[place] = value
      kind, value, start, position = next_token(text, position, invalid)
      if kind == closing then
        value, depth = container, depth - 1
        container, place, closing = containers[depth], places[depth], closings[depth]
      elseif kind == "T_COMMA" then
        if closing == "T_ARR_END" then place = place + 1 end
        kind, value, start, position = next_token(text, position, invalid)
        is_complete = false
      else
        return unexpected(SEPARATORS[closing], kind, value, start)
      end
    end
  end
end

-- Writing

local ESCAPES = {['"'] = '\\"', ["\\"] = "\\\\", ["/"] = "\\/", ["\127"] = "\\u007f"}
for code = 0, 31 do ESCAPES[string.char(code)] = format("\\u%04x", code) end
for escape, letter in pairs({["\b"] = "b", ["\f"] = "f", ["\n"] = "n", ["\r"] = "r", ["\t"] = "t"}) do
  ESCAPES[escape] = "\\" .. letter
end

local function quoted(text)
  return '"' .. gsub(text, '[%z\1-\31"\\/\127]', ESCAPES) .. '"'
end

local function refused(value, reason)
  return nil, "Cannot serialise " .. type(value) .. ": " .. reason
end

local function number_text(number, settings)
  if number == number and number < 1 / 0 and number > -1 / 0 then return format(settings.number_format, number) end
  local mode = settings.encode_invalid
  if mode == "null" then return "null" end
  if not mode then return refused(number, "must not be NaN or Inf") end
  if number ~= number then return "nan" end
  return number > 0 and "inf" or "-inf"
end

local function scalar_text(value, settings)
  local kind = type(value)
  if kind == "string" then return quoted(value) end
  if kind == "number" then return number_text(value, settings) end
  if kind == "boolean" then return value and "true" or "false" end
  if value == nil or rawequal(value, null) then return "null" end
  return refused(value, "type not supported")
end

-- How long an array is; nil for an object, with a text if it can't be written.
local function array_length(container, settings)
  local most, count = 0, 0
  for key in next, container do
    if type(key) ~= "number" or key < 1 or floor(key) ~= key then return nil end
    -- The C code keeps the length in an int, where larger numbers become the smallest one.
    if key > most then most = key <= MOST and key or -MOST - 1 end
    count = count + 1
  end
  local ratio = settings.sparse_ratio
  if ratio > 0 and most > count * ratio and most > settings.sparse_safe then
    if settings.sparse_convert then return nil end
    local _, problem = refused(container, "excessively sparse array")
    return nil, problem
  end
  return most > 0 and most or nil
end

local function key_text(key, settings)
  if type(key) == "string" then return quoted(key) end
  if type(key) ~= "number" then return refused(key, "table key must be a number or string") end
  local text, problem = number_text(key, settings)
  if not text then return nil, problem end
  return '"' .. text .. '"'
end

-- The text of a value, or nil and what is wrong.
local function encode(root, settings)
  if type(root) ~= "table" then return scalar_text(root, settings) end
  local pieces, count, depth = {}, 0, 0
  local containers, places, lengths = {}, {}, {}
  local container, place, length
  local value = root
  while true do
    -- Write the value; of a table only how it begins.
    local text, problem
    count = count + 1
    if type(value) == "table" then
      containers[depth], places[depth], lengths[depth] = container, place, length
      depth = depth + 1
      if depth > settings.encode_depth then return nil, "Cannot serialise, excessive nesting (" .. depth .. ")" end
      container = value
      length, problem = array_length(value, settings)
      if problem then return nil, problem end
      place = length and 0 or nil
      pieces[count] = length and "[" or "{"
    else
      text, problem = scalar_text(value, settings)
      if problem then return nil, problem end
      pieces[count] = text
    end
    -- Go on to the next value; what has none is at its end.
    while true do
      local is_first = pieces[count] == "{" or pieces[count] == "["
      if length then
        if place < length then
          if place > 0 then
            count = count + 1
            pieces[count] = ","
          end
          place = place + 1
          value = rawget(container, place)
          break
        end
      else
        place, value = next(container, place)
        if place ~= nil then
          text, problem = key_text(place, settings)
          if problem then return nil, problem end
          count = count + 1
          pieces[count] = (is_first and "" or ",") .. text .. ":"
          break
        end
      end
      count = count + 1
      pieces[count] = length and "]" or "}"
      depth = depth - 1
      if depth == 0 then return concat(pieces) end
      container, place, length = containers[depth], places[depth], lengths[depth]
    end
  end
end

-- The modules

local new

local function raising(settings)
  return function(...)
    local count = select("#", ...)
    if count ~= 1 then refuse(1, "expected 1 argument") end
    local text, problem = encode((...), settings)
    if problem then error(problem, 2) end
    return text
  end, function(...)
    local count = select("#", ...)
    if count ~= 1 then refuse(1, "expected 1 argument") end
    local value, problem = decode(check_text((...), 1, 1), settings)
    if problem then error(problem, 2) end
    return value
  end
end

local function returning(settings)
  return function(...)
    if select("#", ...) ~= 1 then refuse(1, "expected 1 argument") end
    local text, problem = encode((...), settings)
    if problem then return nil, problem end
    return text
  end, function(...)
    if select("#", ...) ~= 1 then refuse(1, "expected 1 argument") end
    local text = ...
    if type(text) == "number" then text = tostring(text) end
    if type(text) ~= "string" then return nil, "bad argument #1 to '?' (string expected, got " .. type(text) .. ")" end
    local value, problem = decode(text, settings)
    if problem then return nil, problem end
    return value
  end
end

function new(is_safe)
  local module = {_NAME = "cjson", _VERSION = "2.1.0", null = null}
  local settings = settings_of(module)
  module.encode, module.decode = (is_safe and returning or raising)(settings)
  module.new = function() return new(is_safe) end
  return module
end

return new
