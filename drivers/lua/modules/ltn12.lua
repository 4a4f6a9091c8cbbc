-- ltn12: sources, sinks, filters and pumps of data, as in LuaSocket 3.0.
local ltn12 = {_VERSION = "LTN12 1.0.3", BLOCKSIZE = 2048}
local source, sink, filter, pump = {}, {}, {}, {}
ltn12.source, ltn12.sink, ltn12.filter, ltn12.pump = source, sink, filter, pump

function source.empty()
  return function() return nil end
end

function source.error(problem)
  return function() return nil, problem end
end

function source.file(file, problem)
  if not file then return source.error(problem or "unable to open file") end
  return function()
    local chunk = file:read(ltn12.BLOCKSIZE)
    if not chunk then file:close() end
    return chunk
  end
end

function source.string(text)
  if not text then return source.empty() end
  local position = 1
  return function()
    local chunk = text:sub(position, position + ltn12.BLOCKSIZE - 1)
    position = position + ltn12.BLOCKSIZE
    if chunk ~= "" then return chunk end
    return nil
  end
end

function source.table(chunks)
  local position = 0
  return function()
    position = position + 1
    return chunks[position]
  end
end

-- A source may give the one that follows it.
function source.simplify(inner)
  return function()
    local chunk, problem_or_next = inner()
    inner = problem_or_next or inner
    if not chunk then return nil, problem_or_next end
    return chunk
  end
end

function source.rewind(inner)
  local back = {}
  return function(chunk)
    if chunk then
      back[#back + 1] = chunk
      return nil
    end
    local kept = table.remove(back)
    if kept then return kept end
    return inner()
  end
end

function source.chain(inner, ...)
  local through = filter.chain(...)
  local ended = false
  return function()
    while not ended do
      local chunk, problem = inner()
      if problem then return nil, problem end
      ended = chunk == nil
      local made = through(chunk)
      if made and made ~= "" then return made end
    end
    return nil
  end
end

function source.cat(...)
  local inner = {...}
  local current = table.remove(inner, 1)
  return function()
    while current do
      local chunk, problem = current()
      if chunk then return chunk end
      if problem then return nil, problem end
      current = table.remove(inner, 1)
    end
    return nil
  end
end

function sink.table(chunks)
  chunks = chunks or {}
  return function(chunk)
    if chunk then chunks[#chunks + 1] = chunk end
    return 1
  end, chunks
end

function sink.null()
  return function() return 1 end
end

function sink.error(problem)
  return function() return nil, problem end
end

function sink.file(file, problem)
  if not file then return sink.error(problem or "unable to open file") end
  return function(chunk)
    if not chunk then
      file:close()
      return 1
    end
    return file:write(chunk)
  end
end

function sink.simplify(inner)
  return function(chunk, problem)
    local result, problem_or_next = inner(chunk, problem)
    if not result then return nil, problem_or_next end
    inner = problem_or_next or inner
    return 1
  end
end

function sink.chain(...)
  local parts = {...}
  local last = table.remove(parts)
  local through = filter.chain((table.unpack or unpack)(parts))
  return function(chunk, problem)
    if chunk == "" then return 1 end
    local made = through(chunk)
    if made and made ~= "" then
      local result, wrong = last(made, problem)
      if not result then return nil, wrong end
    end
    if chunk == nil then return last(nil, problem) end
    return 1
  end
end

function filter.cycle(low, context, extra)
  return function(chunk)
    local made
    made, context = low(context, chunk, extra)
    return made
  end
end

function filter.chain(...)
  local filters = {...}
  return function(chunk)
    local at_end = chunk == nil
    local made = chunk
    for _, step in ipairs(filters) do
      if at_end then
        local more = made ~= nil and made ~= "" and (step(made) or "") or ""
        local rest = step(nil) or ""
        made = more .. rest
      else
        made = step(made) or ""
      end
    end
    if at_end and made == "" then return nil end
    return made
  end
end

function pump.step(from, to)
  local chunk, problem = from()
  local result, wrong = to(chunk, problem)
  if chunk and result then return 1 end
  return nil, problem or wrong
end

function pump.all(from, to, step)
  step = step or pump.step
  while true do
    local result, problem = step(from, to)
    if not result then
      if problem then return nil, problem end
      return 1
    end
  end
end

return ltn12
