import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type ApiServer, createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { createLog } from '@flotilla/core'
import { createClient } from '@flotilla/kube'
import { quotaPlugins } from '@flotilla/quota'
import {
  admit,
  type Binding,
  type Client,
  crds,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  keyOf,
  type Manifest,
  Registry,
  type SharedResourceQuota,
  sharedResourceQuotaKind,
} from '@flotilla/sdk'
import { binding, fakeHost } from '@flotilla/sdk/testing'

const own: FederatedResourceQuota = {
  apiVersion: federatedResourceQuotaKind.apiVersion,
  kind: federatedResourceQuotaKind.kind,
  metadata: { name: 'ten', namespace: 'default' },
  spec: { overall: { cpu: '10' } },
}
const company: SharedResourceQuota = {
  apiVersion: sharedResourceQuotaKind.apiVersion,
  kind: sharedResourceQuotaKind.kind,
  metadata: { name: 'company' },
  spec: {
    total: { cpu: '10' },
    shares: [{ namespace: 'default', guaranteed: { cpu: '2' } }, { namespace: 'kube-system' }],
  },
}

/** A client whose writes are not held to the version they were made from. */
const unfenced = (client: Client): Client => ({
  ...client,
  update: (kind, object, options) => {
    const { status } = object as { readonly status?: unknown }
    return client.patch(kind, keyOf(object as Manifest), { type: 'merge', body: { status } }, options)
  },
})

/** Replicas of a control plane whose caches never hear of each other: nothing but the version keeps them apart. */
describe('a hundred claims on ten units, through four replicas', () => {
  let server: ApiServer
  let client: Client

  before(async () => {
    const log = createLog({ level: 'silent' })
    server = await createApiServer({ name: 'fence', storage: memoryStorage(), crds, log })
    client = createClient(inProcessTransport(server, { name: 'system:flotilla', groups: [masters] }))
  })
  after(() => server.close())

  function replica(client: Client, objects: readonly (FederatedResourceQuota | SharedResourceQuota)[]): Registry {
    const host = { ...fakeHost({ objects }), client }
    const registry = new Registry()
    for (const { extensions } of quotaPlugins) for (const each of extensions?.(host) ?? []) registry.add(each)
    return registry
  }

  const asks = (i: number, placed: boolean, namespace: string): Binding =>
    binding({
      name: `web-${i}`,
      namespace,
      uid: `uid-${i}`,
      generation: 1,
      ...(placed && { clusters: { member1: 1 } }),
      replicaRequirements: { resourceRequest: { cpu: '1' } },
    })

  /** How many of the claims were let through. */
  async function race(
    through: Client,
    quota: FederatedResourceQuota | SharedResourceQuota,
    namespaces: readonly string[],
  ): Promise<number> {
    const replicas = Array.from({ length: 4 }, () => replica(through, [quota]))
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => {
        const namespace = namespaces[i % namespaces.length] ?? ''
        const [manifest, before] = [asks(i, true, namespace), asks(i, false, namespace)]
        const write = { operation: 'UPDATE', key: keyOf(manifest), manifest, before, user: '', dryRun: false } as const
        return replicas[i % replicas.length]?.ask(admit.refuse, write)
      }),
    )
    return answers.filter((denial) => denial === undefined).length
  }

  test('lets ten through, on a quota of one namespace', async () => {
    const quota = await client.create(federatedResourceQuotaKind, own)
    assert.equal(await race(client, quota, ['default']), 10)
    const { status } = (await client.get(federatedResourceQuotaKind, keyOf(own))) ?? {}
    assert.deepEqual([status?.overallUsed, status?.reservations?.length], [{ cpu: '10' }, 10])
    await client.delete(federatedResourceQuotaKind, keyOf(own))
  })

  test('lets ten through, on a quota that two namespaces share', async () => {
    const quota = await client.create(sharedResourceQuotaKind, company)
    assert.equal(await race(client, quota, ['default', 'kube-system']), 10)
    const { status } = (await client.get(sharedResourceQuotaKind, keyOf(company))) ?? {}
    assert.deepEqual([status?.used, status?.reservations?.length], [{ cpu: '10' }, 10])
    await client.delete(sharedResourceQuotaKind, keyOf(company))
  })

  test('would let more through if writes were not held to the version they were made from', async () => {
    const quota = await client.create(federatedResourceQuotaKind, own)
    assert.ok((await race(unfenced(client), quota, ['default'])) > 10)
    await client.delete(federatedResourceQuotaKind, keyOf(own))
    const shared = await client.create(sharedResourceQuotaKind, company)
    assert.ok((await race(unfenced(client), shared, ['default', 'kube-system'])) > 10)
  })
})
