-- Prints what calls give and which errors they raise, in a form that doesn't depend on the order of tables.
local function shown(value, depth)
  depth = depth or 0
  if type(value) == "string" then return (string.format("%q", value):gsub("\n", "n")) end
  if type(value) == "number" then return (math.type and math.type(value) or "") .. " " .. string.format("%.17g", value) end
  if type(value) == "userdata" or type(value) == "table" and value == NULL then return "<null>" end
  if type(value) ~= "table" then return tostring(value) end
  if depth > 40 then return "{...}" end
  local parts, meta = {}, getmetatable(value)
  for key, item in pairs(value) do parts[#parts + 1] = shown(key, depth + 1) .. "=" .. shown(item, depth + 1) end
  table.sort(parts)
  return "{" .. table.concat(parts, ",") .. "}" .. (meta and meta.__jsontype and "<" .. meta.__jsontype .. ">" or "")
end

local number = 0
local function case(call, ...)
  local results = {n = 0}
  local function collect(...)
    results = {n = select("#", ...), ...}
  end
  collect(pcall(call, ...))
  for place = 1, results.n do results[place] = shown(results[place]) end
  number = number + 1
  print(number, table.concat(results, "\t"))
end

-- The names of a module, and what kinds of values they have.
local function members(module)
  local kinds = {}
  for name, value in pairs(module) do kinds[name] = type(value) end
  return kinds
end
