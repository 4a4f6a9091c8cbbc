-- mime: the encoding that push scripts need of LuaSocket's module.
local mime = {_VERSION = "MIME 1.0.3"}

local DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

-- The text, nil for an empty one, and what is left for the next call: nothing.
local function finished(pieces)
  local text = table.concat(pieces)
  return text ~= "" and text or nil, nil
end

function mime.b64(text)
  if text == nil then return nil, nil end
  local out = {}
  for position = 1, #text, 3 do
    local one, two, three = text:byte(position, position + 2)
    local number = one * 65536 + (two or 0) * 256 + (three or 0)
    local digits = {}
    for place = 4, 1, -1 do
      local digit = number % 64
      digits[place] = DIGITS:sub(digit + 1, digit + 1)
      number = (number - digit) / 64
    end
    if not two then digits[3] = "=" end
    if not three then digits[4] = "=" end
    out[#out + 1] = table.concat(digits)
  end
  return finished(out)
end

local VALUES = {}
for place = 1, #DIGITS do VALUES[DIGITS:byte(place)] = place - 1 end

function mime.unb64(text)
  if text == nil then return nil, nil end
  local out, number, count = {}, 0, 0
  for position = 1, #text do
    local value = VALUES[text:byte(position)]
    if value then
      number, count = number * 64 + value, count + 1
      if count == 4 then
        out[#out + 1] = string.char(math.floor(number / 65536), math.floor(number / 256) % 256, number % 256)
        number, count = 0, 0
      end
    end
  end
  if count == 2 then
    out[#out + 1] = string.char(math.floor(number / 16))
  elseif count == 3 then
    out[#out + 1] = string.char(math.floor(number / 1024), math.floor(number / 4) % 256)
  end
  return finished(out)
end

return mime
