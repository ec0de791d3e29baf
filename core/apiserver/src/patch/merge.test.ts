import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError, deepFreeze } from '@flotilla/sdk'
import { mergePatch } from './merge.ts'

const cases: readonly (readonly [given: object, patch: unknown, expected: object])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  [{ a: 'foo' }, { a: { b: 1, c: null } }, { a: { b: 1 } }],
  [{}, { a: null }, {}],
]

for (const [given, patch, expected] of cases) {
  test(`${JSON.stringify(given)} with ${JSON.stringify(patch)}`, () =>
    assert.deepEqual(mergePatch(deepFreeze(given), deepFreeze(patch)), expected))
}

test('the same object when nothing changes, and the same parts where nothing does', () => {
  const object = deepFreeze({ a: { b: 1 }, c: { d: 2 } })
  assert.equal(mergePatch(object, { a: { b: 1, x: null } }), object)
  assert.equal((mergePatch(object, { c: { d: 3 } }) as typeof object).a, object.a)
})

for (const body of [[], null, 'text', 1]) {
  test(`${JSON.stringify(body)} is no merge patch`, () =>
    assert.throws(
      () => mergePatch({}, body),
      (error) => error instanceof ApiError && error.code === 400,
    ))
}
