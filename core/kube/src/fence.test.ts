import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FlotillaError, isConflict, type Manifest } from '@flotilla/sdk'
import { createClient } from './client.ts'
import { fenced } from './fence.ts'
import { MemoryServer } from './testing/memory-server.ts'
import { configMap, configMapKind } from './testing/objects.ts'
import { until } from './testing/until.ts'

const key = { namespace: 'default', name: 'a' }
const path = '/api/v1/namespaces/default/configmaps/a'

/** A server with an object in it, the object as it is cached, and who writes there while the lease is held. */
function scene() {
  const server = new MemoryServer()
  let cached: Manifest | undefined = server.put(path, configMap('a', 1))
  let isHeld = true
  const cut = new AbortController()
  const fence = fenced(createClient(server), {
    isHeld: () => isHeld,
    cut: cut.signal,
    versions: [[configMapKind, { get: () => cached }]],
  })
  return {
    server,
    fence,
    cut,
    lose: () => {
      isHeld = false
    },
    learn: () => {
      cached = server.at(path)
    },
    forget: () => {
      cached = undefined
    },
  }
}

const isLost = (error: unknown) => error instanceof FlotillaError && error.code === 'SHARD_LOST'

test('who has lost the lease writes nothing, in no way', async () => {
  const { server, fence, lose } = scene()
  lose()
  const { client } = fence
  const object = configMap('a', 1)
  const ways: readonly (() => Promise<unknown>)[] = [
    () => client.create(configMapKind, configMap('b', 1)),
    () => client.update(configMapKind, object),
    () => client.patch(configMapKind, key, { type: 'merge', body: { data: {} } }),
    () => client.delete(configMapKind, key),
  ]
  for (const write of ways) await assert.rejects(write, isLost)
  assert.deepEqual(server.requests, [])
  assert.ok(await client.get(configMapKind, key), 'it may look')
})

test('a patch that says no version is of the version that is cached', async () => {
  const { server, fence, learn } = scene()
  const patch = (data: object) => fence.client.patch(configMapKind, key, { type: 'merge', body: { data } })
  await patch({ by: 'us' })
  await assert.rejects(patch({ by: 'us, though somebody wrote since' }), isConflict)
  learn()
  await patch({ by: 'us again' })
  assert.deepEqual(server.at(path)?.data, { by: 'us again' })
})

test('a version that is said holds, and what is not cached is written as it is', async () => {
  const { server, fence, learn, forget } = scene()
  const old = server.at(path)?.metadata.resourceVersion
  server.put(path, configMap('a', 2))
  learn()
  const body = { metadata: { resourceVersion: old }, data: {} }
  await assert.rejects(fence.client.patch(configMapKind, key, { type: 'merge', body }), isConflict)
  forget()
  await fence.client.patch(configMapKind, key, { type: 'merge', body: { data: { x: 'y' } } })
  assert.deepEqual(server.at(path)?.data, { x: 'y' })
})

test('a delete is of the version that is cached', async () => {
  const { server, fence } = scene()
  await fence.client.delete(configMapKind, key)
  const [{ body } = { body: undefined }] = server.requests
  const { preconditions } = body as { readonly preconditions?: object }
  assert.deepEqual(preconditions, { resourceVersion: '1' })
})

test('what is under way is waited for, and ended when it is cut off', async () => {
  const { server, fence, cut } = scene()
  server.send = ({ signal }) =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))
  const writing = fence.client.update(configMapKind, configMap('a', 3))
  const failed = assert.rejects(writing, isLost)
  let isSettled = false
  const settled = fence.settled().then(() => {
    isSettled = true
  })
  await new Promise(setImmediate)
  assert.equal(isSettled, false)
  cut.abort()
  await Promise.all([failed, settled])
  await until(() => isSettled)
})

test('the signal of who asks ends a write as ever', async () => {
  const { fence } = scene()
  const signal = AbortSignal.abort(new Error('not any more'))
  await assert.rejects(fence.client.update(configMapKind, configMap('a', 3), { signal }), /not any more/)
})
