import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError, deepFreeze } from '@flotilla/sdk'
import { jsonPatch } from './json.ts'

const object = deepFreeze({ a: { b: [1, 2], 'x/y': 1 }, c: 'd' })

describe('applies', () => {
  const cases: readonly (readonly [operations: object[], expected: object])[] = [
    [[{ op: 'add', path: '/e', value: 1 }], { ...object, e: 1 }],
    [[{ op: 'add', path: '/a/b/-', value: 3 }], { ...object, a: { ...object.a, b: [1, 2, 3] } }],
    [[{ op: 'add', path: '/a/b/0', value: 0 }], { ...object, a: { ...object.a, b: [0, 1, 2] } }],
    [[{ op: 'replace', path: '/c', value: 'e' }], { ...object, c: 'e' }],
    [[{ op: 'replace', path: '/new', value: 'e' }], { ...object, new: 'e' }],
    [[{ op: 'replace', path: '/a/b/1', value: 9 }], { ...object, a: { ...object.a, b: [1, 9] } }],
    [[{ op: 'replace', path: '/a/x~1y', value: 2 }], { ...object, a: { ...object.a, 'x/y': 2 } }],
    [[{ op: 'remove', path: '/a' }], { c: 'd' }],
    [[{ op: 'remove', path: '/a/b/0' }], { ...object, a: { ...object.a, b: [2] } }],
    [[{ op: 'move', from: '/c', path: '/e' }], { a: object.a, e: 'd' }],
    [[{ op: 'copy', from: '/a/b', path: '/e' }], { ...object, e: [1, 2] }],
    [
      [
        { op: 'test', path: '/c', value: 'd' },
        { op: 'remove', path: '/c' },
      ],
      { a: object.a },
    ],
    [
      [
        { op: 'add', path: '/e', value: {} },
        { op: 'add', path: '/e/f', value: 1 },
      ],
      { ...object, e: { f: 1 } },
    ],
    [[{ op: 'replace', path: '', value: { z: 1 } }], { z: 1 }],
    [[{ op: 'add', path: '/a/prototype', value: 1 }], { ...object, a: { ...object.a, prototype: 1 } }],
    [[{ op: 'replace', path: '/toString', value: 1 }], { ...object, toString: 1 }],
    [[], object],
  ]
  for (const [operations, expected] of cases) {
    test(JSON.stringify(operations), () => assert.deepEqual(jsonPatch(object, operations), expected))
  }
})

describe('refuses', () => {
  const cases: readonly (readonly [operations: unknown, code: number])[] = [
    [{ op: 'add', path: '/e', value: 1 }, 400],
    [null, 400],
    [[null], 422],
    [[{ op: 'merge', path: '/a', value: 1 }], 422],
    [[{ op: 'add', path: 'a', value: 1 }], 422],
    [[{ op: 'add', path: '/a' }], 422],
    [[{ op: 'copy', path: '/a' }], 422],
    [[{ op: 'test', path: '/c', value: 'x' }], 422],
    [[{ op: 'test', path: '/none', value: 'x' }], 422],
    [[{ op: 'remove', path: '/none' }], 422],
    [[{ op: 'remove', path: '/a/b/length' }], 422],
    [[{ op: 'remove', path: '/a/b/7' }], 422],
    [[{ op: 'replace', path: '/a/b/7', value: 1 }], 422],
    [[{ op: 'replace', path: '/a/b/length', value: 1 }], 422],
    [[{ op: 'remove', path: '' }], 422],
    [[{ op: 'remove', path: '/toString' }], 422],
    [[{ op: 'remove', path: '/none/toString' }], 422],
    [[{ op: 'add', path: '/constructor/x', value: 1 }], 422],
    [[{ op: 'copy', from: '/toString', path: '/e' }], 422],
    [[{ op: 'copy', from: '/constructor', path: '/e' }], 422],
    [[{ op: 'test', path: '/constructor', value: 1 }], 422],
    [[{ op: 'add', path: '/none/below', value: 1 }], 422],
    [[{ op: 'add', path: '/a/b/01', value: 1 }], 422],
    [[{ op: 'move', from: '/a/b/x', path: '/e' }], 422],
    [[{ op: 'add', path: '/__proto__/polluted', value: 1 }], 422],
    [Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/c', value: 'd' })), 413],
  ]
  for (const [operations, code] of cases) {
    test(`${JSON.stringify(operations).slice(0, 80)} with ${code}`, () => {
      assert.throws(
        () => jsonPatch(object, operations),
        (error) => error instanceof ApiError && error.code === code,
      )
      assert.equal(Reflect.get({}, 'polluted'), undefined)
    })
  }
})

test('the object itself and the patch stay as they are', () => {
  const operations = deepFreeze([
    { op: 'add', path: '/e', value: { f: 1 } },
    { op: 'add', path: '/e/g', value: 2 },
  ])
  jsonPatch(object, operations)
  assert.deepEqual(object, { a: { b: [1, 2], 'x/y': 1 }, c: 'd' })
})
