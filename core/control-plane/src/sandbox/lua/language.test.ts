import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { run, values } from './run.test-support.ts'

/** What tells Lua 5.1 from its successors, and what scripts use of it. */
const expressions: readonly [expression: string, value: unknown][] = [
  ['tostring(5)', '5'],
  ['10 / 2', 5],
  ['tostring(10 / 2)', '5'],
  ['3 .. ""', '3'],
  ['tostring(3.5)', '3.5'],
  ['1 / 3', 1 / 3],
  ['2 ^ 53', 2 ** 53],
  ['7 % 3', 1],
  ['-7 % 3', 2],
  ['math.floor(-3.5)', -4],
  ['math.ceil(3.2)', 4],
  ['math.pow(2, 10)', 1024],
  ['math.mod(7, 4)', 3],
  ['math.max(1, 5, 3)', 5],
  ['math.huge == 1 / 0', true],
  ['tonumber("0x10")', 16],
  ['tonumber("10Gi")', null],
  ['tonumber("  7  ")', 7],
  ['tonumber("ff", 16)', 255],
  ['"10" + 5', 15],
  ['#"abc"', 3],
  ['#{1, 2, 3}', 3],
  ['table.getn({1, 2})', 2],
  ['table.maxn({1, 2, [5] = 1})', 5],
  ['table.concat({"a", "b"}, ",")', 'a,b'],
  ['select("#", 1, nil, nil)', 3],
  ['select(2, "a", "b")', 'b'],
  ['(unpack({7, 8}))', 7],
  ['table.unpack', null],
  ['type(nil)', 'nil'],
  ['not nil', true],
  ['nil and 1 or 2', 2],
  ['"a" < "b"', true],
  ['string.format("%d %s %5.2f %q", 3, "x", 1.5, "y")', '3 x  1.50 "y"'],
  ['string.format("%s %s %s", true, nil, 5)', 'true nil 5'],
  ['string.sub("hello", -3)', 'llo'],
  ['string.byte("A")', 65],
  ['string.char(72, 105)', 'Hi'],
  ['string.upper("a") .. string.lower("B")', 'Ab'],
  ['string.reverse("abc")', 'cba'],
  ['(string.find("a.b", ".", 1, true))', 2],
  ['string.match("nginx:1.2", ":(.+)$")', '1.2'],
  ['string.len("é")', 2],
  ['("x"):upper()', 'X'],
  ['string.gfind("a b", "%a")()', 'a'],
  ['_VERSION', 'Lua 5.1'],
  ['_G._G == _G', true],
  ['(pcall(error, "x"))', false],
  ['select(2, pcall(error, {code = 4})).code', 4],
  ['#arg_is_not_there', undefined],
  ['os.date("!%Y-%m-%d %H:%M:%S %a %b %j", 86400)', '1970-01-02 00:00:00 Fri Jan %j'],
  ['os.date("%F|%I%p|%y|%w|%Z|%%", 0)', '1970-01-01|12AM|70|4|UTC|%'],
  ['os.date("*t", 3600).hour', 1],
  ['os.date("!*t", 0).yday', 1],
  ['os.time({year = 2020, month = 1, day = 1, hour = 0})', 1577836800],
  ['os.time({year = 2020, month = 1, day = 1})', 1577836800 + 43200],
  ['os.time() > 1700000000', true],
]

describe('Lua 5.1', () => {
  for (const [expression, value] of expressions) {
    test(expression, async () => {
      if (value === undefined) await assert.rejects(values(expression))
      else assert.deepEqual(await values(expression), [value])
    })
  }

  test('has closures, repeat, numeric and generic for, varargs and several results', async () => {
    const code = `
      local function counter() local n = 0 return function() n = n + 1 return n end end
      function f(...)
        local c, sum, names = counter(), 0, {}
        repeat c() until c() >= 4
        for i = 10, 1, -3 do sum = sum + i end
        for k, v in pairs({a = 1, b = 2}) do names[#names + 1] = k .. v end
        table.sort(names)
        for i, v in ipairs({5, 6, nil, 7}) do sum = sum + v end
        return c(), sum, table.concat(names), select('#', ...), ...
      end`
    assert.deepEqual(await run(code, ['x', null, 2]), [5, 33, 'a1b2', 3, 'x', null, 2])
  })

  test('has no goto and no integer division', async () => {
    await assert.rejects(run('function f() goto over ::over:: end'), /line 1: /)
    await assert.rejects(run('function f() return 7 // 2 end'), /line 1: unexpected symbol near '\/'/)
  })

  test('says on which line a script is wrong', async () => {
    await assert.rejects(run('local a = 1\n\nx = = 2'), { message: "line 3: unexpected symbol near '='" })
    await assert.rejects(run('function f(o)\n  return o.status.phase\nend', [{}]), {
      message: "line 2: attempt to index field 'status' (a nil value)",
    })
    await assert.rejects(run('function f(o)\n\n  local a = string.find(nil) return a end'), {
      message: "line 3: bad argument #1 to 'find' (string expected, got nil)",
    })
    await assert.rejects(run('function f()\n error("no good") end'), { message: 'line 2: no good' })
    await assert.rejects(run('function f() error({ code = 7 }) end'), { message: '{"code":7}' })
    await assert.rejects(run('function g() end'), { message: 'not found function f' })
    await assert.rejects(run('f = 5'), { message: 'f is a number, not a function' })
  })
})
