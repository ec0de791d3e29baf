import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quantile } from './bench.ts'

const hundred = Array.from({ length: 100 }, (_, i) => i)

test('half of the numbers lie below the middle, and 99 of 100 below the last but one', () => {
  assert.equal(quantile(hundred, 0.5), 50)
  assert.equal(quantile(hundred, 0.99), 99)
  assert.equal(quantile([7], 0.99), 7)
  assert.equal(quantile([], 0.5), 0)
})
