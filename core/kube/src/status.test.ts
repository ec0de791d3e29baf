import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isConflict } from '@flotilla/sdk'
import { createClient } from './client.ts'
import { updateStatus } from './status.ts'
import { MemoryServer } from './testing/memory-server.ts'
import { configMap, configMapKind, status } from './testing/objects.ts'

const path = '/api/v1/namespaces/default/configmaps/a'

function setting() {
  const server = new MemoryServer()
  const object = server.put(path, { ...configMap('a', 0), status: { ready: 1, names: ['x'] } })
  return { server, object, client: createClient(server) }
}

test('writes the status subresource when it differs', async () => {
  const { server, object, client } = setting()
  const after = await updateStatus(client, configMapKind, object, () => ({ ready: 2 }))
  assert.deepEqual(after?.status, { ready: 2 })
  assert.deepEqual(server.at(path)?.status, { ready: 2 })
  assert.deepEqual(
    server.requests.map((request) => `${request.method} ${request.path}`),
    [`PUT ${path}/status`],
  )
})

test('writes nothing when it says the same', async () => {
  const { server, object, client } = setting()
  assert.equal(await updateStatus(client, configMapKind, object, () => ({ names: ['x'], ready: 1 })), object)
  assert.deepEqual(server.requests, [])
})

test('when somebody else wrote first, works it out again from what there is now', async () => {
  const { server, object, client } = setting()
  server.put(path, { ...object, data: 'newer' })
  const after = await updateStatus(client, configMapKind, object, ({ data }) => ({ seen: data ?? 'nothing' }))
  assert.deepEqual([after?.data, after?.status], ['newer', { seen: 'newer' }])
})

test('somebody else may have written just that', async () => {
  const { server, object, client } = setting()
  server.put(path, { ...object, status: { ready: 3 } })
  await updateStatus(client, configMapKind, object, () => ({ ready: 3 }))
  assert.equal(server.requests.filter(({ method }) => method === 'PUT').length, 1)
})

test('an object that is gone has no status', async () => {
  const { server, object, client } = setting()
  server.remove(path)
  assert.equal(await updateStatus(client, configMapKind, object, () => ({})), undefined)
})

test('conflicts without end are told', async () => {
  const { server, object, client } = setting()
  server.intercept = ({ method }) => (method === 'PUT' ? status(409, 'Conflict') : undefined)
  await assert.rejects(
    updateStatus(client, configMapKind, object, () => ({})),
    (error) => isConflict(error),
  )
  assert.equal(server.requests.filter(({ method }) => method === 'PUT').length, 5)
})
