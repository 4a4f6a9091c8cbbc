-- What scripts do with LuaSocket's modules; the results are printed.
local url = require "socket.url"
local function show(t) local k={} for a,b in pairs(t or {}) do k[#k+1]=a.."="..tostring(b) end table.sort(k) return table.concat(k,"|") end
for _,u in ipairs{"http://user:pa@h.x:80/a/b;p?q=1#f","http://h","//h/x","/a","mailto:x@y","http://[::1]:8080/p","","a?b","http://u@h/","http://h/a%20b"} do print(u, show(url.parse(u))) end
print(url.escape("a b&c=d/é~-._"), url.unescape("a%20b%zz%41+"))
for _,p in ipairs{{"http://a/b/c/d;p?q","g"},{"http://a/b/c/d;p?q","../g"},{"http://a/b/c/d;p?q","/g"},{"http://a/b/c/d;p?q","//g"},{"http://a/b/c/d;p?q","?y"},{"http://a/b/c/d;p?q","#s"},{"http://a/b/c/d;p?q",""},{"http://a/b/c/d;p?q","../../../g"},{"http://a/b/c/d;p?q","./g/."},{"http://a/b/c/d;p?q","http:g"}} do print(p[1],p[2],url.absolute(p[1],p[2])) end
print(url.build{scheme="http",host="h",path="/p",query="q",fragment="f",user="u",password="p",port=8})
print(show(url.parse_path("/a%20b/c/")), url.build_path({"a b","c",is_absolute=1,is_directory=1}))
local ltn12=require "ltn12"
local http=require "socket.http"
print(http.request("http://127.0.0.1:1/"))
print(http.request("http://nosuch.invalid/"))
print(pcall(http.request,"foo"))
local s=require "socket"
print(s._VERSION)
local m=require "mime"

local b64 = require "mime"
print(b64.b64("hello"), b64.b64(""), b64.b64("ab"), b64.unb64("aGVsbG8="), b64.unb64("YWI="))
local function p(body, code, headers, status)
  local lines = {}
  for name, value in pairs(headers or {}) do lines[#lines + 1] = name .. "=" .. value end
  table.sort(lines)
  print(body, code, table.concat(lines, "|"), status)
end
local ENDPOINT = ...
p(http.request("http://" .. ENDPOINT .. "/a?b"))
p(http.request("http://u:p@" .. ENDPOINT .. "/a?b", "x=1"))
local pieces = {}
p(http.request{url = "http://" .. ENDPOINT .. "/p", method = "POST", source = ltn12.source.string("body"),
  sink = ltn12.sink.table(pieces), headers = {["content-length"] = 4, ["X-B"] = "c"}})
print(table.concat(pieces))
p(http.request{url = "http://" .. ENDPOINT, method = "PUT", source = ltn12.source.string("body")})
p(http.request{url = "http://" .. ENDPOINT .. "/x", method = "HEAD"})
local long = ("0123456789"):rep(500)
local function collect(source)
  local found, all = ltn12.sink.table()
  print(ltn12.pump.all(source, found))
  return table.concat(all)
end
print(#collect(ltn12.source.string(long)), collect(ltn12.source.cat(ltn12.source.string("a"), ltn12.source.string("b"))))
print(collect(ltn12.source.chain(ltn12.source.string("abc"), function(chunk) return chunk and chunk:upper() end)))
print(ltn12.pump.all(ltn12.source.error("bad"), ltn12.sink.null()))
print(ltn12.pump.all(ltn12.source.string("x"), ltn12.sink.error("full")))
local socket = require "socket"
print(socket._VERSION, type(socket.gettime()), socket.skip(1, "a", "b", "c"))
print(socket.protect(function() socket.try(nil, "wrong") end)())
print(socket.protect(function() return 1, 2 end)())
