import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  annotation,
  type Binding,
  type BindingSpec,
  type Cluster,
  deepFreeze,
  type Taint,
  type Toleration,
} from '@flotilla/sdk'
import { evictUntolerated } from './taint-eviction.ts'

const now = Date.parse('2026-01-01T00:10:00Z')
const added = '2026-01-01T00:09:00Z' // a minute ago

const taint = (key: string, effect: Taint['effect'] = 'NoExecute', timeAdded: string | undefined = added): Taint => ({
  key,
  effect,
  timeAdded,
})

const cluster = (name: string, ...taints: readonly Taint[]): Cluster => ({
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name },
  spec: { syncMode: 'Push', taints },
})

const binding = (
  clusterTolerations: readonly Toleration[],
  spec: Partial<BindingSpec> = {},
  annotations: Readonly<Record<string, string>> = {},
): Binding => ({
  apiVersion: 'work.karmada.io/v1alpha2',
  kind: 'ResourceBinding',
  metadata: { name: 'web-deployment', namespace: 'shop', annotations },
  spec: {
    resource: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    placement: { clusterTolerations },
    ...spec,
  },
})

const forSeconds = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds !== undefined && { tolerationSeconds }),
})

const gone = ['a']
const stays: readonly string[] = []

const cases: readonly (readonly [
  says: string,
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  evicted: readonly string[],
  again?: number,
])[] = [
  ['nobody tolerates it', [taint('down')], [], gone],
  ['another taint is tolerated', [taint('down')], [forSeconds('slow')], gone],
  ['it is tolerated for ever', [taint('down')], [forSeconds('down')], stays],
  ['it is tolerated for a while yet', [taint('down')], [forSeconds('down', 90)], stays, 30_000],
  ['it was tolerated long enough', [taint('down')], [forSeconds('down', 60)], gone],
  ['it is tolerated for no time', [taint('down')], [forSeconds('down', 0)], gone],
  ['the first toleration that is about it counts', [taint('down')], [forSeconds('down', 10), forSeconds('down')], gone],
  ['one of two taints is not tolerated', [taint('down'), taint('slow')], [forSeconds('down')], gone],
  [
    'the shorter of two tolerations',
    [taint('down'), taint('slow')],
    [forSeconds('down', 90), forSeconds('slow', 70)],
    stays,
    10_000,
  ],
  ['one for ever, one for a while', [taint('a'), taint('b')], [forSeconds('a'), forSeconds('b', 90)], stays, 30_000],
  ['a taint from an unknown time is from now', [taint('x', 'NoExecute', '')], [forSeconds('x', 5)], stays, 5_000],
]

describe('a binding leaves a cluster with a NoExecute taint when', () => {
  for (const [says, taints, tolerations, evicted, again] of cases) {
    test(says, () => {
      const timeless = taints.map(({ timeAdded, ...rest }) => (timeAdded ? { ...rest, timeAdded } : rest))
      const tenancy = deepFreeze({ binding: binding(tolerations), clusters: [cluster('a', ...timeless)], now })
      const answer = evictUntolerated(tenancy)
      assert.deepEqual(
        answer?.tasks.map(({ fromCluster }) => fromCluster),
        evicted,
      )
      assert.equal(answer?.again, again)
    })
  }
})

test('only NoExecute drives anyone out', () => {
  const clusters = [cluster('a', taint('k', 'NoSchedule')), cluster('b')]
  assert.equal(evictUntolerated({ binding: binding([]), clusters, now }), undefined)
})

test('the placement that was scheduled by counts, not a newer one', () => {
  const applied = (placement: object) => ({ [annotation.appliedPlacement]: JSON.stringify(placement) })
  const tasks = (given: Binding) =>
    evictUntolerated({ binding: given, clusters: [cluster('a', taint('down'))], now })?.tasks.length
  assert.equal(tasks(binding([], {}, applied({ clusterTolerations: [forSeconds('down')] }))), 0)
  assert.equal(tasks(binding([forSeconds('down')], {}, applied({}))), 1)
  assert.equal(tasks(binding([forSeconds('down')], {}, { [annotation.appliedPlacement]: '{' })), 0)
})

test('a task says who goes, how, and with how much', () => {
  const task = (spec: Partial<BindingSpec>, purge?: 'Directly') =>
    evictUntolerated({ binding: binding([], spec), clusters: [cluster('a', taint('down'))], now }, purge)?.tasks[0]
  const base = { fromCluster: 'a', reason: 'TaintUntolerated', producer: 'TaintManager' }
  assert.deepEqual(task({}), { ...base, purgeMode: 'Gracefully' })
  assert.deepEqual(task({}, 'Directly'), { ...base, purgeMode: 'Directly' })
  assert.deepEqual(task({ failover: { cluster: {} } }, 'Directly'), { ...base, purgeMode: 'Gracefully' })
  assert.deepEqual(task({ failover: { cluster: { purgeMode: 'Directly' } } }), { ...base, purgeMode: 'Directly' })
  assert.deepEqual(task({ clusters: [{ name: 'a', replicas: 3 }] }), { ...base, purgeMode: 'Gracefully', replicas: 3 })
})
