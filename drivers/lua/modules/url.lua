-- socket.url: URLs taken apart and put together again, as LuaSocket 3.0 does (RFC 2396).
local url = {_VERSION = "URL 1.0.3"}
local find, format, gsub, match, sub = string.find, string.format, string.gsub, string.match, string.sub

function url.escape(text)
  return (gsub(text, "([^A-Za-z0-9_])", function(byte) return format("%%%02x", byte:byte()) end))
end

function url.unescape(text)
  return (gsub(text, "%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- In a segment of a path these stay as they are, too.
local function escape_segment(text)
  return (gsub(text, "([^A-Za-z0-9%-_%.!~%*'%(%):@&=%+%$,])", function(byte) return format("%%%02x", byte:byte()) end))
end

local function take(parts, text, pattern, name)
  return (gsub(text, pattern, function(value)
    parts[name] = value
    return ""
  end, 1))
end

function url.parse(text, default)
  local parts = {}
  for name, value in pairs(default or parts) do parts[name] = value end
  if not text or text == "" then return nil, "invalid url" end
  text = take(parts, text, "#(.*)$", "fragment")
  text = take(parts, text, "^([%w][%w%+%-%.]*)%:", "scheme")
  text = take(parts, text, "^//([^/]*)", "authority")
  text = take(parts, text, "%?(.*)", "query")
  text = take(parts, text, "%;(.*)", "params")
  if text ~= "" then parts.path = text end
  local authority = parts.authority
  if not authority then return parts end
  authority = take(parts, authority, "^([^@]*)@", "userinfo")
  authority = take(parts, authority, ":([^:%]]*)$", "port")
  if authority ~= "" then parts.host = match(authority, "^%[(.+)%]$") or authority end
  local userinfo = parts.userinfo
  if not userinfo then return parts end
  userinfo = take(parts, userinfo, ":([^:]*)$", "password")
  parts.user = userinfo
  return parts
end

function url.build(parts)
  local text = parts.path or ""
  if parts.params then text = text .. ";" .. parts.params end
  if parts.query then text = text .. "?" .. parts.query end
  local authority = parts.authority
  if parts.host then
    authority = parts.host
    if find(authority, ":", 1, true) then authority = "[" .. authority .. "]" end
    if parts.port then authority = authority .. ":" .. tostring(parts.port) end
    local userinfo = parts.userinfo
    if parts.user then
      userinfo = parts.user
      if parts.password then userinfo = userinfo .. ":" .. parts.password end
    end
    if userinfo then authority = userinfo .. "@" .. authority end
  end
  if authority then text = "//" .. authority .. text end
  if parts.scheme then text = parts.scheme .. ":" .. text end
  if parts.fragment then text = text .. "#" .. parts.fragment end
  return text
end

-- A path without "." and "..": each ".." takes the segment before it.
local function without_dots(path)
  local kept, segments = {}, {}
  for segment in gsub(path, "/?$", "%0"):gmatch("([^/]*)/?") do segments[#segments + 1] = segment end
  if segments[#segments] == "" then segments[#segments] = nil end
  local ends_in_folder = sub(path, -1) == "/"
  for _, segment in ipairs(segments) do
    if segment == ".." and #kept > 0 and kept[#kept] ~= "" then
      kept[#kept] = nil
      ends_in_folder = ends_in_folder or segment == segments[#segments]
    elseif segment ~= "." and not (segment == ".." and #kept > 0) then
      kept[#kept + 1] = segment
    end
  end
  local last = segments[#segments]
  if last == "." or last == ".." then ends_in_folder = true end
  local text = table.concat(kept, "/")
  if ends_in_folder and sub(text, -1) ~= "/" then text = text .. "/" end
  return text
end

local function absolute_path(base, path)
  if sub(path, 1, 1) == "/" then return without_dots(path) end
  return without_dots(gsub(base, "[^/]*$", "") .. path)
end

function url.absolute(base, relative)
  local base_parts
  if type(base) == "table" then
    base_parts, base = base, url.build(base)
  else
    base_parts = url.parse(base)
  end
  local parts = url.parse(relative)
  if not base_parts then return relative end
  if not parts then return base end
  if parts.scheme then return relative end
  parts.scheme = base_parts.scheme
  if parts.authority then return url.build(parts) end
  parts.authority = base_parts.authority
  if parts.path then
    parts.path = absolute_path(base_parts.path or "", parts.path)
    return url.build(parts)
  end
  parts.path = base_parts.path
  if not parts.params then
    parts.params = base_parts.params
    if not parts.query then parts.query = base_parts.query end
  end
  return url.build(parts)
end

function url.parse_path(path)
  local segments = {}
  path = path or ""
  for segment in path:gmatch("([^/]+)") do segments[#segments + 1] = url.unescape(segment) end
  if sub(path, 1, 1) == "/" then segments.is_absolute = 1 end
  if sub(path, -1) == "/" then segments.is_directory = 1 end
  return segments
end

function url.build_path(segments, is_escaped)
  local written = {}
  for place, segment in ipairs(segments) do written[place] = is_escaped and segment or escape_segment(segment) end
  local path = table.concat(written, "/")
  if segments.is_directory and #segments > 0 then path = path .. "/" end
  if segments.is_absolute then path = "/" .. path end
  return path
end

return url
