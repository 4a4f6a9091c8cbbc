-- Makes the modules that push scripts require, each when it is asked for.
local host, run = ...
local preload = package.preload

local function source(name)
  return host.module_source(name), "=[push]"
end

preload["socket.url"] = function() return run(source("url")) end
preload.ltn12 = function() return run(source("ltn12")) end
preload.mime = function() return run(source("mime")) end
preload.socket = function()
  local text, name = source("socket")
  return run(text, name, host)
end
preload["socket.http"] = function()
  local text, name = source("socket_http")
  return run(text, name, host.exchange, require("socket.url"), require("ltn12"), require("mime"))
end
