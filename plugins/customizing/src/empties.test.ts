import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { withEmptiesOf, withoutEmpties } from './empties.ts'

describe('what a script gives without an object to compare with', () => {
  const cases: readonly [name: string, value: unknown, becomes: unknown][] = [
    ['loses its empty fields', { a: [], b: {}, c: 1, d: { e: [], f: 2 } }, { c: 1, d: { f: 2 } }],
    ['keeps a field whose own fields go', { a: { b: [] } }, { a: {} }],
    ['keeps the items of lists', { a: [{ b: [] }, [], {}, 0, '', false] }, { a: [{}, [], {}, 0, '', false] }],
    ['is an object where it is empty itself', [], {}],
    ['is what it is where it is no object', 5, 5],
  ]
  for (const [name, value, becomes] of cases) test(name, () => assert.deepEqual(withoutEmpties(value), becomes))
})

describe('what a script gives, compared with the objects it was given', () => {
  const reference = {
    spec: { volumes: [{ name: 'a', emptyDir: {} }], args: [], 'dotted.name:x': {} },
    metadata: { labels: { a: 'b' } },
  }
  const cases: readonly [name: string, value: unknown, becomes: unknown][] = [
    [
      'has {} and [] where they are there, whatever the name of the field',
      { spec: { volumes: [{ name: 'a', emptyDir: [] }], args: [], 'dotted.name:x': [] } },
      { spec: { volumes: [{ name: 'a', emptyDir: {} }], args: [], 'dotted.name:x': {} } },
    ],
    ['has no other empty field', { spec: { other: [] }, metadata: { labels: [] } }, { spec: {}, metadata: {} }],
    [
      'keeps {} that moved',
      { spec: { volumes: [{ name: 'b' }, { name: 'a', emptyDir: {} }] } },
      { spec: { volumes: [{ name: 'b' }, { name: 'a', emptyDir: {} }] } },
    ],
  ]
  for (const [name, value, becomes] of cases) {
    test(name, () => assert.deepEqual(withEmptiesOf(value, [reference]), becomes))
  }

  test('is compared with each of them', () => {
    assert.deepEqual(withEmptiesOf({ a: [], b: [], c: [] }, [{ a: {} }, { b: [] }]), { a: {}, b: [] })
  })
})
