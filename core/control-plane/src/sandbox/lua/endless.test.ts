import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { Metrics, Sandboxes } from '@flotilla/sdk'
import { createSandboxes } from '../sandboxes.ts'

const unheard = { add: () => {}, set: () => {}, forget: () => {}, observe: () => {} }
const metrics: Metrics = { counter: () => unheard, gauge: () => unheard, histogram: () => unheard }

const endless: readonly [name: string, code: string][] = [
  ['a loop', 'function f() while true do end end'],
  ['a loop that catches everything', 'function f() while true do pcall(f) end end'],
  ['a loop before any function is there', 'while true do end'],
  [
    'a pattern that tries everything',
    'function f() local s = "a" for i = 1, 12 do s = s .. s end return s:find(".-.-.-.-.-.-b") end',
  ],
  ['a sort that is never done', 'function f() table.sort({ 1, 2, 3 }, function() while true do end end) end'],
]

describe('a script that does not come back', () => {
  const stop = new AbortController()
  const sandboxes: Sandboxes = createSandboxes({ metrics, signal: stop.signal })
  after(() => stop.abort())

  for (const [name, code] of endless) {
    test(`${name} is ended from outside, and no other script with it`, async () => {
      const good = await sandboxes.open({ name: 'good', runtime: 'lua', code: 'function f(x) return x, 2 end' })
      const bad = await sandboxes.open({ name: 'bad', runtime: 'lua', code, limits: { timeout: 300 } })
      await assert.rejects(bad.call('f', []), {
        code: 'SANDBOX_TIMEOUT',
        message: /^bad did not come back from f within 300 ms/,
      })
      assert.deepEqual(await good.call('f', [1]), [1, 2])
      good.close()
      bad.close()
    })
  }

  test('a script that cannot be compiled is refused with its line', async () => {
    await assert.rejects(sandboxes.open({ name: 'bad', runtime: 'lua', code: 'x = 1\ny = = 2' }), {
      code: 'SANDBOX_PROGRAM',
      message: "bad cannot be run: line 2: unexpected symbol near '='",
    })
  })
})
