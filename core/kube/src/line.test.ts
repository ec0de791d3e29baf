import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Line } from './line.ts'

test('a line can be left from either end and from the middle', () => {
  const line = new Line<string>()
  const [a, , c, , e] = ['a', 'b', 'c', 'd', 'e'].map((value) => line.push(value))
  for (const place of [a, c, e]) if (place) line.remove(place)
  assert.equal(line.length, 2)
  line.push('f')
  assert.deepEqual([line.shift(), line.shift(), line.shift(), line.shift(), line.length], ['b', 'd', 'f', undefined, 0])
})
