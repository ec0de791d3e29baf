import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type AggregatedStatusItem,
  type Binding,
  type BindingSpec,
  deepFreeze,
  evict as evictPoints,
  type GracefulEvictionTask,
  type Health,
  on,
  Registry,
} from '@flotilla/sdk'
import { type Evicting, evict } from './evict.ts'
import { Spacing } from './spacing.ts'

const now = Date.parse('2026-01-02T03:00:00Z')
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString().replace('.000', '')

const task = (fromCluster: string, rest: Partial<GracefulEvictionTask> = {}): GracefulEvictionTask => ({
  fromCluster,
  reason: 'TaintUntolerated',
  producer: 'TaintManager',
  ...rest,
})

interface Given {
  readonly spec?: Partial<BindingSpec>
  readonly health?: Readonly<Record<string, Health>>
  readonly observed?: number
  readonly decisions?: readonly evictPoints.Eviction[]
  readonly delay?: Evicting['delay']
}

const bindingOf = ({ spec = {}, health = {}, observed = 3 }: Given): Binding => ({
  apiVersion: 'work.karmada.io/v1alpha2',
  kind: 'ResourceBinding',
  metadata: { name: 'web-deployment', namespace: 'default', generation: 3 },
  spec: {
    resource: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    clusters: [{ name: 'a' }, { name: 'b' }],
    ...spec,
  },
  status: {
    schedulerObservedGeneration: observed,
    aggregatedStatus: Object.entries(health).map(
      ([clusterName, health]): AggregatedStatusItem => ({ clusterName, health }),
    ),
  },
})

const asked = (given: Given) => {
  const registry = new Registry()
  for (const decision of given.decisions ?? []) registry.add(on(evictPoints.decide, () => decision))
  const { delay } = given
  const binding = bindingOf(given)
  return evict(registry.ask, deepFreeze({ binding, clusters: [], now, ...(delay && { delay }) }))
}

test('a binding nobody wants to move stays as it is', async () => {
  const { spec, begun, finished, again } = await asked({})
  assert.deepEqual([spec, begun, finished, again], [bindingOf({}).spec, [], [], undefined])
})

describe('an eviction begins', () => {
  const created = { creationTimestamp: minutesAgo(0) }

  test('with a task that is dated, and the cluster is left', async () => {
    const { spec, begun, again } = await asked({ decisions: [{ tasks: [task('a', { replicas: 2 })] }] })
    assert.deepEqual(spec.clusters, [{ name: 'b' }])
    assert.deepEqual(spec.gracefulEvictionTasks, [task('a', { replicas: 2, ...created })])
    assert.deepEqual(begun, spec.gracefulEvictionTasks)
    assert.equal(again, 600_000)
  })
  test('once for each cluster, for the reason given first', async () => {
    const { spec } = await asked({
      decisions: [{ tasks: [task('a')] }, { tasks: [task('a', { reason: 'Other' }), task('b')] }],
    })
    assert.deepEqual(spec.gracefulEvictionTasks, [task('a', created), task('b', created)])
    assert.deepEqual(spec.clusters, [])
  })
  test('only where the binding is, and does not leave already', async () => {
    const leaving = task('b', { creationTimestamp: minutesAgo(1) })
    const { begun } = await asked({
      spec: { gracefulEvictionTasks: [leaving] },
      decisions: [{ tasks: [task('b'), task('elsewhere')] }],
    })
    assert.deepEqual(begun, [])
  })
  test('not before its turn', async () => {
    const { spec, again } = await asked({
      decisions: [{ tasks: [task('a'), task('b')] }],
      delay: ({ fromCluster }) => (fromCluster === 'a' ? 2_000 : 0),
    })
    assert.deepEqual(spec.clusters, [{ name: 'a' }])
    assert.equal(again, 2_000)
  })
  test('later, when a plugin says so', async () => {
    const { again } = await asked({
      decisions: [{ tasks: [], again: 5_000 }, { tasks: [], again: 3_000 }, { tasks: [] }],
    })
    assert.equal(again, 3_000)
  })
})

describe('an eviction ends', () => {
  const healthy = { a: 'Healthy', b: 'Healthy' } as const
  const cases: Record<string, readonly [Partial<GracefulEvictionTask>, Omit<Given, 'decisions'>, boolean]> = {
    'not while it has time': [{ creationTimestamp: minutesAgo(9) }, {}, false],
    'when its time is up': [{ creationTimestamp: minutesAgo(10) }, {}, true],
    'when the time it asked for is up': [{ creationTimestamp: minutesAgo(2), gracePeriodSeconds: 60 }, {}, true],
    'when everything else is healthy': [{ creationTimestamp: minutesAgo(1) }, { health: healthy }, true],
    'not when something else is ill': [
      { creationTimestamp: minutesAgo(1) },
      { health: { ...healthy, b: 'Unhealthy' } },
      false,
    ],
    'not when something else is not heard of': [
      { creationTimestamp: minutesAgo(1) },
      { health: { a: 'Healthy' } },
      false,
    ],
    'not before the scheduler has seen it': [
      { creationTimestamp: minutesAgo(1) },
      { health: healthy, observed: 2 },
      false,
    ],
    'not while there is nothing else': [{ creationTimestamp: minutesAgo(1) }, { spec: { clusters: [] } }, false],
    'never when what it leaves is to stay': [
      { creationTimestamp: minutesAgo(99), suppressDeletion: true },
      { health: healthy },
      false,
    ],
    'when what it left is confirmed to go': [{ creationTimestamp: minutesAgo(1), suppressDeletion: false }, {}, true],
  }
  for (const [name, [rest, given, ends]] of Object.entries(cases)) {
    test(name, async () => {
      const old = task('c', rest)
      const { spec, finished } = await asked({ ...given, spec: { ...given.spec, gracefulEvictionTasks: [old] } })
      assert.deepEqual(finished, ends ? [old] : [])
      assert.deepEqual(spec.gracefulEvictionTasks, ends ? [] : [old])
    })
  }
  test('at the time that is asked for', async () => {
    const tasks = [task('c', { creationTimestamp: minutesAgo(9) }), task('d', { creationTimestamp: minutesAgo(1) })]
    assert.equal((await asked({ spec: { gracefulEvictionTasks: tasks } })).again, 60_000)
  })
  test('not while the binding begins to leave where it was healthy', async () => {
    const old = task('c', { creationTimestamp: minutesAgo(1) })
    const { finished } = await asked({
      spec: { gracefulEvictionTasks: [old] },
      health: healthy,
      decisions: [{ tasks: [task('a')] }],
    })
    assert.deepEqual(finished, [])
  })
  test('in time, even when somebody else began it and did not say when', async () => {
    const { spec, again } = await asked({ spec: { gracefulEvictionTasks: [task('c')] } })
    assert.deepEqual(spec.gracefulEvictionTasks, [task('c', { creationTimestamp: minutesAgo(0) })])
    assert.equal(again, 600_000)
  })
})

test('turns are so far apart, and everybody keeps his own', () => {
  const spacing = new Spacing(100)
  assert.deepEqual([spacing.wait('a', 1000), spacing.wait('b', 1000), spacing.wait('c', 1010)], [0, 100, 190])
  assert.equal(spacing.waiting, 2)
  assert.deepEqual([spacing.wait('b', 1050), spacing.wait('b', 1100), spacing.wait('c', 1200)], [50, 0, 0])
  assert.equal(spacing.waiting, 0)
  assert.equal(spacing.wait('d', 5000), 0)
})
