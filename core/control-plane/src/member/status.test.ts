import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Cluster, type ClusterStatus, deepEqual, deepFreeze, findCondition } from '@flotilla/sdk'
import { readyCondition } from './health.ts'
import { clusterStatus, enablementsOf, type Findings } from './status.ts'

const now = new Date('2026-01-02T03:04:05Z')

const cluster = (status?: ClusterStatus): Cluster =>
  deepFreeze({
    apiVersion: 'cluster.karmada.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'member1' },
    spec: { syncMode: 'Push' },
    ...(status && { status }),
  })

const served = (apiVersion: string, kind: string, plural: string) =>
  ({ apiVersion, kind, plural, scope: 'Namespaced', verbs: ['list'] }) as const

const kinds = [
  served('v1', 'Service', 'services'),
  served('apps/v1', 'Deployment', 'deployments'),
  served('v1', 'Pod', 'pods'),
]

const all: Findings = {
  ready: readyCondition('ready'),
  version: 'v1.33.1',
  served: { kinds, missing: [] },
  nodes: [],
  pods: [],
}

test('what is served is sorted by group-version and resource', () => {
  assert.deepEqual(enablementsOf(kinds), [
    { groupVersion: 'apps/v1', resources: [{ name: 'deployments', kind: 'Deployment' }] },
    {
      groupVersion: 'v1',
      resources: [
        { name: 'pods', kind: 'Pod' },
        { name: 'services', kind: 'Service' },
      ],
    },
  ])
})

test('a cluster that says everything has a whole status, and saying it again changes nothing', () => {
  const status = clusterStatus(cluster(), all, now)
  assert.equal(status.kubernetesVersion, 'v1.33.1')
  assert.deepEqual(status.nodeSummary, { totalNum: 0, readyNum: 0 })
  assert.deepEqual(
    status.conditions?.map(({ type, status, reason }) => [type, status, reason]),
    [
      ['Ready', 'True', 'ClusterReady'],
      ['CompleteAPIEnablements', 'True', 'Complete'],
    ],
  )
  assert.ok(deepEqual(clusterStatus(cluster(status), all, new Date(now.getTime() + 60_000)), status))
})

describe('what is not found out stays as it was', () => {
  const before = clusterStatus(cluster(), all, now)
  test('of a cluster that is offline all but its readiness', () => {
    const after = clusterStatus(cluster(before), { ready: readyCondition('offline') }, now)
    assert.deepEqual({ ...after, conditions: [] }, { ...before, conditions: [] })
    assert.equal(findCondition(after.conditions, 'Ready')?.reason, 'ClusterNotReachable')
  })
  test('of a cluster that does not say what it serves', () => {
    const after = clusterStatus(cluster(before), { ready: readyCondition('ready'), served: 'failed' }, now)
    assert.deepEqual(after.apiEnablements, before.apiEnablements)
    assert.equal(findCondition(after.conditions, 'CompleteAPIEnablements')?.reason, 'Partial')
  })
  test('and one that never said it serves nothing', () => {
    const after = clusterStatus(cluster(), { ready: readyCondition('ready'), served: 'failed' }, now)
    assert.equal(findCondition(after.conditions, 'CompleteAPIEnablements')?.reason, 'Empty')
  })
  test('of what a server that is down serves there, and it is named', () => {
    const served = { kinds: kinds.filter(({ apiVersion }) => apiVersion === 'v1'), missing: ['apps/v1', 'new/v1'] }
    const after = clusterStatus(cluster(before), { ready: readyCondition('ready'), served }, now)
    assert.deepEqual(after.apiEnablements, before.apiEnablements)
    const { status, reason, message } = findCondition(after.conditions, 'CompleteAPIEnablements') ?? {}
    assert.deepEqual([status, reason], ['False', 'Partial'])
    assert.match(message ?? '', /: the servers of apps\/v1, new\/v1 do not answer there$/)
  })
  test('but not of what a cluster says it does not serve any more', () => {
    const served = { kinds: kinds.filter(({ apiVersion }) => apiVersion === 'v1'), missing: [] }
    const after = clusterStatus(cluster(before), { ready: readyCondition('ready'), served }, now)
    assert.deepEqual(
      after.apiEnablements?.map(({ groupVersion }) => groupVersion),
      ['v1'],
    )
    assert.equal(findCondition(after.conditions, 'CompleteAPIEnablements')?.reason, 'Complete')
  })
})
