-- mime.core: the encodings of LuaSocket 3.1.0, piece by piece: each call is given what the last one left over.
local arguments = ...
local byte, char, concat, find, floor, format, gsub, match, sub =
  string.byte, string.char, table.concat, string.find, math.floor, string.format, string.gsub, string.match, string.sub
local check_integer, check_number, optional_text = arguments.integer, arguments.number, arguments.optional_text

local core = {_VERSION = "MIME 1.0.3"}
local CRLF, SOFT_BREAK = "\r\n", "=\r\n"

-- A result; an empty one is nil at the end of the data.
local function at_end(text)
  return text ~= "" and text or nil, nil
end

-- Base64

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local DIGIT, VALUES = {}, {["="] = 0}
for place = 0, 63 do
  local digit = sub(DIGITS, place + 1, place + 1)
  DIGIT[place], VALUES[digit] = digit, place
end

local function encoded_three(three)
  local one, two, last = byte(three, 1, 3)
  local number = one * 65536 + (two or 0) * 256 + (last or 0)
  return DIGIT[floor(number / 262144)] .. DIGIT[floor(number / 4096) % 64]
    .. (two and DIGIT[floor(number / 64) % 64] or "=") .. (last and DIGIT[number % 64] or "=")
end

local function decoded_four(one, two, three, four)
  local number = VALUES[one] * 262144 + VALUES[two] * 4096 + VALUES[three] * 64 + VALUES[four]
  local first = char(floor(number / 65536))
  if three == "=" then return first end
  if four == "=" then return first .. char(floor(number / 256) % 256) end
  return first .. char(floor(number / 256) % 256, number % 256)
end

function core.b64(...)
  local first, second = ...
  first = optional_text(first, 1)
  if not first then return nil, nil end
  second = optional_text(second, 2)
  local text = first .. (second or "")
  local whole = second and #text - #text % 3 or #text
  local made = gsub(sub(text, 1, whole), "..?.?", encoded_three)
  if not second then return at_end(made) end
  return made, sub(text, whole + 1)
end

function core.unb64(...)
  local first, second = ...
  first = optional_text(first, 1)
  if not first then return nil, nil end
  second = optional_text(second, 2)
  local text = gsub(first .. (second or ""), "[^A-Za-z0-9+/=]", "")
  local whole = #text - #text % 4
  local made = gsub(sub(text, 1, whole), "(.)(.)(.)(.)", decoded_four)
  if not second then return at_end(made) end
  return made, sub(text, whole + 1)
end

-- Quoted-printable

local function quoted(letter)
  return format("=%02X", byte(letter))
end

local function quoted_line(line)
  line = gsub(line, "[^\t\32-\60\62-\126]", quoted)
  line = gsub(line, "[\t ]$", quoted)
  return line
end

local function quoted_text(text, marker)
  local pieces, count, from = {}, 0, 1
  while true do
    local stop = find(text, CRLF, from, true)
    if not stop then break end
    pieces[count + 1], pieces[count + 2] = quoted_line(sub(text, from, stop - 1)), marker
    count, from = count + 2, stop + 2
  end
  pieces[count + 1] = gsub(sub(text, from), "[^\t\32-\60\62-\126]", quoted)
  return concat(pieces)
end

-- What can't be written before more is known: a blank and a letter behind it, or a blank or CR alone.
local function undecided(text)
  return match(text, "[\t ].$") or match(text, "[\t\r ]$") or ""
end

function core.qp(...)
  local first, second, marker = ...
  first = optional_text(first, 1)
  if not first then return nil, nil end
  second = optional_text(second, 2)
  marker = optional_text(marker, 3, CRLF)
  local text = first .. (second or "")
  local rest = undecided(text)
  local made = quoted_text(sub(text, 1, #text - #rest), marker)
  if second then return made, rest end
  if rest ~= "" then made = made .. gsub(rest, "[^\33-\60\62-\126]", quoted) .. SOFT_BREAK end
  return at_end(made)
end

-- What the escape or CR at the start of a text stands for, and its length; nil before more is known.
local function unquoted(text, position)
  local two = sub(text, position, position + 1)
  if sub(two, 1, 1) == "\r" then
    if #two < 2 then return nil end
    if two == CRLF then return CRLF, 2 end
    return "", 2
  end
  local three = sub(text, position, position + 2)
  if #three < 3 then return nil end
  if three == SOFT_BREAK then return "", 3 end
  local hex = match(three, "^=(%x%x)$")
  return hex and char(tonumber(hex, 16)) or three, 3
end

function core.unqp(...)
  local first, second = ...
  first = optional_text(first, 1)
  if not first then return nil, nil end
  second = optional_text(second, 2)
  local text = first .. (second or "")
  local pieces, count, from, rest = {}, 0, 1, ""
  while true do
    local stop = find(text, "[=\r]", from)
    count = count + 1
    pieces[count] = gsub(sub(text, from, (stop or 0) - 1), "[^\t\32-\126]", "")
    if not stop then break end
    local made, length = unquoted(text, stop)
    if not made then
      rest = sub(text, stop)
      break
    end
    count, from = count + 1, stop + length
    pieces[count] = made
  end
  local made = concat(pieces)
  if not second then return at_end(made) end
  return made, rest
end

-- Lines. The first argument is how many letters still fit into the line.

local function wrapped(text, left, length, narrow, widest, break_)
  local pieces, count = {}, 0
  for letter in text:gmatch("[^\r]") do
    if letter == "\n" then
      letter, left = CRLF, length
    else
      if left <= (letter == "=" and widest or narrow) then letter, left = break_ .. letter, length end
      left = left - 1
    end
    count = count + 1
    pieces[count] = letter
  end
  return concat(pieces), left + 0.0
end

local function wrapping(narrow, widest, break_)
  return function(...)
    local left, text, length = ...
    local count = select("#", ...)
    left = check_number(left, 1, count)
    text = optional_text(text, 2)
    length = check_number(length, 3, count, 76)
    left, length = floor(left), floor(length)
    if not text then return left < length and break_ or nil, length + 0.0 end
    return wrapped(text, left, length, narrow, widest, break_)
  end
end
core.wrp = wrapping(0, 0, CRLF)
core.qpwrp = wrapping(1, 3, SOFT_BREAK)

-- Any kind of line end becomes the marker; the first argument is the code of the last letter, if that was one.
function core.eol(...)
  local last, text, marker = ...
  last = check_integer(last, 1, select("#", ...))
  text = optional_text(text, 2)
  marker = optional_text(marker, 3, CRLF)
  if not text then return nil, 0.0 end
  local pieces, count, from = {}, 0, 1
  for position, found in text:gmatch("()([\r\n])") do
    if position > from then last = 0 end
    local code = byte(found)
    local follows = last == 13 or last == 10
    count = count + 1
    pieces[count] = sub(text, from, position - 1) .. ((not follows or last == code) and marker or "")
    last, from = follows and 0 or code, position + 1
  end
  if from <= #text then last = 0 end
  return concat(pieces) .. sub(text, from), last + 0.0
end

-- Dots at the start of a line are doubled; the first argument is 2 there, and 1 after CR.
function core.dot(...)
  local state, text = ...
  state = check_number(state, 1, select("#", ...))
  text = optional_text(text, 2)
  if not text then return nil, 2.0 end
  local made = text
  if text ~= "" then
    made = gsub(text, "\r\n%.", "\r\n..")
    if state == 2 then made = gsub(made, "^%.", "..") end
    if state == 1 then made = gsub(made, "^\n%.", "\n..") end
    if sub(text, -2) == CRLF or (state == 1 and text == "\n") then
      state = 2
    else
      state = sub(text, -1) == "\r" and 1 or 0
    end
  end
  return made, state + 0.0
end

return core
