-- socket.http: requests as LuaSocket 3.0 makes them, over the HTTP of the simulation.
local exchange, url, ltn12, mime = ...

local http = {TIMEOUT = 60, USERAGENT = "LuaSocket 3.0.0", schemes = {http = {port = 80}, https = {port = 443}}}

-- How headers are written; others are written in small letters.
local WRITTEN = {
  accept = "Accept", authorization = "Authorization", connection = "Connection", host = "Host", te = "TE",
  ["content-length"] = "Content-Length", ["content-type"] = "Content-Type", ["content-encoding"] = "Content-Encoding",
  cookie = "Cookie", date = "Date", expect = "Expect", ["if-modified-since"] = "If-Modified-Since",
  ["if-none-match"] = "If-None-Match", ["proxy-authorization"] = "Proxy-Authorization", range = "Range",
  referer = "Referer", ["transfer-encoding"] = "Transfer-Encoding", ["user-agent"] = "User-Agent",
  ["accept-encoding"] = "Accept-Encoding", ["accept-language"] = "Accept-Language", ["cache-control"] = "Cache-Control",
}
local MOST_REDIRECTS, REQUEST_TIMEOUT = 5, 408

local function headers_of(request, host)
  local headers = {
    {"user-agent", http.USERAGENT}, {"host", host}, {"connection", "close, TE"}, {"te", "trailers"},
  }
  if request.user and request.password then
    local credentials = url.unescape(request.user) .. ":" .. url.unescape(request.password)
    headers[#headers + 1] = {"authorization", "Basic " .. (mime.b64(credentials) or "")}
  end
  local names = {}
  for name in pairs(request.headers or {}) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local lower, value, replaced = name:lower(), request.headers[name], false
    for _, header in ipairs(headers) do
      if header[1] == lower then header[2], replaced = value, true end
    end
    if not replaced then headers[#headers + 1] = {lower, value} end
  end
  return headers
end

local function has(headers, name)
  for _, header in ipairs(headers) do
    if header[1] == name then return true end
  end
  return false
end

-- The whole body; without a length it goes out in chunks.
local function body_of(request, headers)
  if not request.source then return nil end
  local chunked, pieces = not has(headers, "content-length"), {}
  if chunked then headers[#headers + 1] = {"transfer-encoding", "chunked"} end
  while true do
    local chunk, problem = request.source()
    if problem then return nil, problem end
    if not chunk then break end
    pieces[#pieces + 1] = chunked and string.format("%X\r\n%s\r\n", #chunk, chunk) or chunk
  end
  if chunked then pieces[#pieces + 1] = "0\r\n\r\n" end
  return table.concat(pieces)
end

local function adjusted(request)
  local parts = {}
  for name, value in pairs(request.url and url.parse(request.url, {path = "/", scheme = "http"}) or {}) do
    parts[name] = value
  end
  for name, value in pairs(request) do parts[name] = value end
  local scheme = http.schemes[parts.scheme or "http"]
  if scheme == nil then error("attempt to index a nil value (local 'schemedefs')", 3) end
  if not parts.host or parts.host == "" then return nil, "invalid host '" .. tostring(parts.host) .. "'" end
  parts.port = tonumber(parts.port) or scheme.port
  return parts
end

local function redirects(request, code, headers)
  return headers.location and headers.location:gsub("%s", "") ~= "" and request.redirect ~= false
    and (code == 301 or code == 302 or code == 303 or code == 307)
    and (not request.method or request.method == "GET" or request.method == "HEAD")
    and (request.nredirects or 0) < MOST_REDIRECTS
end

local function perform(request)
  local parts, problem = adjusted(request)
  if not parts then return nil, problem end
  local host = parts.host:find(":", 1, true) and "[" .. parts.host .. "]" or parts.host
  if parts.port ~= http.schemes[parts.scheme or "http"].port then host = host .. ":" .. parts.port end
  local headers = headers_of(parts, host)
  local body
  body, problem = body_of(parts, headers)
  if problem then return nil, problem end
  local target = {scheme = parts.scheme or "http", host = parts.host, port = parts.port, path = parts.path or "/",
    params = parts.params, query = parts.query}
  local written = {}
  for place, header in ipairs(headers) do
    written[place] = {WRITTEN[header[1]] or header[1], tostring(header[2])}
  end
  local method = parts.method or "GET"
  local code, line, fields, content = exchange(method, url.build(target), written, body, http.TIMEOUT)
  if not code then return nil, line end
  if line == "" then
    -- HTTP/0.9: nothing but a body
    if not request.sink then error("assertion failed!", 0) end
    local taken, wrong = ltn12.pump.all(ltn12.source.string(content), request.sink)
    if not taken then return nil, wrong end
    return 1, code
  end
  if code == REQUEST_TIMEOUT then return 1, code end
  local found = {}
  for place = 1, #fields, 2 do
    local name, value = fields[place]:lower(), fields[place + 1]
    found[name] = found[name] and found[name] .. ", " .. value or value
  end
  if redirects(request, code, found) then
    return perform({
      url = url.absolute(request.url or url.build(target), found.location), source = request.source,
      sink = request.sink, headers = request.headers, nredirects = (request.nredirects or 0) + 1,
      method = request.method,
    })
  end
  local sink = request.sink or ltn12.sink.null()
  if method ~= "HEAD" and code ~= 204 and code ~= 304 and code // 100 ~= 1 then
    if content ~= "" then
      local taken, wrong = sink(content)
      if not taken then return nil, wrong end
    end
    sink(nil)
  end
  return 1, code, found, line
end

local function simple(address, body)
  local pieces = {}
  local request = {url = address, sink = ltn12.sink.table(pieces)}
  if body then
    request.source = ltn12.source.string(body)
    request.headers = {["content-length"] = #body, ["content-type"] = "application/x-www-form-urlencoded"}
    request.method = "POST"
  end
  local ok, code, headers, status = perform(request)
  if not ok then return nil, code end
  return table.concat(pieces), code, headers, status
end

function http.request(request, body)
  if type(request) == "string" then return simple(request, body) end
  if request == nil then error("attempt to index a nil value (local 'reqt')", 2) end
  -- no tail call: a traceback names the function
  local ok, code, headers, status = perform(request)
  return ok, code, headers, status
end

return http
