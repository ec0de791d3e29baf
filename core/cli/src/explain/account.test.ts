import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type ApiServer, createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { createLog } from '@flotilla/core'
import { createClient, createDiscovery } from '@flotilla/kube'
import { type Binding, type Client, clusterKind, crds, resourceBindingKind } from '@flotilla/sdk'
import { binding, clusters } from '@flotilla/sdk/testing'
import type { Control } from '../plan/control.ts'
import { reading } from '../plan/harmless.ts'
import { machineOf } from '../plan/machine.ts'
import { accountFor } from './account.ts'

const machine = machineOf({}, '0.1.0')
const signal = AbortSignal.timeout(60_000)

/** An API server that nobody of ours runs beside: it serves no `/debug`. */
describe('where the control plane cannot be asked', () => {
  let server: ApiServer
  let client: Client
  const control = (): Control => ({
    client: reading(client),
    discovery: createDiscovery(client),
    identity: { server: 'https://control.example' },
    namespace: 'default',
  })

  before(async () => {
    server = await createApiServer({
      name: 'bare',
      storage: memoryStorage(),
      crds,
      log: createLog({ level: 'silent' }),
    })
    client = createClient(inProcessTransport(server, { name: 'test', groups: [masters] }))
    for (const cluster of clusters('near', 'far')) await client.create(clusterKind, cluster)
  })
  after(() => server.close())

  const written = (placement: NonNullable<Binding['spec']['placement']>): Promise<Binding> =>
    client.create(resourceBindingKind, {
      ...binding({ placement }),
      metadata: { namespace: 'default', name: 'web-deployment' },
    })

  test('its stage decides once more, here, and nothing comes of it', async () => {
    const object = await written({ clusterAffinity: { clusterNames: ['near'] } })
    const { account, source } = await accountFor(
      control(),
      { object: object.spec.resource, binding: object },
      machine,
      signal,
    )
    assert.equal(source, 'this process')
    assert.deepEqual(account?.decisions, [])
    const refused = account?.now?.terms[0]?.clusters.find(({ name }) => name === 'far')
    assert.equal(refused?.refusals[0]?.plugin, 'cluster-affinity')
    assert.deepEqual(await client.get(resourceBindingKind, { namespace: 'default', name: 'web-deployment' }), object)
  })
})
