import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze } from './freeze.ts'

test('it freezes all the way down, and answers the same value', () => {
  const value = { list: [{ deep: { deeper: 1 } }], text: 'a', nothing: null }
  assert.equal(deepFreeze(value), value)
  assert.ok(Object.isFrozen(value) && Object.isFrozen(value.list) && Object.isFrozen(value.list[0]?.deep))
  assert.throws(() => Object.assign(value.list[0]?.deep ?? {}, { deeper: 2 }), TypeError)
})

test('what cannot be frozen is answered as it is', () => {
  for (const value of [undefined, null, 1, 'text', true]) assert.equal(deepFreeze(value), value)
})

test('what is frozen is not looked into', () => {
  const inner = { a: 1 }
  deepFreeze({ outer: Object.freeze({ inner }) })
  assert.equal(Object.isFrozen(inner), false)
})
