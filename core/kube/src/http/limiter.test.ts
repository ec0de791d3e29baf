import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AdaptiveLimit, Limiter } from './limiter.ts'

/** A server that answers in so many milliseconds, asked by as many at once as the limit lets. */
function rounds(limit: AdaptiveLimit, count: number, latencyOf: (inFlight: number) => number, from = 0): number {
  let now = from
  for (let round = 0; round < count; round++) {
    const inFlight = limit.value
    const latency = latencyOf(inFlight)
    for (let i = 0; i < inFlight; i++) limit.observe({ begunAt: now, endedAt: now + latency, inFlight, timed: true })
    now += latency
  }
  return now
}

test('starts at 64 and grows by one a round while it is in use', () => {
  const limit = new AdaptiveLimit()
  assert.equal(limit.value, 64)
  rounds(limit, 10, () => 5)
  assert.equal(limit.value, 73)
})

test('does not grow while nobody needs it', () => {
  const limit = new AdaptiveLimit()
  for (let i = 0; i < 1000; i++) limit.observe({ begunAt: i, endedAt: i + 5, inFlight: 3, timed: true })
  assert.equal(limit.value, 64)
})

test('stays within 2 and 256', () => {
  const limit = new AdaptiveLimit()
  const now = rounds(limit, 400, () => 5)
  assert.equal(limit.value, 256)
  for (let i = 0; i < 20; i++) limit.observe({ begunAt: now + i, endedAt: now + i, inFlight: 9, throttled: true })
  assert.equal(limit.value, 2)
})

test('halves when the server throttles, once for those under way together', () => {
  const limit = new AdaptiveLimit()
  for (let i = 0; i < 10; i++) limit.observe({ begunAt: 0, endedAt: 5 + i, inFlight: 64, throttled: true })
  assert.equal(limit.value, 32)
  limit.observe({ begunAt: 6, endedAt: 20, inFlight: 32, throttled: true })
  assert.equal(limit.value, 16)
})

test('shrinks while answers take much longer than usual, and grows again when they do not', () => {
  const limit = new AdaptiveLimit()
  let now = rounds(limit, 20, () => 10)
  const usual = limit.value
  now = rounds(limit, 10, () => 200, now)
  const shrunk = limit.value
  assert.ok(shrunk < usual / 2, `${usual} became ${shrunk}`)
  rounds(limit, 50, () => 10, now)
  assert.ok(limit.value > shrunk)
})

test('settles where a server with so many hands is busy', () => {
  const limit = new AdaptiveLimit({ initial: 200 })
  rounds(limit, 20, () => 20)
  rounds(limit, 400, (inFlight) => (inFlight <= 32 ? 20 : 20 * (inFlight / 32) ** 2), 1e6)
  assert.ok(limit.value < 100, `${limit.value}`)
})

test('long lists say nothing about latency', () => {
  const limit = new AdaptiveLimit()
  const now = rounds(limit, 5, () => 10)
  for (let i = 0; i < 100; i++) limit.observe({ begunAt: now + i, endedAt: now + i + 5000, inFlight: 1 })
  assert.ok(limit.value >= 64)
})

const narrow = (): Limiter => new Limiter(new AdaptiveLimit({ initial: 2, most: 2 }))

test('lets in as many as the limit says, the others in the order they came', async () => {
  const limiter = narrow()
  const order: number[] = []
  const leaves = [await limiter.enter(), await limiter.enter()]
  const waiting = [1, 2, 3].map(async (number) => {
    const leave = await limiter.enter()
    order.push(number)
    return leave
  })
  await new Promise(setImmediate)
  assert.deepEqual(order, [])
  leaves[0]?.()
  leaves[1]?.({ throttled: true })
  await new Promise(setImmediate)
  assert.deepEqual(order, [1, 2])
  for (const leave of await Promise.all(waiting.slice(0, 2))) leave()
  await waiting[2]
  assert.deepEqual(order, [1, 2, 3])
})

test('who gives up waiting leaves the line', async () => {
  const limiter = narrow()
  const leaves = [await limiter.enter(), await limiter.enter()]
  const controller = new AbortController()
  const reason = new Error('enough')
  const givingUp = limiter.enter(controller.signal)
  const patient = limiter.enter()
  controller.abort(reason)
  await assert.rejects(givingUp, reason)
  leaves[0]?.()
  await patient
  await assert.rejects(limiter.enter(controller.signal), reason)
})
