-- The UTF-8 of a code point; of a half of a surrogate pair, too.
local char, floor = string.char, math.floor

return function(point)
  if point < 0x80 then return char(point) end
  if point < 0x800 then return char(0xC0 + floor(point / 0x40), 0x80 + point % 0x40) end
  local last, middle = 0x80 + point % 0x40, 0x80 + floor(point / 0x40) % 0x40
  if point < 0x10000 then return char(0xE0 + floor(point / 0x1000), middle, last) end
  return char(0xF0 + floor(point / 0x40000), 0x80 + floor(point / 0x1000) % 0x40, middle, last)
end
