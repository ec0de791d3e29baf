import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type ApiServer, createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { type ControlPlane, createControlPlane, createLog, createMetrics, readConfig } from '@flotilla/core'
import { createClient } from '@flotilla/kube'
import { preset } from '@flotilla/preset'
import {
  type Binding,
  type Client,
  clusterKind,
  crds,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  findCondition,
  keyOf,
  label,
  resourceBindingKind,
} from '@flotilla/sdk'
import { binding, cluster } from '@flotilla/sdk/testing'
import { reviewed } from './reviewed.ts'

const room = { allocatable: { cpu: '1000', memory: '1Ti', pods: '5000' }, allocated: {} }

const asks = (name: string): Binding =>
  binding({
    name,
    namespace: 'default',
    labels: { [label.propagationPolicyId]: 'race' },
    resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name },
    replicas: 1,
    replicaRequirements: { resourceRequest: { cpu: '1' } },
    placement: { replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' } },
  })

const quota: FederatedResourceQuota = {
  apiVersion: federatedResourceQuotaKind.apiVersion,
  kind: federatedResourceQuotaKind.kind,
  metadata: { name: 'ten', namespace: 'default' },
  spec: { overall: { cpu: '10' } },
}

const reasonOf = ({ status }: Binding) => findCondition(status?.conditions, 'Scheduled')?.reason

/** Two control planes over one API server, each asked about every other write; both schedule, both count. */
describe('a hundred bindings that race for ten units', () => {
  const life = new AbortController()
  let server: ApiServer
  let client: Client
  let planes: readonly ControlPlane[] = []
  let running: Promise<unknown> = Promise.resolve()
  /** The most that was ever placed at once. */
  let most = 0

  const clientOf = () => createClient(inProcessTransport(server, { name: 'system:flotilla', groups: [masters] }))
  const list = async () => (await client.list(resourceBindingKind, { namespace: 'default' })).items
  const placedOf = (all: readonly Binding[]) => all.filter(({ spec }) => spec.clusters?.length)
  const until = async (isSo: (all: readonly Binding[]) => boolean | Promise<boolean>) => {
    const deadline = Date.now() + 60_000
    for (;;) {
      const all = await list()
      most = Math.max(most, placedOf(all).length)
      if (await isSo(all)) return all
      assert.ok(Date.now() < deadline, `${placedOf(all).length} placed; ${[...new Set(all.map(reasonOf))]}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  before(async () => {
    const log = createLog({ level: 'silent' })
    const admission = reviewed(() => planes.map(({ review }) => review))
    server = await createApiServer({ name: 'race', storage: memoryStorage(), crds, admission, log })
    client = clientOf()
    const made = await client.create(clusterKind, cluster({ name: 'member1', apiEndpoint: 'https://127.0.0.1:1' }))
    await client.update(
      clusterKind,
      { ...made, status: { ...cluster().status, resourceSummary: room } },
      { subresource: 'status' },
    )
    planes = [1, 2].map(() =>
      createControlPlane({
        client: clientOf(),
        config: readConfig(),
        plugins: preset.map((plugin) => ({ plugin, trusted: true })),
        log,
        metrics: createMetrics(),
        signal: life.signal,
        version: '0.1.0',
        stages: ['schedule', 'plugins'],
      }),
    )
    running = Promise.all(planes.map((plane) => plane.run()))
    await client.create(federatedResourceQuotaKind, quota)
    await until(async () => {
      const found = await client.get(federatedResourceQuotaKind, keyOf(quota))
      return found?.status?.overallUsed?.cpu === '0'
    })
    await Promise.all(Array.from({ length: 100 }, (_, i) => client.create(resourceBindingKind, asks(`web-${i}`))))
  })
  after(async () => {
    life.abort()
    await running
    await server.close()
  })

  test('ten of them are placed, never more, and the others say why not', async () => {
    const all = await until(
      (all) =>
        placedOf(all).length >= 10 && all.every((each) => ['Success', 'QuotaExceeded'].includes(reasonOf(each) ?? '')),
    )
    assert.equal(placedOf(all).length, 10)
    const waiting = all.find((each) => reasonOf(each) === 'QuotaExceeded')
    assert.equal(
      findCondition(waiting?.status?.conditions, 'Scheduled')?.message,
      'FederatedResourceQuota(default/ten) exceeded for resource cpu: requested sum 11, limit 10. Used 10, requested 1 more.',
    )
    const found = await client.get(federatedResourceQuotaKind, keyOf(quota))
    assert.equal(found?.status?.overallUsed?.cpu, '10')
  })

  test('what is freed goes to one that waits for it', async () => {
    const [gone] = placedOf(await list())
    assert.ok(gone)
    await client.delete(resourceBindingKind, keyOf(gone))
    const all = await until((all) => all.length === 99 && placedOf(all).length >= 10)
    assert.equal(placedOf(all).length, 10)
  })

  test('a higher limit lets as many more through', async () => {
    const body = { spec: { overall: { cpu: '15' } } }
    await client.patch(federatedResourceQuotaKind, keyOf(quota), { type: 'merge', body })
    const all = await until((all) => placedOf(all).length >= 15)
    assert.equal(placedOf(all).length, 15)
    await until(async () => {
      const found = await client.get(federatedResourceQuotaKind, keyOf(quota))
      return found?.status?.overallUsed?.cpu === '15'
    })
    assert.ok(most <= 15)
  })
})
