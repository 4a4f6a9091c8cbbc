-- json: "encode" and "decode" as the widespread json.lua has them: null is nil, an empty table an array.
local utf8_of = ...
local byte, concat, find, format, gsub, match, sub =
  string.byte, table.concat, string.find, string.format, string.gsub, string.match, string.sub
local next, pairs, rawget, tonumber, tostring, type = next, pairs, rawget, tonumber, tostring, type

local json = {_version = "0.1.2"}

-- Encoding; texts of errors are given back, as the level of the error is the caller's.

local SHORT = {["\\"] = "\\\\", ['"'] = '\\"', ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t"}

local function escaped(letter)
  return SHORT[letter] or format("\\u%04x", byte(letter))
end

local function quoted(text)
  return '"' .. gsub(text, '[%z\1-\31"\\]', escaped) .. '"'
end

local encode_value

local function encode_array(value, open, pieces)
  local count = 0
  for key in pairs(value) do
    if type(key) ~= "number" then return "invalid table: mixed or invalid key types" end
    count = count + 1
  end
  if count ~= #value then return "invalid table: sparse array" end
  pieces[#pieces + 1] = "["
  for place = 1, count do
    if place > 1 then pieces[#pieces + 1] = "," end
    local problem = encode_value(value[place], open, pieces)
    if problem then return problem end
  end
  pieces[#pieces + 1] = "]"
end

local function encode_object(value, open, pieces)
  local separator = "{"
  for key, item in pairs(value) do
    if type(key) ~= "string" then return "invalid table: mixed or invalid key types" end
    pieces[#pieces + 1] = separator .. quoted(key) .. ":"
    local problem = encode_value(item, open, pieces)
    if problem then return problem end
    separator = ","
  end
  pieces[#pieces + 1] = "}"
end

local function encode_table(value, open, pieces)
  if open[value] then return "circular reference" end
  open[value] = true
  local is_array = rawget(value, 1) ~= nil or next(value) == nil
  local problem = (is_array and encode_array or encode_object)(value, open, pieces)
  open[value] = nil
  return problem
end

function encode_value(value, open, pieces)
  local kind = type(value)
  if kind == "table" then return encode_table(value, open, pieces) end
  local text
  if kind == "string" then
    text = quoted(value)
  elseif kind == "number" then
    if value ~= value or value <= -1 / 0 or value >= 1 / 0 then return "unexpected number value '" .. tostring(value) .. "'" end
    text = format("%.14g", value)
  elseif kind == "boolean" or kind == "nil" then
    text = value == nil and "null" or tostring(value)
  else
    return "unexpected type '" .. kind .. "'"
  end
  pieces[#pieces + 1] = text
end

function json.encode(value)
  local pieces = {}
  local problem = encode_value(value, {}, pieces)
  if problem then error(problem, 2) end
  return concat(pieces)
end

-- Decoding: functions return the value and where the rest begins, or nil, where it is wrong, and the text.

local LETTERS = {b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/"}
local WORDS = {["true"] = true, ["false"] = false}

local UNCLOSED = "expected closing quote for string"

local function unescaped(text, position, start)
  local letter = sub(text, position + 1, position + 1)
  if letter == "" then return nil, start, UNCLOSED end
  if letter ~= "u" then
    if not LETTERS[letter] then return nil, position, "invalid escape char '" .. letter .. "' in string" end
    return LETTERS[letter], position + 2
  end
  local high, low = match(text, "^\\u([dD][89aAbB]%x%x)\\u(%x%x%x%x)", position)
  if high then
    return utf8_of(0x10000 + (tonumber(high, 16) - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00), position + 12
  end
  local digits = match(text, "^%x%x%x%x", position + 2)
  if not digits then return nil, position, "invalid unicode escape in string" end
  return utf8_of(tonumber(digits, 16)), position + 6
end

local function decode_string(text, start)
  local pieces, from = {}, start + 1
  while true do
    local stop = find(text, '[%z\1-\31"\\]', from)
    if not stop then return nil, start, UNCLOSED end
    local found = sub(text, stop, stop)
    pieces[#pieces + 1] = sub(text, from, stop - 1)
    if found == '"' then return concat(pieces), stop + 1 end
    if found ~= "\\" then return nil, stop, "control character in string" end
    local letter, position, problem = unescaped(text, stop, start)
    if problem then return nil, position, problem end
    pieces[#pieces + 1], from = letter, position
  end
end

local function decode_word(text, start)
  local word = match(text, "^[^ \t\r\n%]},]+", start) or ""
  local position = start + #word
  if find(word, "^[%d-]") then
    local number = tonumber(word)
    if not number then return nil, start, "invalid number '" .. word .. "'" end
    return number, position
  end
  if not find(word, "^[tfn]") then return nil, start, "unexpected character '" .. sub(text, start, start) .. "'" end
  if word == "null" then return nil, position end
  if WORDS[word] == nil then return nil, start, "invalid literal '" .. word .. "'" end
  return WORDS[word], position
end

local function next_word(text, position)
  return find(text, "[^ \t\r\n]", position) or #text + 1
end

local decode_value

local function decode_array(text, position)
  local made, count = {}, 0
  position = position + 1
  while true do
    position = next_word(text, position)
    if sub(text, position, position) == "]" then return made, position + 1 end
    local value, problem
    value, position, problem = decode_value(text, position)
    if problem then return nil, position, problem end
    count = count + 1
    made[count] = value
    position = next_word(text, position)
    local sign = sub(text, position, position)
    position = position + 1
    if sign == "]" then return made, position end
    if sign ~= "," then return nil, position, "expected ']' or ','" end
  end
end

local function decode_object(text, position)
  local made = {}
  position = position + 1
  while true do
    position = next_word(text, position)
    if sub(text, position, position) == "}" then return made, position + 1 end
    if sub(text, position, position) ~= '"' then return nil, position, "expected string for key" end
    local key, value, problem
    key, position, problem = decode_string(text, position)
    if problem then return nil, position, problem end
    position = next_word(text, position)
    if sub(text, position, position) ~= ":" then return nil, position, "expected ':' after key" end
    value, position, problem = decode_value(text, next_word(text, position + 1))
    if problem then return nil, position, problem end
    made[key] = value
    position = next_word(text, position)
    local sign = sub(text, position, position)
    position = position + 1
    if sign == "}" then return made, position end
    if sign ~= "," then return nil, position, "expected '}' or ','" end
  end
end

function decode_value(text, position)
  local first = sub(text, position, position)
  if first == '"' then return decode_string(text, position) end
  if first == "[" then return decode_array(text, position) end
  if first == "{" then return decode_object(text, position) end
  return decode_word(text, position)
end

local function placed(text, position, problem)
  local line, column = 1, position
  for stop in text:gmatch("()\n") do
    if stop >= position then break end
    line, column = line + 1, position - stop
  end
  return format("%s at line %d col %d", problem, line, column)
end

function json.decode(text)
  if type(text) ~= "string" then error("expected argument of type string, got " .. type(text), 2) end
  local value, position, problem = decode_value(text, next_word(text, 1))
  if not problem then
    position = next_word(text, position)
    if position <= #text then problem = "trailing garbage" end
  end
  if problem then error(placed(text, position, problem), 2) end
  return value
end

return json
