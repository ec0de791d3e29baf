import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldAt, hasPath, withField, withoutKeys } from './fields.ts'
import { deepFreeze } from './freeze.ts'

const given: object = deepFreeze({ a: { b: 1, c: [2] }, d: {} })

test('a field is read along a path', () => {
  assert.equal(fieldAt(given, ['a', 'b']), 1)
  assert.equal(fieldAt(given, ['a', 'b', 'c']), undefined)
  assert.equal(fieldAt(given, ['d', 'constructor']), undefined)
})

test('a path is there when every step of it is the own one of what is before it', () => {
  const there: readonly (readonly string[])[] = [[], ['a', 'b'], ['a', 'c', '0'], ['d']]
  for (const path of there) assert.equal(hasPath(given, path), true, path.join('/'))
  const absent = ['x', 'toString', '__proto__', 'constructor/prototype', 'a/c/1', 'a/c/map', 'a/b/toFixed', 'd/valueOf']
  for (const path of absent) assert.equal(hasPath(given, path.split('/')), false, path)
  assert.equal(hasPath({ constructor: { toString: null } }, ['constructor', 'toString']), true)
})

test('a field is written into a new object that shares the rest', () => {
  const after = withField(given, ['d', 'e', 'f'], 3)
  assert.deepEqual(after, { a: { b: 1, c: [2] }, d: { e: { f: 3 } } })
  assert.equal(fieldAt(after, ['a']), fieldAt(given, ['a']))
})

test('undefined takes a key away, and makes nothing on the way', () => {
  assert.deepEqual(withField(given, ['a', 'c'], undefined), { a: { b: 1 }, d: {} })
  assert.equal(withField(given, ['x', 'y'], undefined), given)
  assert.equal(withField(given, ['a', 'b', 'c'], undefined), given)
})

test('a value that is already there changes nothing', () => {
  assert.equal(withField(given, ['a', 'b'], 1), given)
})

test('a map without keys it does not have is the same map', () => {
  const map = { a: 1, b: 2 }
  assert.equal(
    withoutKeys(map, (key) => key === 'x'),
    map,
  )
  assert.deepEqual(
    withoutKeys(map, (key) => key === 'a'),
    { b: 2 },
  )
  assert.equal(
    withoutKeys(map, () => true),
    undefined,
  )
})
