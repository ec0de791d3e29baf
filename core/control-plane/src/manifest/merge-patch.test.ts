import assert from 'node:assert/strict'
import { test } from 'node:test'
import { merged, mergePatch } from './merge-patch.ts'

const cases: Record<string, readonly [before: object, after: object, patch: object | undefined]> = {
  'nothing to do': [{ a: { b: [1] } }, { a: { b: [1] } }, undefined],
  'a key that comes': [{}, { a: 1 }, { a: 1 }],
  'a key that goes': [{ a: 1, b: 2 }, { b: 2 }, { a: null }],
  'a key that says nothing any more': [{ a: 1 }, { a: undefined }, { a: null }],
  'a key that still says nothing': [{}, { a: undefined }, undefined],
  'a change deep down': [{ a: { b: { c: 1, d: 2 } } }, { a: { b: { c: 3, d: 2 } } }, { a: { b: { c: 3 } } }],
  'a list is replaced whole': [{ a: [1, 2] }, { a: [1, 3] }, { a: [1, 3] }],
  'an object in place of a list': [{ a: [1] }, { a: { b: 1 } }, { a: { b: 1 } }],
  'an empty map that fills': [{ a: {} }, { a: { b: 1 } }, { a: { b: 1 } }],
}

for (const [name, [before, after, patch]] of Object.entries(cases))
  test(name, () => assert.deepEqual(mergePatch({ ...before }, { ...after }), patch))

for (const [name, [before, after, patch = {}]] of Object.entries(cases))
  test(`and back: ${name}`, () => {
    const said = Object.fromEntries(Object.entries(after).filter(([, value]) => value !== undefined))
    assert.deepEqual(merged({ ...before }, { ...patch }), said)
  })

test('what is merged into nothing has no nulls', () =>
  assert.deepEqual(merged({ a: 'text' }, { a: { b: null, c: { d: null } } }), { a: { c: {} } }))
