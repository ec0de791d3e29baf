import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client, Kind, Manifest, WriteOptions } from '@flotilla/sdk'
import { fakeClient, manifest, Objects } from '@flotilla/sdk/testing'
import { reading, rehearsing } from './harmless.ts'

const kind: Kind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' }
const web = manifest('v1', 'ConfigMap', { namespace: 'shop', name: 'web' })
const key = { namespace: 'shop', name: 'web' }

/** Every way to write there is. */
const writes: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  create: (client) => client.create(kind, web),
  update: (client) => client.update(kind, web),
  patch: (client) => client.patch(kind, key, { type: 'merge', body: {} }),
  delete: (client) => client.delete(kind, key),
  raw: (client) => client.raw({ method: 'POST', path: '/api/v1/namespaces/shop/configmaps', body: web }),
}

/** A client that notes whether what is written is kept. */
function noting() {
  const kept: boolean[] = []
  const note = async <T>(answer: T, options: WriteOptions = {}): Promise<T> => {
    kept.push(options.dryRun !== true)
    return answer
  }
  const client: Client = {
    ...fakeClient(new Objects([web])),
    create: (_, object, options) => note(object, options),
    update: (_, object, options) => note(object, options),
    patch: async <T>(_: Kind<T>, __: unknown, ___: unknown, options?: WriteOptions) => note(web as T, options),
    delete: (_, __, options) => note(true, options),
    raw: () => note({ status: 200, body: {} }),
  }
  return { client, kept }
}

for (const [name, write] of Object.entries(writes)) {
  test(`the control plane is not written to: ${name}`, async () => {
    const { client, kept } = noting()
    await assert.rejects(write(reading(client)), /writes nothing/)
    assert.deepEqual(kept, [])
  })

  test(`nothing that is written to a member is kept: ${name}`, async () => {
    const { client, kept } = noting()
    await write(rehearsing(client)).catch(() => undefined)
    assert.ok(!kept.includes(true))
  })
}

test('both are read from', async () => {
  const { client } = noting()
  for (const harmless of [reading(client), rehearsing(client)]) {
    assert.equal((await harmless.get<Manifest>(kind, key))?.metadata.name, 'web')
    assert.equal((await harmless.raw({ path: '/version' })).status, 200)
  }
})
