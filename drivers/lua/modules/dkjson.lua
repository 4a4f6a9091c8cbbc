-- dkjson, as version 2.6 documents and does it: JSON with an order of keys, indenting and encoders of one's own.
local decode_value = ...
local byte, concat, find, floor, format, gsub, rep =
  string.byte, table.concat, string.find, math.floor, string.format, string.gsub, string.rep
local pairs, require, setmetatable, tostring, type = pairs, require, setmetatable, tostring, type
local metatable_of = debug.getmetatable

local json = {version = "dkjson 2.6"}
json.null = setmetatable({}, {__tojson = function() return "null" end})

-- Strings

local SHORT = {['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t"}

-- Letters above ASCII that are written as escapes: control and format letters, as UTF-8.
local ESCAPED = {
  "\194[\128-\159\173]", "\216[\128-\132]", "\220\143", "\225\158[\180\181]", "\226\128[\140-\143\168-\175]",
  "\226\129[\160-\175]", "\239\187\191", "\239\191[\176-\191]",
}

local function escaped(letter)
  if SHORT[letter] then return SHORT[letter] end
  local first, second, third = byte(letter, 1, 3)
  local point = first
  if third then
    point = (first - 0xE0) * 0x1000 + (second - 0x80) * 0x40 + third - 0x80
  elseif second then
    point = (first - 0xC0) * 0x40 + second - 0x80
  end
  return format("\\u%04x", point)
end

function json.quotestring(value)
  local text = gsub(value, '[%z\1-\31"\\\127]', escaped)
  if find(text, "[\194\216\220\225\226\239]") then
    for _, pattern in ipairs(ESCAPED) do text = gsub(text, pattern, escaped) end
  end
  return '"' .. text .. '"'
end
local quotestring = json.quotestring

-- Encoding. A run has "pieces" and their number "count", and what was asked for; functions return true,
-- or nil and a text.

local function add(run, text)
  run.count = run.count + 1
  run.pieces[run.count] = text
end

local function add_newline(run, level)
  add(run, "\n")
  add(run, rep("  ", level))
end

function json.addnewline(state)
  if not state.indent then return end
  local run = {pieces = state.buffer, count = state.bufferlen or #state.buffer}
  add_newline(run, state.level or 0)
  state.bufferlen = run.count
end

-- Takes over what a function of the caller wrote into the buffer, and returned.
local function add_custom(run, result)
  run.count = run.state.bufferlen
  if type(result) == "string" then add(run, result) end
  return true
end

local function except(run, reason, value, message)
  message = message or reason
  local handler = run.state.exception
  if not handler then return nil, message end
  run.state.bufferlen = run.count
  local result, problem = handler(reason, value, run.state, message)
  if not result then return nil, problem or message end
  return add_custom(run, result)
end

function json.encodeexception(_, _, _, message)
  return quotestring("<" .. message .. ">")
end

-- Whether a table is an array, and how long: one with many holes is none, unless its "n" says so.
local function is_array(value)
  local most, count, told = 0, 0, 0
  for key, item in pairs(value) do
    if key == "n" and type(item) == "number" then
      told = item
      if item > most then most = item end
    elseif type(key) == "number" and key >= 1 and floor(key) == key then
      if key > most then most = key end
      count = count + 1
    else
      return false
    end
  end
  if most > 10 and most > told and most > count * 2 then return false end
  return true, most
end

local encode_value

local function encode_pair(run, key, value, level, is_first)
  local kind = type(key)
  if kind ~= "string" and kind ~= "number" then
    return nil, "type '" .. kind .. "' is not supported as a key by JSON."
  end
  if not is_first then add(run, ",") end
  if run.indent then add_newline(run, level) end
  add(run, quotestring(key))
  add(run, ":")
  return encode_value(run, value, level)
end

local function encode_array(run, value, length, level)
  add(run, "[")
  for place = 1, length do
    if place > 1 then add(run, ",") end
    local ok, problem = encode_value(run, value[place], level)
    if not ok then return nil, problem end
  end
  add(run, "]")
  return true
end

local function encode_object(run, value, level, order)
  local is_first, written = true, {}
  add(run, "{")
  for place = 1, order and #order or 0 do
    local key = order[place]
    local item = value[key]
    if item ~= nil then
      written[key] = true
      local ok, problem = encode_pair(run, key, item, level, is_first)
      if not ok then return nil, problem end
      is_first = false
    end
  end
  for key, item in pairs(value) do
    if not written[key] then
      local ok, problem = encode_pair(run, key, item, level, is_first)
      if not ok then return nil, problem end
      is_first = false
    end
  end
  if run.indent then add_newline(run, level - 1) end
  add(run, "}")
  return true
end

local function encode_table(run, value, level, metatable)
  level = level + 1
  local array, length = is_array(value)
  if length == 0 and metatable and metatable.__jsontype == "object" then array = false end
  if array then return encode_array(run, value, length, level) end
  return encode_object(run, value, level, metatable and metatable.__jsonorder or run.order)
end

local function encode_custom(run, value, encoder)
  run.state.bufferlen = run.count
  local result, problem = encoder(value, run.state)
  if not result then return except(run, "custom encoder failed", value, problem) end
  run.open[value] = nil
  return add_custom(run, result)
end

function encode_value(run, value, level)
  local kind, metatable = type(value), metatable_of(value)
  if type(metatable) ~= "table" then metatable = nil end
  local encoder = metatable and metatable.__tojson
  if encoder or kind == "table" then
    if run.open[value] then return except(run, "reference cycle", value) end
    run.open[value] = true
    if encoder then return encode_custom(run, value, encoder) end
    local ok, problem = encode_table(run, value, level, metatable)
    if not ok then return nil, problem end
    run.open[value] = nil
  elseif kind == "string" then
    add(run, quotestring(value))
  elseif kind == "number" then
    local is_finite = value == value and value < 1 / 0 and value > -1 / 0
    add(run, is_finite and tostring(value) or "null")
  elseif kind == "boolean" or value == nil then
    add(run, value == nil and "null" or tostring(value))
  else
    return except(run, "unsupported type", value, "type '" .. kind .. "' is not supported by JSON.")
  end
  return true
end

function json.encode(value, state)
  state = state or {}
  local given = state.buffer
  state.buffer = given or {}
  local run = {
    pieces = state.buffer, count = state.bufferlen or 0, open = state.tables or {}, state = state,
    indent = state.indent, order = state.keyorder,
  }
  local ok, problem = encode_value(run, value, state.level or 0)
  if not ok then error(problem, 2) end
  if given ~= nil then
    state.bufferlen = run.count
    return true
  end
  state.buffer, state.bufferlen = nil, nil
  return concat(run.pieces)
end

-- Decoding

function json.decode(text, position, null, ...)
  local object, array = ...
  if select("#", ...) == 0 then object, array = {__jsontype = "object"}, {__jsontype = "array"} end
  return decode_value(text, position or 1, {null = null, object = object, array = array})
end

-- With LPeg the original is faster, and else the same.
function json.use_lpeg()
  require("lpeg")
  local copy = {using_lpeg = true}
  for name, value in pairs(json) do copy[name] = value end
  copy.use_lpeg = function() return copy end
  return copy
end

return json
