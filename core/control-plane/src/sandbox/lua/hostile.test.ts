import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Exceeded } from '../engine.ts'
import { run, values } from './run.test-support.ts'

const beyond = (what: Exceeded['what']) => (cause: unknown) => cause instanceof Exceeded && cause.what === what

/** A text of 2^18 letters, and one that is twice as many patterns. */
const long = `
  local s, p = 'a', 'a?'
  for i = 1, 18 do s, p = s .. s, p .. p end`

const bombs: readonly [name: string, code: string, what: Exceeded['what']][] = [
  ['a table without end', 'function f() local t = {} while true do t[#t + 1] = "x" .. #t end end', 'memory'],
  ['a text without end', 'function f() local s = "x" while true do s = s .. s end end', 'memory'],
  ['a text without end, at once', 'local s = "x" while true do s = s .. s end function f() end', 'memory'],
  ['a long answer', 'function f() local t = {} for i = 1, 1e6 do t[i] = i end return t end', 'output'],
  ['an answer that doubles', 'function f() local t = { "x" } for i = 1, 60 do t = { t, t } end return t end', 'output'],
  ['a long text', 'function f() local s = "x" for i = 1, 22 do s = s .. s end return s end', 'output'],
]

const scripts: readonly [name: string, code: string, message: RegExp][] = [
  ['a recursion', 'function f() return 1 + f() end', /line 1: stack overflow/],
  ['a recursion through pcall', 'function f() local ok, why = pcall(f) error(why, 0) end', /C stack overflow/],
  ['a recursion through sort', 'function f() table.sort({ 1, 2 }, f) end', /C stack overflow/],
  ['a pattern that nests', `function f() ${long} return s:find(p .. 'b') end`, /it nests too deeply/],
  ['an error about an error', 'function f() error(setmetatable) end', /./],
  ['too many results', 'function f() return unpack({}, 1, 1e8) end', /too many results to unpack/],
  ['compiled code', '\x1bLua', /it is no text/],
  ['parentheses without end', `function f() return ${'('.repeat(10_000)}1${')'.repeat(10_000)} end`, /line 1: /],
]

describe('a hostile script', () => {
  for (const [name, code, what] of bombs) {
    test(`${name} ends with its ${what}`, async () => {
      await assert.rejects(run(code), beyond(what))
      assert.deepEqual(await values('1'), [1], 'the next one runs')
    })
  }

  for (const [name, code, message] of scripts) {
    test(`${name} ends with an error`, async () => {
      await assert.rejects(run(code), { message })
      assert.deepEqual(await values('1'), [1], 'the next one runs')
    })
  }

  test('may catch that there is no memory left, and leaves none of it behind', async () => {
    const greedy = `function f()
      local t = {}
      local ok, why = pcall(function() while true do t[#t + 1] = "x" .. #t end end)
      t = nil
      return ok, why
    end`
    for (let round = 0; round < 5; round++) assert.deepEqual(await run(greedy), [false, 'not enough memory'])
    assert.deepEqual(await values('1'), [1])
  })

  test('has the memory it may have, and no more', async () => {
    const hold = 'function f(n) local t = {} for i = 1, n do t[i] = "some text number " .. i end return #t end'
    assert.deepEqual(await run(hold, [20_000], { memory: 4 * 2 ** 20 }), [20_000])
    await assert.rejects(run(hold, [200_000], { memory: 4 * 2 ** 20 }), beyond('memory'))
  })

  test('compiled before another broke Lua is compiled again', async () => {
    const { lua } = await import('./engine.ts')
    const limits = { timeout: 1000, memory: 8 * 2 ** 20, output: 2 ** 20, concurrency: 1 }
    const kept = await lua({ name: 'kept', code: 'function f() return 7 end', limits })
    assert.deepEqual(await kept.call('f', []), ['7'])
    await assert.rejects(run('function f() local s = "x" while true do s = s .. s end end'))
    assert.deepEqual(await kept.call('f', []), ['7'])
    kept.close()
  })

  test('called a hundred thousand times, Lua does not grow', { timeout: 120_000 }, async () => {
    const { lua } = await import('./engine.ts')
    const limits = { timeout: 1000, memory: 8 * 2 ** 20, output: 2 ** 20, concurrency: 1 }
    const code = 'kept = {} function f(o) kept[1] = o o.list = { {}, { a = {} } } return o end'
    const script = await lua({ name: 'script', code, limits })
    const before = process.memoryUsage().external
    for (let call = 0; call < 100_000; call++) await script.call('f', [`{"a":{},"b${call % 10_000}":[]}`])
    script.close()
    assert.ok(process.memoryUsage().external - before < 16 * 2 ** 20)
  })
})
