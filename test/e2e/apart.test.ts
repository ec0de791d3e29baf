import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, type Kubectl, kubectl } from '../kubectl.ts'
import { type Up, up } from '../up.ts'

const names = ['db-0', 'db-1', 'db-2', 'db-3']

const database = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { app: 'db' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { name } },
    template: { metadata: { labels: { name } }, spec: { containers: [{ name: 'db', image: 'db:1' }] } },
  },
})

const policy = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name: 'apart' },
  spec: {
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', labelSelector: { matchLabels: { app: 'db' } } }],
    placement: {
      spreadConstraints: [{ spreadByField: 'cluster', minGroups: 1, maxGroups: 1 }],
      replicaScheduling: { replicaSchedulingType: 'Duplicated' },
      workloadAffinity: { antiAffinity: { groupByLabelKey: 'app' } },
    },
  },
}

/** Databases that must not share a cluster, placed at the same moment. */
describe('workloads that are to be apart', () => {
  let flotilla: Up
  let k: Kubectl
  const apply = async (...items: readonly object[]) => {
    const { code, err } = await k.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    assert.equal(code, 0, err)
  }
  const placed = async (): Promise<readonly string[]> => {
    const { items } = await k.json('rb')
    return items.flatMap(({ spec }: Json) => (spec.clusters ?? []).map(({ name }: Json) => name)).sort()
  }

  before(async () => {
    flotilla = await up({ members: 3 })
    k = kubectl(flotilla.kubeconfig)
    await eventually(async () => {
      const { items } = await k.json('clusters')
      assert.equal(items.filter((cluster: Json) => cluster.status?.apiEnablements).length, 3)
    })
    await apply(...names.map(database))
    await apply(policy)
  })
  after(async () => {
    assert.equal(await flotilla.stop(), 0)
  })

  test('are, and the one too many waits, and says why', async () => {
    await eventually(async () => assert.deepEqual(await placed(), ['member1', 'member2', 'member3']))
    await eventually(async () => {
      const { items } = await k.json('rb')
      const said = items.flatMap(({ status }: Json) => status?.conditions ?? [])
      const waiting = said.filter(({ type, status }: Json) => type === 'Scheduled' && status === 'False')
      assert.deepEqual(
        waiting.map(({ message }: Json) => message),
        ['0/3 clusters are available: 3 cluster already has workload with the same anti-affinity group.'],
      )
    })
  })
})
