/**
 * What scripts find: the functions of Lua that Karmada lets them have. It is run once, with functions of ours as its argument, and
 * gives a function that makes a new set of globals: what a script does to them is gone with the call.
 */
export const library = `
local host, getmetatable = ...
local assert, error, ipairs, next, pairs, pcall, select = assert, error, ipairs, next, pairs, pcall, select
local tonumber, tostring, type, unpack, xpcall = tonumber, tostring, type, unpack, xpcall
local text, math, table, kube = string, math, table, host.kube

local function refused(name)
  return function()
    error('call function ' .. name .. ' is not supported in karmada customized resourceinterpreter.', 2)
  end
end

local none = {}
for _, name in ipairs {
  'collectgarbage', 'dofile', 'getfenv', 'getmetatable', 'load', 'loadfile', 'loadstring', 'rawequal', 'rawget', 'rawset',
  'setfenv', 'setmetatable', 'module', 'newproxy', 'dump', 'gsub', 'rep', 'loadlib', 'seeall',
} do none[name] = refused(name) end

local longest = 1000000
local function measure(name, ...)
  for i = 1, select('#', ...) do
    local s = select(i, ...)
    if type(s) == 'string' and #s > longest then
      error("bad argument #" .. i .. " to '" .. name .. "' (string longer than " .. longest .. ' bytes)', 3)
    end
  end
end

local short = {}
for _, name in ipairs {
  'byte', 'char', 'find', 'format', 'gmatch', 'len', 'lower', 'match', 'reverse', 'sub', 'upper',
} do
  -- each under its own name, which stands in errors
  local wrap = loadstring((('local NAME, measure = ... return function(...) measure("NAME", ...) return NAME(...) end'):gsub('NAME', name)), '=library')
  short[name] = wrap(text[name], measure)
end

-- where Lua wants a text or a number, Karmada takes anything
local plain = short.format
function short.format(format, ...)
  local args, n = { ... }, select('#', ...)
  for i = 1, n do
    local kind = type(args[i])
    if kind ~= 'string' and kind ~= 'number' then args[i] = tostring(args[i]) end
  end
  return plain(format, unpack(args, 1, n))
end
local function print() end

local function strings()
  return {
    byte = short.byte, char = short.char, dump = none.dump, find = short.find, format = short.format, gfind = short.gmatch,
    gmatch = short.gmatch, gsub = none.gsub, len = short.len, lower = short.lower, match = short.match, rep = none.rep,
    reverse = short.reverse, sub = short.sub, upper = short.upper,
  }
end
local function maths()
  return {
    abs = math.abs, acos = math.acos, asin = math.asin, atan = math.atan, atan2 = math.atan2, ceil = math.ceil, cos = math.cos,
    cosh = math.cosh, deg = math.deg, exp = math.exp, floor = math.floor, fmod = math.fmod, frexp = math.frexp, huge = math.huge,
    ldexp = math.ldexp, log = math.log, log10 = math.log10, max = math.max, min = math.min, mod = math.fmod, modf = math.modf,
    pi = math.pi, pow = math.pow, rad = math.rad, random = math.random, randomseed = math.randomseed, sin = math.sin,
    sinh = math.sinh, sqrt = math.sqrt, tan = math.tan, tanh = math.tanh,
  }
end
local function tables()
  return {
    concat = table.concat, foreach = table.foreach, foreachi = table.foreachi, getn = table.getn, insert = table.insert,
    maxn = table.maxn, remove = table.remove, sort = table.sort,
  }
end
local function kubes()
  return {
    accuratePodRequirements = kube.accuratePodRequirements, getPodDependencies = kube.getPodDependencies,
    getResourceQuantity = kube.getResourceQuantity, resourceAdd = kube.resourceAdd,
  }
end

local function required(package)
  return function(name)
    local loaded = package.loaded[name]
    if loaded ~= nil then return loaded end
    local load = package.preload[name]
    if load == nil then error('module ' .. tostring(name) .. ' not found', 2) end
    loaded = load(name)
    if loaded == nil then loaded = true end
    package.loaded[name] = loaded
    return loaded
  end
end

getmetatable('').__index = strings()

return function()
  local package = { loadlib = none.loadlib, loaded = {}, path = '', cpath = '', preload = { kube = kubes }, seeall = none.seeall }
  local env = {
    _VERSION = 'Lua 5.1', assert = assert, collectgarbage = none.collectgarbage, dofile = none.dofile, error = error,
    getfenv = none.getfenv, getmetatable = none.getmetatable, ipairs = ipairs, load = none.load, loadfile = none.loadfile,
    loadstring = none.loadstring, math = maths(), module = none.module, newproxy = none.newproxy, next = next,
    os = { date = host.date, time = host.time }, package = package, pairs = pairs, pcall = pcall, print = print,
    rawequal = none.rawequal, rawget = none.rawget, rawset = none.rawset, require = required(package), select = select,
    setfenv = none.setfenv, setmetatable = none.setmetatable, string = strings(), table = tables(), tonumber = tonumber,
    tostring = tostring, type = type, unpack = unpack, xpcall = xpcall,
  }
  env._G = env
  local loaded = package.loaded
  loaded._G, loaded.math, loaded.os, loaded.package, loaded.string, loaded.table = env, env.math, env.os, package, env.string, env.table
  return env
end
`
