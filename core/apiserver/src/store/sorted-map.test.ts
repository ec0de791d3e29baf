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
  for (let step = 0; step < 30_000; step += 1) {
    const key = `key-${next(4000)}`
    if (next(step < 20_000 ? 5 : 2) === 0) {
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
  for (const from of ['', 'key-1', 'key-2500', 'key-25000', 'key-9', 'z']) {
    const rest = keys.filter((key) => key >= from)
    assert.deepEqual(
      [...sorted.from(from)],
      rest.map((key) => plain.get(key)),
    )
    assert.equal(sorted.sizeFrom(from), rest.length)
  }
  for (const key of keys) sorted.delete(key)
  assert.deepEqual([sorted.size, sorted.values(), [...sorted.from('')], sorted.sizeFrom('')], [0, [], [], 0])
})

test('what is added in order stays in order', () => {
  const sorted = new SortedMap<number>()
  for (let index = 0; index < 2000; index += 1) sorted.set(String(index).padStart(6, '0'), index)
  assert.deepEqual(
    sorted.values(),
    Array.from({ length: 2000 }, (_, index) => index),
  )
})
