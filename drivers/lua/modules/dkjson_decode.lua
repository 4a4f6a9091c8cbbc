-- How dkjson 2.6 reads JSON. Functions return the value and where the rest begins, or nil, a position and what is wrong.
local utf8_of = ...
local concat, find, match, sub = table.concat, string.find, string.match, string.sub
local setmetatable, tonumber = setmetatable, tonumber

local LETTERS = {b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}

local function place_of(text, position)
  local line, line_start, from = 1, 0, 1
  while true do
    local stop = find(text, "\n", from, true)
    if not stop or stop >= position then break end
    line, line_start, from = line + 1, stop, stop + 1
  end
  return "line " .. line .. ", column " .. position - line_start
end

local function unterminated(text, what, start)
  return nil, #text + 1, "unterminated " .. what .. " at " .. place_of(text, start)
end

-- Where the next word begins, behind blanks, comments and byte order marks.
local function next_word(text, position)
  while true do
    position = find(text, "%S", position)
    if not position then return nil end
    if sub(text, position, position + 2) == "\239\187\191" then
      position = position + 3
    elseif sub(text, position, position + 1) == "//" then
      position = find(text, "[\n\r]", position + 2)
    elseif sub(text, position, position + 1) == "/*" then
      local _, stop = find(text, "*/", position + 2, true)
      position = stop and stop + 1
    else
      return position
    end
    if not position then return nil end
  end
end

-- The letter of the escape at a position, and where the rest begins.
local function unescaped(text, position)
  local letter = sub(text, position + 1, position + 1)
  local point = letter == "u" and tonumber(sub(text, position + 2, position + 5), 16)
  if not point or point < 0 then return LETTERS[letter] or letter, position + 2 end
  if point >= 0xD800 and point <= 0xDBFF and sub(text, position + 6, position + 7) == "\\u" then
    local low = tonumber(sub(text, position + 8, position + 11), 16)
    if low and low >= 0xDC00 and low <= 0xDFFF then
      return utf8_of(0x10000 + (point - 0xD800) * 0x400 + low - 0xDC00), position + 12
    end
  end
  return utf8_of(point), position + 6
end

local function decode_string(text, start)
  local pieces, count, from = {}, 0, start + 1
  while true do
    local stop = find(text, '["\\]', from)
    if not stop then return unterminated(text, "string", start) end
    local piece = sub(text, from, stop - 1)
    if sub(text, stop, stop) == '"' then
      if count == 0 then return piece, stop + 1 end
      pieces[count + 1] = piece
      return concat(pieces), stop + 1
    end
    pieces[count + 1], count = piece, count + 2
    pieces[count], from = unescaped(text, stop)
  end
end

local decode_value

-- An object or an array: commas may be missing, and an object may have values without keys.
local function decode_table(text, start, closing, what, options)
  local made, count, position = setmetatable({}, options[what]), 0, start + 1
  while true do
    position = next_word(text, position)
    if not position then return unterminated(text, what, start) end
    if sub(text, position, position) == closing then return made, position + 1 end
    local value, problem
    value, position, problem = decode_value(text, position, options)
    if problem then return nil, position, problem end
    position = next_word(text, position)
    if not position then return unterminated(text, what, start) end
    if sub(text, position, position) == ":" then
      if value == nil then
        return nil, position, "cannot use nil as table index (at " .. place_of(text, position) .. ")"
      end
      local key = value
      position = next_word(text, position + 1)
      if not position then return unterminated(text, what, start) end
      value, position, problem = decode_value(text, position, options)
      if problem then return nil, position, problem end
      made[key] = value
      position = next_word(text, position)
      if not position then return unterminated(text, what, start) end
    else
      count = count + 1
      made[count] = value
    end
    if sub(text, position, position) == "," then position = position + 1 end
  end
end

local function decode_word(text, position, options)
  local number = match(text, "^%-?[%d%.]+[eE]?[%+%-]?%d*", position)
  local value = number and tonumber(number)
  if value then return value, position + #number end
  local word = match(text, "^%a%w*", position)
  if word == "true" or word == "false" then return word == "true", position + #word end
  if word == "null" then return options.null, position + #word end
  return nil, position, "no valid JSON value at " .. place_of(text, position)
end

function decode_value(text, position, options)
  position = next_word(text, position)
  if not position then return nil, #text + 1, "no valid JSON value (reached the end)" end
  local first = sub(text, position, position)
  if first == '"' then return decode_string(text, position) end
  if first == "{" then return decode_table(text, position, "}", "object", options) end
  if first == "[" then return decode_table(text, position, "]", "array", options) end
  return decode_word(text, position, options)
end

return decode_value
