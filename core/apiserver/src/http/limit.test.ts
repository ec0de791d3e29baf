import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '@flotilla/sdk'
import { masters } from '../authorization.ts'
import type { Request } from '../request.ts'
import { createLimiter } from './limit.ts'

const request = (method: string, ...groups: readonly string[]): Request => ({
  method,
  path: '/api',
  query: {},
  user: { name: 'u', groups },
  body: () => undefined,
})

const refused = (error: unknown): boolean => {
  assert.ok(error instanceof ApiError)
  assert.deepEqual([error.code, error.status.reason], [429, 'TooManyRequests'])
  assert.equal(error.status.details?.retryAfterSeconds, 1)
  return true
}

test('there is room for so many reads and so many writes, and again when one is done, however it ends', async () => {
  const limiter = createLimiter({ reads: 1, writes: 2 })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const work = () => promise
  const writes = [limiter(request('POST'), work), limiter(request('PATCH'), work)]
  await assert.rejects(limiter(request('DELETE'), work), refused)
  const read = limiter(request('GET'), async () => 'read')
  await assert.rejects(limiter(request('HEAD'), work), refused)
  assert.equal(await read, 'read')
  assert.equal(await limiter(request('GET'), async () => 'again'), 'again')
  reject(new Error('no'))
  await Promise.allSettled(writes)
  assert.equal(await limiter(request('PUT'), async () => 'again'), 'again')
  resolve()
})

test('administrators find room', async () => {
  const limiter = createLimiter({ reads: 0, writes: 0 })
  assert.equal(await limiter(request('GET', masters), async () => 'done'), 'done')
  await assert.rejects(
    limiter(request('GET'), async () => 'done'),
    refused,
  )
})
