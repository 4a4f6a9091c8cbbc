-- mime: filters for ltn12 of what mime.core does, as in LuaSocket 3.1.0.
local core, ltn12 = ...
local cycle = ltn12.filter.cycle

local mime = core
mime.encodet, mime.decodet, mime.wrapt = {}, {}, {}

-- A filter by its name; without one, and with what are arguments then, the default one.
local function chosen(filters)
  return function(name, first, second)
    if type(name) ~= "string" then name, first, second = "default", name, first end
    local make = filters[name]
    if not make then error("unknown key (" .. name .. ")", 3) end
    return make(first, second)
  end
end

mime.encodet.base64 = function() return cycle(core.b64, "") end
mime.encodet["quoted-printable"] = function(mode) return cycle(core.qp, "", mode == "binary" and "=0D=0A" or "\r\n") end
mime.decodet.base64 = function() return cycle(core.unb64, "") end
mime.decodet["quoted-printable"] = function() return cycle(core.unqp, "") end
mime.wrapt.text = function(length)
  length = length or 76
  return cycle(core.wrp, length, length)
end
mime.wrapt.base64, mime.wrapt.default = mime.wrapt.text, mime.wrapt.text
mime.wrapt["quoted-printable"] = function() return cycle(core.qpwrp, 76, 76) end

mime.encode, mime.decode, mime.wrap = chosen(mime.encodet), chosen(mime.decodet), chosen(mime.wrapt)
function mime.normalize(marker) return cycle(core.eol, 0, marker) end
function mime.stuff() return cycle(core.dot, 2) end

return mime
