import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atOnce, fittedExponent, percentile, resident } from './measure.ts'

test('percentiles are nearest ranks', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
  assert.equal(percentile(hundred, 0.5), 50)
  assert.equal(percentile(hundred, 0.99), 99)
  assert.equal(percentile([7], 0.99), 7)
})

test('every item has its turn, and no more than the width at once', async () => {
  let now = 0
  let most = 0
  const seen: number[] = []
  await atOnce(2, [1, 2, 3, 4, 5], async (item) => {
    most = Math.max(most, ++now)
    await Promise.resolve()
    seen.push(item)
    now--
  })
  assert.deepEqual(seen.sort(), [1, 2, 3, 4, 5])
  assert.equal(most, 2)
})

test('an exponent is fitted whatever the unit', () => {
  const points = [10, 100, 1000].map((x) => [x, 7 * x ** 1.5] as const)
  assert.ok(Math.abs(fittedExponent(points) - 1.5) < 1e-9)
})

test('what is resident of a process is more than nothing, and of one that has gone nothing', () => {
  assert.ok(resident() > 2 ** 20)
  assert.equal(resident(2 ** 22 + 1), 0)
})
