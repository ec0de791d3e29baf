import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pace } from './pace.ts'

test('what is written now and then does not wait', () => {
  let now = 0
  const pace = new Pace({ burst: 3, refill: 500, now: () => now })
  for (; now < 10_000; now += 500) {
    assert.equal(pace.wait('a'), 0)
    pace.note('a')
  }
})

test('a burst goes through, then so many a second', () => {
  let now = 0
  const pace = new Pace({ burst: 3, refill: 500, now: () => now })
  const at: number[] = []
  for (; now < 2_000; now++) {
    if (pace.wait('a') > 0) continue
    pace.note('a')
    at.push(now)
  }
  assert.deepEqual(at, [0, 1, 2, 500, 1000, 1500])
  assert.equal(pace.wait('b'), 0, 'and others have a pace of their own')
})

test('what has not been written for a while is forgotten', () => {
  let now = 0
  const pace = new Pace({ burst: 3, refill: 500, now: () => now })
  for (; now < 100_000; now += 10) pace.note(`object ${now}`)
  assert.ok(pace.size <= 51, `${pace.size} are remembered`)
})
