-- Makes the modules that push scripts require, each when it is asked for.
local host, run, null = ...
local preload = package.preload

local made = {}

-- A file of ours that others need, run once.
local function part(name, ...)
  if made[name] == nil then made[name] = run(host.module_source(name), "=[push]", ...) end
  return made[name]
end

local function arguments() return part("arguments") end

local function cjson()
  local settings = part("cjson_settings", arguments())
  return part("cjson", null, part("json_tokens", part("json_letters")), arguments(), settings)
end

preload["socket.url"] = function() return part("url") end
preload.ltn12 = function() return part("ltn12") end
preload["mime.core"] = function() return part("mime_core", arguments()) end
preload.mime = function() return part("mime", require("mime.core"), require("ltn12")) end
preload.socket = function() return part("socket", host) end
preload["socket.http"] = function()
  return part("socket_http", host.exchange, require("socket.url"), require("ltn12"), require("mime"))
end

-- These come after Lua's path, so that a site's own file of the name is taken, and before modules in C.
local after_path = {
  cjson = function() return cjson()(false) end,
  ["cjson.safe"] = function() return cjson()(true) end,
  dkjson = function() return part("dkjson", part("dkjson_decode", part("json_letters"))) end,
  json = function() return part("json", part("json_letters")) end,
}
local searchers = package.searchers or package.loaders
local search_c = searchers[3]
searchers[3] = function(name)
  local make = after_path[name]
  if make then return make, ":ready-made:" end
  return search_c(name)
end
