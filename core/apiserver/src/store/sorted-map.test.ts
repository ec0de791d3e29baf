import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SortedMap } from './sorted-map.ts'

test('a sorted map is a map whose values come in the order of keys', () => {
  const sorted = new SortedMap<number>()
  const plain = new Map<string, number>()
  let seed = 7
  const next = (below: number) => {
    seed = (seed * 48271) % 2147483647
    return seed % below
  }
  for (let step = 0; step < 3000; step += 1) {
    const key = `key-${next(200)}`
    if (next(3) === 0) {
      sorted.delete(key)
      plain.delete(key)
    } else {
      sorted.set(key, step)
      plain.set(key, step)
    }
    assert.equal(sorted.get(key), plain.get(key))
  }
  assert.equal(sorted.size, plain.size)
  const keys = [...plain.keys()].sort()
  assert.deepEqual(
    sorted.values(),
    keys.map((key) => plain.get(key)),
  )
})
