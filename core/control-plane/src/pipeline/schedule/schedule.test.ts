import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Ask,
  type Cluster,
  type Extension,
  type Hope,
  matchesCluster,
  on,
  type Placement,
  schedule as points,
  Registry,
} from '@flotilla/sdk'
import { type BindingWords, binding, cluster, clusters } from '@flotilla/sdk/testing'
import { type Decision, type ScheduleInput, schedule } from './schedule.ts'
import { snapshotOf } from './snapshot.ts'

/** Refuses clusters by name, with a reason each. */
const refuses = (reasons: Readonly<Record<string, string>>, resolvable = false) =>
  on(points.filter, (asked) =>
    Object.fromEntries(
      asked.clusters.flatMap(({ metadata: { name } }) =>
        reasons[name] ? [[name, { reason: reasons[name], resolvable }]] : [],
      ),
    ),
  )

/** What the built-in filter by affinity does, in short. */
const byAffinity = on(points.filter, ({ placement, affinityName, clusters }) => {
  const affinity = affinityName
    ? placement.clusterAffinities?.find((term) => term.affinityName === affinityName)
    : placement.clusterAffinity
  const stray = clusters.filter((each) => !matchesCluster(affinity, each))
  return Object.fromEntries(stray.map(({ metadata }) => [metadata.name, { reason: 'is elsewhere', resolvable: false }]))
})

const asking = (...extensions: readonly Extension[]): Ask => {
  const registry = new Registry()
  for (const extension of extensions) registry.add(extension)
  return registry.ask
}

const place = (
  ask: Ask,
  all: readonly Cluster[],
  placement: Placement = {},
  { fresh = false, ...words }: BindingWords & { fresh?: boolean } = {},
): Promise<Decision> =>
  schedule(ask, {
    binding: binding({ replicas: 4, ...words, placement }) as ScheduleInput['binding'], // it has a placement
    snapshot: snapshotOf(all),
    fresh,
  })

const names = ({ targets }: Decision) => targets?.map(({ name }) => name)
const messages = ({ failures }: Decision) => failures.map(({ message }) => message)
const going = cluster({ name: 'going', deletionTimestamp: '2026-01-01T00:00:00Z' })

describe('without a plugin', () => {
  test('every cluster that stays is used, without a number', async () =>
    assert.deepEqual((await place(asking(), [...clusters('b', 'a'), going])).targets, [{ name: 'a' }, { name: 'b' }]))
  test('there may be no cluster at all', async () =>
    assert.deepEqual(messages(await place(asking(), [])), ['0/0 clusters are available: no cluster exists.']))
})

describe('what could help', () => {
  const refusing = (resolvedBy: Readonly<Record<string, Hope['resolvedBy']>>) =>
    on(points.filter, ({ clusters }) => {
      const refused = clusters.filter(({ metadata: { name } }) => name in resolvedBy)
      const refusal = (name: string) => ({ reason: 'no', resolvable: false, resolvedBy: resolvedBy[name] })
      return Object.fromEntries(refused.map(({ metadata: { name } }) => [name, refusal(name)]))
    })
  const hope = async (...extensions: readonly Extension[]) =>
    (await place(asking(...extensions), clusters('a', 'b'))).failures[0]?.resolvedBy
  test('is what could help with any cluster', async () =>
    assert.deepEqual(await hope(refusing({ a: ['taints', 'apis'], b: ['labels', 'taints'] })), [
      'labels',
      'taints',
      'apis',
    ]))
  test('is nothing when nothing could', async () => assert.deepEqual(await hope(refusing({ a: [], b: [] })), []))
  test('is anything when one plugin does not say', async () =>
    assert.equal(await hope(refusing({ a: ['taints'], b: undefined })), undefined))
  test('is also what could make more clusters pass', async () => {
    const few = on(points.select, () => ({ unfit: 'too few', resolvedBy: ['spec'] as const }))
    const full = on(points.assign, () => ({ unschedulable: 'too full', resolvedBy: ['room'] as const }))
    assert.deepEqual(await hope(refusing({ a: ['taints'] }), few), ['taints', 'spec'])
    assert.deepEqual(await hope(refusing({ a: ['taints'] }), full), ['taints', 'room'])
  })
  test('is only a new cluster when there is none', async () =>
    assert.deepEqual((await place(asking(), [])).failures[0]?.resolvedBy, []))
})

describe('clusters that refuse', () => {
  test('are left out', async () =>
    assert.deepEqual(names(await place(asking(refuses({ a: 'is full' })), clusters('a', 'b'))), ['b']))
  test('do not speak for one that is called like a word of the language', async () => {
    const full = on(points.filter, () => ({ a: { reason: 'is full', resolvable: false } }))
    const ask = asking(
      full,
      on(points.score, () => ({ b: 1 })),
    )
    assert.deepEqual(names(await place(ask, clusters('a', 'b', 'constructor'))), ['b', 'constructor'])
  })
  test('all of them, are counted by reason', async () => {
    const ask = asking(refuses({ a: 'is full', b: 'is tainted', c: 'is full' }))
    const decision = await place(ask, clusters('a', 'b', 'c'))
    assert.equal(decision.targets, undefined)
    assert.deepEqual(decision.failures, [
      { reason: 'NoClusterFit', message: '0/3 clusters are available: 1 is tainted, 2 is full.', resolvable: false },
    ])
  })
  test('for a while only, may be tried again', async () => {
    const [failure] = (await place(asking(refuses({ a: 'is full' }, true)), clusters('a'))).failures
    assert.equal(failure?.resolvable, true)
  })
})

describe('clusters that do not exist', () => {
  const placement = { clusterAffinity: { clusterNames: ['ghost', 'a'] } }
  test('are told although others fit', async () => {
    const decision = await place(asking(byAffinity), [...clusters('a'), going], placement)
    assert.deepEqual([names(decision), decision.absent], [['a'], ['ghost']])
  })
  test('are told with the refusals', async () =>
    assert.deepEqual(messages(await place(asking(byAffinity), clusters('b'), placement)), [
      '0/1 clusters are available: 1 is elsewhere. Clusters that do not exist: a, ghost.',
    ]))
  test('are not those that are going', async () => {
    const named = { clusterAffinity: { clusterNames: ['going'] } }
    assert.deepEqual((await place(asking(byAffinity), [going], named)).absent, [])
  })
})

describe('selected clusters that get no replicas', () => {
  const gives = on(points.assign, () => ({ targets: [{ name: 'b', replicas: 3 }] }))
  const takesTwo = on(points.select, ({ clusters }) => ({ clusters: clusters.slice(0, 2) }))
  const targets = async (empty?: boolean) => {
    const object = binding({ replicas: 3, placement: {} }) as ScheduleInput['binding'] // it has a placement
    const input = { binding: object, snapshot: snapshotOf(clusters('a', 'b', 'c')), fresh: false }
    return (await schedule(asking(takesTwo, gives), { ...input, ...(empty !== undefined && { empty }) })).targets
  }
  test('are left out', async () => assert.deepEqual(await targets(), [{ name: 'b', replicas: 3 }]))
  test('have the workload with none when that is wanted', async () =>
    assert.deepEqual(await targets(true), [
      { name: 'a', replicas: 0 },
      { name: 'b', replicas: 3 },
    ]))
})

describe('terms of affinity are tried in turn', () => {
  const term = (affinityName: string, ...clusterNames: readonly string[]) => ({ affinityName, clusterNames })
  const placement = { clusterAffinities: [term('first', 'a'), term('second', 'b'), term('third', 'c')] }
  const all = clusters('a', 'b', 'c')
  const observing = (schedulerObservingAffinityName: string) => ({ status: { schedulerObservingAffinityName } })

  test('until one works out; the others say why not', async () => {
    const decision = await place(asking(refuses({ a: 'is full' }), byAffinity), all, placement)
    assert.deepEqual([names(decision), decision.affinityName], [['b'], 'second'])
    assert.deepEqual(messages(decision), ['0/3 clusters are available: 1 is full, 2 is elsewhere.'])
  })
  test('from the one in use, never back', async () => {
    const decision = await place(asking(byAffinity), all, placement, observing('second'))
    assert.equal(decision.affinityName, 'second')
  })
  test('from the first when a full reschedule is wanted', async () => {
    const decision = await place(asking(byAffinity), all, placement, { ...observing('second'), fresh: true })
    assert.equal(decision.affinityName, 'first')
  })
  test('from the first when the one in use is no longer there', async () => {
    const decision = await place(asking(byAffinity), all, placement, observing('gone'))
    assert.equal(decision.affinityName, 'first')
  })
  test('and may all fail', async () => {
    const decision = await place(asking(byAffinity), clusters('d'), placement)
    assert.deepEqual([decision.targets, decision.failures.length, decision.absent], [undefined, 3, ['a', 'b', 'c']])
  })
})

describe('clusters are ranked', () => {
  const seen = async (extensions: readonly Extension[], placement: Placement, words: BindingWords = {}) => {
    const asked: points.Feasibility[] = []
    const looks = on(points.select, (feasibility) => void asked.push(feasibility))
    await place(asking(...extensions, looks), clusters('a', 'b', 'c'), placement, words)
    return asked[0]
  }
  const order = (asked: points.Feasibility | undefined) => asked?.clusters.map(({ cluster }) => cluster.metadata.name)
  const aggregated = {
    replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
  } as const
  const estimates = on(points.estimate, () => ({ a: 1, b: 9 }))

  test('by name when nothing else tells them apart', async () =>
    assert.deepEqual(order(await seen([], {})), ['a', 'b', 'c']))
  test('by score', async () => {
    const scores = on(points.score, () => ({ c: 100, b: 50 }))
    assert.deepEqual(order(await seen([scores], {})), ['c', 'b', 'a'])
  })
  test('by the room they have, with what they already hold; what nobody could estimate holds all', async () => {
    const asked = await seen([estimates], aggregated, { clusters: { a: 4 } })
    assert.deepEqual(order(asked), ['b', 'a', 'c'])
    assert.deepEqual(
      asked?.clusters.map(({ estimate, assigned }) => [estimate, assigned]),
      [
        [9, 0],
        [1, 4],
        [undefined, 0],
      ],
    )
  })
  test('the first affinity before those it overflows into, for workloads', async () => {
    const placement = {
      clusterAffinities: [
        {
          affinityName: 'own',
          clusterNames: ['c'],
          overflowAffinities: [{ affinityName: 'more', clusterNames: ['b'] }],
        },
      ],
    }
    assert.deepEqual(
      (await seen([], placement))?.clusters.map(({ overflow }) => overflow),
      [0, 1, 1000],
    )
    assert.deepEqual(
      (await seen([], placement, { replicas: 0 }))?.clusters.map(({ overflow }) => overflow),
      [0, 1000, 1000],
    )
  })
  test('by the sets of components they have room for, when those stay together', async () => {
    const components = [{ name: 'worker', replicas: 2 }]
    const together: Placement = { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 1, maxGroups: 1 }] }
    assert.deepEqual(order(await seen([estimates], together, { replicas: 0, components })), ['b', 'a', 'c'])
    assert.deepEqual(order(await seen([estimates], {}, { replicas: 0, components })), ['a', 'b', 'c'])
  })
  const unasked: Record<string, readonly [Placement, BindingWords]> = {
    'every cluster gets all replicas': [{}, {}],
    'weights are fixed': [{ replicaScheduling: { replicaSchedulingType: 'Divided' } }, {}],
    'it is no workload': [aggregated, { replicas: 0 }],
  }
  for (const [name, [placement, words]] of Object.entries(unasked))
    test(`nobody estimates when ${name}`, async () =>
      assert.equal((await seen([estimates], placement, words))?.clusters[0]?.estimate, undefined))
})

describe('a plugin', () => {
  test('may select some of the clusters', async () => {
    const takesOne = on(points.select, ({ clusters }) => ({ clusters: clusters.slice(0, 1) }))
    assert.deepEqual(names(await place(asking(takesOne), clusters('a', 'b'))), ['a'])
  })
  test('may find too few of them', async () => {
    const never = on(points.select, () => ({ unfit: 'too few' }))
    const { targets, failures } = await place(asking(never), clusters('a'))
    assert.deepEqual(
      [targets, failures],
      [undefined, [{ reason: 'SchedulerError', message: 'too few', resolvable: true }]],
    )
  })
  test('may divide the replicas; the answer is sorted', async () => {
    const divides = on(points.assign, () => ({
      targets: [
        { name: 'b', replicas: 3 },
        { name: 'a', replicas: 1 },
      ],
    }))
    const { targets } = await place(asking(divides), clusters('a', 'b'))
    assert.deepEqual(targets, [
      { name: 'a', replicas: 1 },
      { name: 'b', replicas: 3 },
    ])
  })
  test('may find no room for them', async () => {
    const full = on(points.assign, () => ({ unschedulable: 'no room' }))
    const { failures } = await place(asking(full), clusters('a'))
    assert.deepEqual(failures, [{ reason: 'Unschedulable', message: 'no room', resolvable: true }])
  })
  test('that throws ends the decision', async () => {
    const broken = on(points.score, () => {
      throw new Error('out of ink')
    })
    await assert.rejects(place(asking(broken), clusters('a')), /out of ink/)
  })
})
