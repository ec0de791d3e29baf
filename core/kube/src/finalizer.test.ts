import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isConflict } from '@flotilla/sdk'
import { createClient } from './client.ts'
import { addFinalizer, removeFinalizer } from './finalizer.ts'
import { MemoryServer } from './testing/memory-server.ts'
import { configMap, configMapKind } from './testing/objects.ts'

const path = '/api/v1/namespaces/default/configmaps/a'

function setting(finalizers: readonly string[] = []) {
  const server = new MemoryServer()
  const object = server.put(path, configMap('a', 0, { finalizers }))
  return { server, object, client: createClient(server), of: () => server.at(path)?.metadata.finalizers }
}

test('adds after the others, and only if the object is the newest', async () => {
  const { server, object, client, of } = setting(['x'])
  const after = await addFinalizer(client, configMapKind, object, 'y')
  assert.deepEqual(
    [after.metadata.finalizers, of()],
    [
      ['x', 'y'],
      ['x', 'y'],
    ],
  )
  assert.deepEqual(server.requests[0]?.body, { metadata: { resourceVersion: '1', finalizers: ['x', 'y'] } })
  await assert.rejects(addFinalizer(client, configMapKind, object, 'z'), (error) => isConflict(error))
})

test('removes its own', async () => {
  const { object, client, of } = setting(['x', 'y', 'z'])
  assert.deepEqual((await removeFinalizer(client, configMapKind, object, 'y'))?.metadata.finalizers, ['x', 'z'])
  assert.deepEqual(of(), ['x', 'z'])
})

test('writes nothing when there is nothing to write', async () => {
  const { server, object, client } = setting(['x'])
  const deleted = { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
  assert.equal(await addFinalizer(client, configMapKind, object, 'x'), object)
  assert.equal(await addFinalizer(client, configMapKind, deleted, 'y'), deleted)
  assert.equal(await removeFinalizer(client, configMapKind, object, 'y'), object)
  assert.deepEqual(server.requests, [])
})

test('an object that is gone needs no removal', async () => {
  const { server, object, client } = setting(['x'])
  server.remove(path)
  assert.equal(await removeFinalizer(client, configMapKind, object, 'x'), undefined)
})
