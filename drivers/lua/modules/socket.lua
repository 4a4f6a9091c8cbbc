-- socket: what push scripts use of LuaSocket besides HTTP. Raw connections are not simulated.
local host = ...

local socket = {_VERSION = "LuaSocket 3.0.0", _DEBUG = false, _SETSIZE = 1024, BLOCKSIZE = 2048}

function socket.gettime() return host.now() end
function socket.sleep(seconds) host.sleep(seconds) end

function socket.skip(count, ...)
  return select(count + 1, ...)
end

local function raise(finalizer, ...)
  if (...) then return ... end
  if finalizer then finalizer() end
  error({(select(2, ...))}, 0)
end

function socket.newtry(finalizer)
  return function(...) return raise(finalizer, ...) end
end
socket.try = socket.newtry()

function socket.protect(call)
  local function finish(ok, ...)
    if ok then return ... end
    local problem = ...
    if type(problem) == "table" then return nil, problem[1] end
    error(problem, 0)
  end
  return function(...) return finish(pcall(call, ...)) end
end

for _, name in ipairs({"bind", "connect", "connect4", "connect6", "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6"}) do
  socket[name] = function()
    error("socket." .. name .. ": raw connections are not simulated; use socket.http", 2)
  end
end

return socket
