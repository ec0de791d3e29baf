import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoff } from './backoff.ts'

const range = { baseMs: 5, capMs: 60_000 }

for (const [failures, random, wait] of [
  [0, 0, 5],
  [3, 0, 40],
  [3, 0.5, 30],
  [13, 0, 40_960],
  [14, 0, 60_000],
  [5000, 0, 60_000],
] as const) {
  test(`wait ${failures} with luck ${random} is ${wait} ms`, () => {
    assert.equal(
      backoff(failures, range, () => random),
      wait,
    )
  })
}
