import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from './digest.ts'

test('the order of keys and what is undefined do not matter', () => {
  assert.equal(digest({ a: { x: 1, y: [1, { p: 1, q: 2 }] }, b: 2 }), digest({ b: 2, c: undefined, a: { y: [1, { q: 2, p: 1 }], x: 1 } })) // biome-ignore format: one line
})

test('everything else does', () => {
  const values = [undefined, null, 0, '0', {}, [], { a: 1 }, { a: '1' }, { b: 1 }, [1, 2], [2, 1], { a: null }]
  assert.equal(new Set(values.map(digest)).size, values.length)
})
