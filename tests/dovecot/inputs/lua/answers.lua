-- What LuaSocket makes of answers that are not quite HTTP: one request to each path, the results are printed.
local http = require "socket.http"
local ltn12 = require "ltn12"
local ENDPOINT = ...
local function shown(headers)
  if type(headers) ~= "table" then return tostring(headers) end
  local lines = {}
  for name, value in pairs(headers) do lines[#lines + 1] = name .. "=" .. value end
  table.sort(lines)
  return table.concat(lines, "|")
end
for number = 1, tonumber((os.getenv("ANSWERS"))) do
  local url = "http://" .. ENDPOINT .. "/" .. number
  local body, code, headers, status = http.request(url)
  print(number, body, code, shown(headers), status)
  local ok, result, more, fields, line = pcall(http.request, {url = url})
  print(number, ok, result, more, shown(fields), line)
end
