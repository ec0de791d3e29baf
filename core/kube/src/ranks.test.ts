import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ranks } from './ranks.ts'

/** A small generator of numbers that look random, the same ones every time. */
const numbers = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
  return seed / 2 ** 31
}

test('what comes out is sorted by rank, then by when it came', () => {
  const random = numbers(7)
  const ranks = new Ranks<{ rank: number; number: number }>()
  const expected: { rank: number; number: number }[] = []
  for (let number = 0; number < 2_000; number++) {
    const value = { rank: Math.floor(random() * 50) - 25, number }
    const place = ranks.push(value.rank, value)
    if (random() < 0.3) ranks.remove(value.rank, place)
    else expected.push(value)
  }
  expected.sort((a, b) => b.rank - a.rank || a.number - b.number)
  assert.equal(ranks.length, expected.length)
  for (const value of expected) assert.equal(ranks.shift(), value)
  assert.deepEqual([ranks.length, ranks.shift()], [0, undefined])
})
