-- The words of JSON as lua-cjson 2.1.0 reads them: the end is also a NUL, numbers are those of C's strtod.
local utf8_of = ...
local byte, concat, find, lower, match, sub = string.byte, table.concat, string.find, string.lower, string.match, string.sub
local tonumber = tonumber

local SIGNS = {
  [("{"):byte()] = "T_OBJ_BEGIN", [("}"):byte()] = "T_OBJ_END", [("["):byte()] = "T_ARR_BEGIN", [("]"):byte()] = "T_ARR_END",
  [(","):byte()] = "T_COMMA", [(":"):byte()] = "T_COLON",
}
local QUOTE, BACKSLASH, LETTER_U, ZERO, NINE, MINUS, PLUS = 34, 92, 117, 48, 57, 45, 43
local ESCAPES = {
  [QUOTE] = '"', [BACKSLASH] = "\\", [47] = "/", [98] = "\b", [102] = "\f", [110] = "\n", [114] = "\r", [116] = "\t",
}
local WORDS = {
  [116] = {"true", "T_BOOLEAN", true}, [102] = {"false", "T_BOOLEAN", false}, [110] = {"null", "T_NULL"},
}

-- The character of \uXXXX, or two of them, and the position behind; nil if there is none.
local function unicode_escape(text, position)
  local digits = match(text, "^%x%x%x%x", position + 2)
  if not digits then return nil end
  local point = tonumber(digits, 16)
  if point < 0xD800 or point > 0xDFFF then return utf8_of(point), position + 6 end
  local second = match(text, "^\\u(%x%x%x%x)", position + 6)
  local low = second and tonumber(second, 16)
  if point > 0xDBFF or not low or low < 0xDC00 or low > 0xDFFF then return nil end
  return utf8_of(0x10000 + (point - 0xD800) * 0x400 + low - 0xDC00), position + 12
end

local function string_token(text, start)
  local from = start + 1
  local stop = find(text, '["\\%z]', from)
  if stop and byte(text, stop) == QUOTE then return "T_STRING", sub(text, from, stop - 1), start, stop + 1 end
  local pieces, count = {}, 0
  while stop do
    local found = byte(text, stop)
    if found == 0 then break end
    count = count + 1
    pieces[count] = sub(text, from, stop - 1)
    if found == QUOTE then return "T_STRING", concat(pieces), start, stop + 1 end
    local escape = byte(text, stop + 1)
    count = count + 1
    if escape == LETTER_U then
      pieces[count], from = unicode_escape(text, stop)
      if not from then return "T_ERROR", "invalid unicode escape code", stop end
    else
      pieces[count], from = ESCAPES[escape], stop + 2
      if not pieces[count] then return "T_ERROR", "invalid escape code", stop end
    end
    stop = find(text, '["\\%z]', from)
  end
  return "T_ERROR", "unexpected end of string", stop or #text + 1
end

-- The rest of a number at a position: its end, or nil.
local function end_of_digits(text, position, digit, exponent)
  local _, stop = find(text, "^" .. digit .. "+%.?" .. digit .. "*", position)
  if not stop then _, stop = find(text, "^%." .. digit .. "+", position) end
  if not stop then return nil end
  local _, longer = find(text, "^" .. exponent .. "[+-]?%d+", stop + 1)
  return longer or stop, longer ~= nil
end

local function named_number(text, position, sign)
  local word = lower(sub(text, position, position + 7))
  local value, stop
  if sub(word, 1, 3) == "inf" then
    value, stop = 1 / 0, position + (word == "infinity" and 7 or 2)
  elseif sub(word, 1, 3) == "nan" then
    local _, behind = find(text, "^%([%w_]*%)", position + 3)
    value, stop = -(0 / 0), behind or position + 2
  else
    return nil
  end
  return sign == "-" and -value or value, stop
end

-- What strtod reads: its value, and where it ends.
local function any_number(text, start)
  local sign = match(text, "^[+-]?", start)
  local position = start + #sign
  local value, stop = named_number(text, position, sign)
  if value then return value, stop end
  local has_exponent
  if find(text, "^0[xX]", position) then
    stop, has_exponent = end_of_digits(text, position + 2, "%x", "[pP]")
    if stop then value = tonumber(sub(text, position, stop) .. (has_exponent and "" or "p0")) end
  end
  if not stop then
    stop = end_of_digits(text, position, "%d", "[eE]")
    if not stop then return nil end
    value = tonumber(sub(text, position, stop))
  end
  value = value + 0.0
  return sign == "-" and -value or value, stop
end

local function number_token(text, start)
  local _, stop = find(text, "^[1-9]%d*", start)
  if stop and not find(text, "^[.eE]", stop + 1) then return "T_NUMBER", tonumber(sub(text, start, stop)) + 0.0, start, stop + 1 end
  local value
  value, stop = any_number(text, start)
  if not value then return "T_ERROR", "invalid number", start end
  return "T_NUMBER", value, start, stop + 1
end

-- Numbers that JSON doesn't have.
local function is_invalid_number(text, start)
  if find(text, "^%+", start) or find(text, "^%-?0[xX%d]", start) then return true end
  local word = lower(match(text, "^%-?(%a?%a?%a?)", start))
  return word == "inf" or word == "nan"
end

-- The next word: its kind, its value, where it begins, and where the rest does. An error has its text as value.
return function(text, position, takes_invalid_numbers)
  local start = find(text, "[^ \t\n\r]", position)
  local first = start and byte(text, start) or 0
  if first == QUOTE then return string_token(text, start) end
  local sign = SIGNS[first]
  if sign then return sign, nil, start, start + 1 end
  if first == 0 then return "T_END", nil, start or #text + 1 end
  if first >= ZERO and first <= NINE or first == MINUS then
    if not takes_invalid_numbers and is_invalid_number(text, start) then return "T_ERROR", "invalid number", start end
    return number_token(text, start)
  end
  local word = WORDS[first]
  if word and sub(text, start, start + #word[1] - 1) == word[1] then return word[2], word[3], start, start + #word[1] end
  if takes_invalid_numbers and (first == PLUS or find(text, "^[iInN]", start)) and is_invalid_number(text, start) then
    return number_token(text, start)
  end
  return "T_ERROR", "invalid token", start
end
