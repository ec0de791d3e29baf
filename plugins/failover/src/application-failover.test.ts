import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BindingSpec, type BindingStatus, evict, type Health, type Json, resourceBindingKind } from '@flotilla/sdk'
import { type BindingWords, binding, clusterBinding, clusters, examineDecide, fakeHost } from '@flotilla/sdk/testing'
import { applicationFailover } from './application-failover.ts'

const now = Date.UTC(2026)
const minute = 60_000

type Application = NonNullable<NonNullable<BindingSpec['failover']>['application']>

const failover = (application: Partial<Application> = {}) => ({
  failover: { application: { decisionConditions: { tolerationSeconds: 0 }, ...application } },
})

const health = (all: Readonly<Record<string, Health>>, status?: Json): { readonly status: BindingStatus } => ({
  status: {
    aggregatedStatus: Object.entries(all).map(([clusterName, is]) => ({
      clusterName,
      health: is,
      ...(status !== undefined && { status }),
    })),
  },
})

const ill = health({ a: 'Unhealthy', b: 'Healthy' })

const given = (words: BindingWords) => ({
  given: { clusters: clusters('a', 'b'), binding: binding({ clusters: { a: 2, b: 1 }, ...words }) },
})

const task = {
  fromCluster: 'a',
  reason: 'ApplicationFailure',
  producer: 'resource-binding-application-failover-controller',
  replicas: 2,
}

examineDecide(applicationFailover, {
  'what is unhealthy has to go': {
    ...given({ ...failover(), ...ill }),
    evicts: [{ ...task, purgeMode: 'Gracefully', gracePeriodSeconds: 600 }],
  },
  'it is tolerated for five minutes': { ...given({ ...failover({ decisionConditions: {} }), ...ill }), again: 300_000 },
  'it is tolerated as long as its policy says': {
    ...given({ ...failover({ decisionConditions: { tolerationSeconds: 60 } }), ...ill }),
    again: minute,
  },
  'a policy without failover moves nothing': given(ill),
  'what is healthy stays': given({ ...failover(), ...health({ a: 'Healthy', b: 'Healthy' }) }),
  'what nobody knows the health of stays': given({ ...failover(), ...health({ a: 'Unknown' }) }),
  'what is unhealthy where it is no more does not matter': given({ ...failover(), ...health({ c: 'Unhealthy' }) }),
  'what leaves already is not told again': given({
    ...failover(),
    ...ill,
    gracefulEvictionTasks: [{ fromCluster: 'a', reason: 'TaintUntolerated', producer: 'TaintManager' }],
  }),
  'it waits for the new copy as long as its policy says': {
    ...given({ ...failover({ gracePeriodSeconds: 30 }), ...ill }),
    evicts: [{ ...task, purgeMode: 'Gracefully', gracePeriodSeconds: 30 }],
  },
  'the old copy may go at once': {
    ...given({ ...failover({ purgeMode: 'Directly' }), ...ill }),
    evicts: [{ ...task, purgeMode: 'Directly' }],
  },
  'the old copy may stay for ever': {
    ...given({ ...failover({ purgeMode: 'Never' }), ...ill }),
    evicts: [{ ...task, purgeMode: 'Never', suppressDeletion: true }],
  },
  'what has no namespace has a task of another producer': {
    given: { clusters: clusters('a'), binding: clusterBinding({ clusters: { a: undefined }, ...failover(), ...ill }) },
    evicts: [{ fromCluster: 'a', producer: 'cluster-resource-binding-application-failover-controller' }],
  },
  'the new copy is told of the old one': {
    ...given({
      ...failover({
        purgeMode: 'Directly',
        statePreservation: { rules: [{ aliasLabelName: 'step', jsonPath: '{.step}' }] },
      }),
      ...health({ a: 'Unhealthy' }, { step: 7 }),
    }),
    evicts: [
      { ...task, purgeMode: 'Directly', preservedLabelState: { step: '7' }, clustersBeforeFailover: ['a', 'b'] },
    ],
  },
  'what would lose its state stays, and is looked at again': {
    ...given({
      ...failover({ statePreservation: { rules: [{ aliasLabelName: 'step', jsonPath: '{.step}' }] } }),
      ...ill,
    }),
    again: 30_000,
  },
})

type Ask = (at: number, words: BindingWords) => Promise<evict.Eviction | undefined>

/** Asks one plugin again and again. */
function remembering(): { readonly ask: Ask; readonly host: ReturnType<typeof fakeHost> } {
  const host = fakeHost()
  const [extension] = applicationFailover.extensions?.(host) ?? []
  assert.equal(extension?.point, evict.decide)
  const decide = extension.handler as (tenancy: evict.Tenancy) => Promise<evict.Eviction | undefined>
  const ask: Ask = async (at, words) =>
    decide({ clusters: clusters('a', 'b'), binding: binding({ clusters: { a: 2, b: 1 }, ...words }), now: now + at })
  return { ask, host }
}

const patient = failover({ decisionConditions: { tolerationSeconds: 60 } })
const evicted = (eviction: evict.Eviction | undefined) => eviction?.tasks.map(({ fromCluster }) => fromCluster)

test('it counts from when it became unhealthy', async () => {
  const { ask } = remembering()
  assert.deepEqual(await ask(0, { ...patient, ...ill }), { tasks: [], again: minute })
  assert.deepEqual(await ask(40_000, { ...patient, ...ill }), { tasks: [], again: 20_000 })
  assert.deepEqual(evicted(await ask(minute, { ...patient, ...ill })), ['a'])
})

test('what was healthy between is tolerated anew', async () => {
  const { ask } = remembering()
  await ask(0, { ...patient, ...ill })
  await ask(30_000, { ...patient, ...health({ a: 'Healthy' }) })
  assert.deepEqual(await ask(50_000, { ...patient, ...ill }), { tasks: [], again: minute })
})

test('what became unhealthy later is tolerated longer', async () => {
  const { ask } = remembering()
  await ask(0, { ...patient, ...ill })
  const both = health({ a: 'Unhealthy', b: 'Unhealthy' })
  assert.deepEqual(await ask(30_000, { ...patient, ...both }), { tasks: [], again: 30_000 })
  const { tasks = [], again } = (await ask(minute, { ...patient, ...both })) ?? {}
  assert.deepEqual([tasks.map(({ fromCluster }) => fromCluster), again], [['a'], 30_000])
})

test('a binding of the same name is another one', async () => {
  const { ask, host } = remembering()
  await host.client.create(resourceBindingKind, binding())
  await ask(0, { ...patient, ...ill })
  await host.client.delete(resourceBindingKind, { namespace: 'default', name: 'web-deployment' })
  assert.deepEqual(await ask(minute, { ...patient, ...ill }), { tasks: [], again: minute })
})

test('an event says why what would lose its state stays', async () => {
  const { ask, host } = remembering()
  const preserving = failover({ statePreservation: { rules: [{ aliasLabelName: 'step', jsonPath: '{.step}' }] } })
  await ask(0, { ...preserving, ...health({ a: 'Unhealthy' }, { other: 1 }) })
  assert.deepEqual(
    host.events.map(({ about, type, reason, message }) => [about.kind, type, reason, message]),
    ['ResourceBinding', 'Deployment'].map((kind) => [
      kind,
      'Warning',
      'EvictWorkloadFromClusterFailed',
      'it stays in cluster a, for its state cannot be preserved: the status that was collected has no .step; see spec.failover of its policy',
    ]),
  )
})
