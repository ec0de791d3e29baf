import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settled } from './settled.ts'

const { signal } = new AbortController()

test('what is busy is waited for', async () => {
  let looks = 0
  assert.ok(await settled({ isIdle: () => ++looks > 30, writes: () => 0 }, 10_000, signal))
  assert.ok(looks >= 40)
})

test('what was written a moment ago may have consequences', async () => {
  let writes = 0
  let looks = 0
  const busyUntil = 30
  const isIdle = () => {
    if (++looks <= busyUntil) writes++
    return true
  }
  assert.ok(await settled({ isIdle, writes: () => writes }, 10_000, signal))
  assert.ok(looks >= busyUntil + 10)
})

test('what does not come to rest is given up', async () => {
  assert.equal(await settled({ isIdle: () => false, writes: () => 0 }, 50, signal), false)
})

test('whoever is in a hurry can leave', async () => {
  const end = new AbortController()
  const waiting = settled({ isIdle: () => false, writes: () => 0 }, 10_000, end.signal)
  end.abort(new Error('enough'))
  await assert.rejects(waiting)
})
