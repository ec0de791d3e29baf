import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepEqual } from './equal.ts'

const parsed: unknown = JSON.parse('{"__proto__":{}}')

const cases: readonly (readonly [a: unknown, b: unknown, equal: boolean])[] = [
  [1, 1, true],
  [1, '1', false],
  [0, false, false],
  [null, null, true],
  [null, undefined, false],
  [null, {}, false],
  [{}, {}, true],
  [{}, [], false],
  [[], {}, false],
  [[1, 2], [1, 2], true],
  [[1, 2], [2, 1], false],
  [[1], [1, 2], false],
  [[undefined], [], false],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: undefined }, { b: undefined }, true],
  [{ a: 1 }, { a: 1, b: null }, false],
  [{ a: undefined }, { a: null }, false],
  [{ a: 1 }, { b: 1 }, false],
  [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 1 }] } }, true],
  [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } }, false],
  [{}, { constructor: 'x' }, false],
  [{ toString: 'x' }, {}, false],
  [{ constructor: undefined }, {}, true],
  [parsed, {}, false],
  [{}, parsed, false],
]

for (const [a, b, equal] of cases) {
  test(`${JSON.stringify(a)} ${equal ? 'equals' : 'does not equal'} ${JSON.stringify(b)}`, () =>
    assert.equal(deepEqual(a, b), equal))
}

test('shared parts are not looked into', () => {
  const shared = {
    get part(): never {
      throw new Error('looked into')
    },
  }
  assert.equal(deepEqual({ a: 1, shared }, { a: 1, shared }), true)
})
