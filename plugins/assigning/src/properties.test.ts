import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Placement, Registry, type ReplicaSchedulingStrategy, schedule, type TargetCluster } from '@flotilla/sdk'
import { binding, fakeHost, feasible } from '@flotilla/sdk/testing'
import fc from 'fast-check'
import { assigningPlugins } from './index.ts'

const strategies: Readonly<Record<string, ReplicaSchedulingStrategy>> = {
  Duplicated: { replicaSchedulingType: 'Duplicated' },
  equally: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' },
  StaticWeight: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: {
      staticWeightList: [
        { targetCluster: { clusterNames: ['c0', 'c1', 'c2'] }, weight: 3 },
        { targetCluster: { clusterNames: ['c2'] }, weight: 1e15 },
      ],
    },
  },
  DynamicWeight: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: { dynamicWeight: 'AvailableReplicas' },
  },
  Aggregated: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
}

interface Has {
  readonly estimate: number
  readonly assigned: number
  readonly overflow: number
}

const has = (tiers: number): fc.Arbitrary<Has> =>
  fc.record({
    estimate: fc.oneof(fc.nat(12), fc.nat(2 ** 31 - 1)),
    assigned: fc.oneof(fc.constant(0), fc.nat(9)),
    overflow: fc.nat(tiers - 1),
  })
const fleet = (tiers = 1): fc.Arbitrary<readonly Has[]> => fc.array(has(tiers), { minLength: 1, maxLength: 12 })
const replicas = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }))

const registry = new Registry()
for (const plugin of assigningPlugins) for (const each of plugin.extensions?.(fakeHost()) ?? []) registry.add(each)

interface Asked {
  readonly strategy: ReplicaSchedulingStrategy
  readonly replicas: number
  readonly clusters: readonly Has[]
  readonly fresh?: boolean
  readonly isTurned?: boolean
}

/** As the machine ranks them: by tier, then by room, then by name. */
function ranked(clusters: readonly Has[]): readonly schedule.Feasible[] {
  return clusters
    .map((each, i) => feasible(`c${i}`, each))
    .sort((a, b) => a.overflow - b.overflow || (b.estimate ?? 0) + b.assigned - (a.estimate ?? 0) - a.assigned)
}

async function assign({ strategy, replicas, clusters, fresh = false, isTurned }: Asked): Promise<schedule.Assignment> {
  const placement: Placement = { replicaScheduling: strategy }
  const now = clusters.flatMap(({ assigned }, i) => (assigned > 0 ? [[`c${i}`, assigned]] : []))
  const asked = binding({ replicas, replicaRequirements: {}, placement, clusters: Object.fromEntries(now) })
  const list = ranked(clusters)
  const feasibility = { binding: asked, placement, clusters: isTurned ? list.toReversed() : list, fresh }
  return (await registry.ask(schedule.assign, feasibility)) ?? { targets: [] }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
const targetsOf = (answer: schedule.Assignment): readonly TargetCluster[] => ('targets' in answer ? answer.targets : [])
const given = (answer: schedule.Assignment): readonly number[] => targetsOf(answer).map(({ replicas = 0 }) => replicas)
const afterwards = (answer: schedule.Assignment, i: number): number =>
  targetsOf(answer).find(({ name }) => name === `c${i}`)?.replicas ?? 0
const roomOf = (clusters: readonly Has[]): number => sum(clusters.map(({ estimate, assigned }) => estimate + assigned))
const heldBy = (clusters: readonly Has[]): number => sum(clusters.map(({ assigned }) => assigned))

const divided = Object.entries(strategies).filter(([name]) => name !== 'Duplicated')
const byRoom = Object.entries(strategies).filter(([name]) => name === 'DynamicWeight' || name === 'Aggregated')

for (const [name, strategy] of Object.entries(strategies))
  test(`${name}: the same question has the same answer`, () =>
    fc.assert(
      fc.asyncProperty(fleet(2), replicas, async (clusters, replicas) =>
        assert.deepEqual(
          await assign({ strategy, replicas, clusters }),
          await assign({ strategy, replicas, clusters }),
        ),
      ),
    ))

for (const [name, strategy] of divided)
  test(`${name}: all replicas and no more are given, to nobody fewer than one`, () =>
    fc.assert(
      fc.asyncProperty(fleet(3), replicas, fc.boolean(), async (clusters, replicas, fresh) => {
        const answer = await assign({ strategy, replicas, clusters, fresh })
        if ('unschedulable' in answer) return
        assert.equal(sum(given(answer)), replicas)
        assert.ok(given(answer).every((number) => Number.isInteger(number) && number >= 1))
        assert.equal(new Set(answer.targets.map(({ name }) => name)).size, answer.targets.length)
      }),
    ))

for (const [name, strategy] of divided.filter(([name]) => name !== 'Aggregated')) // which takes the best first
  test(`${name}: the order of the clusters does not matter`, () =>
    fc.assert(
      fc.asyncProperty(fleet(2), replicas, async (clusters, replicas) => {
        const there = await assign({ strategy, replicas, clusters })
        const turned = await assign({ strategy, replicas, clusters, isTurned: true })
        assert.deepEqual(targetsOf(turned), targetsOf(there))
      }),
    ))

for (const [name, strategy] of byRoom)
  describe(name, () => {
    test('it works out exactly when there is room, and nobody gets more than fits', () =>
      fc.assert(
        fc.asyncProperty(fleet(3), replicas, fc.boolean(), async (clusters, replicas, fresh) => {
          const answer = await assign({ strategy, replicas, clusters, fresh })
          assert.equal('targets' in answer, roomOf(clusters) >= replicas)
          for (const [i, { estimate, assigned }] of clusters.entries())
            assert.ok(afterwards(answer, i) <= estimate + assigned)
        }),
      ))

    test('as little as possible moves', () =>
      fc.assert(
        fc.asyncProperty(fleet(), replicas, async (clusters, replicas) => {
          const answer = await assign({ strategy, replicas, clusters })
          if ('unschedulable' in answer) return
          const moves = clusters.map(({ assigned }, i) => afterwards(answer, i) - assigned)
          assert.equal(sum(moves.map(Math.abs)), Math.abs(replicas - heldBy(clusters)))
        }),
      ))

    test('growing takes from nobody, shrinking adds nowhere', () =>
      fc.assert(
        fc.asyncProperty(fleet(), fc.nat(100), async (clusters, percent) => {
          const held = heldBy(clusters)
          fc.pre(held > 0)
          const fewer = Math.ceil((held * percent) / 100) || 1
          const less = await assign({ strategy, replicas: fewer, clusters })
          for (const [i, { assigned }] of clusters.entries()) assert.ok(afterwards(less, i) <= assigned)
          fc.pre(roomOf(clusters) > held)
          const more = await assign({ strategy, replicas: held + 1, clusters })
          for (const [i, { assigned }] of clusters.entries()) assert.ok(afterwards(more, i) >= assigned)
        }),
      ))

    test('nothing flows over while there is room before', () =>
      fc.assert(
        fc.asyncProperty(fleet(3), replicas, async (clusters, replicas) => {
          const answer = await assign({ strategy, replicas, clusters })
          if ('unschedulable' in answer) return
          const inTier = (tier: number) =>
            sum(clusters.map(({ overflow }, i) => (overflow === tier ? afterwards(answer, i) : 0)))
          let left = replicas
          for (const tier of [0, 1, 2]) {
            const room = roomOf(clusters.filter(({ overflow }) => overflow === tier))
            assert.equal(inTier(tier), Math.min(left, room))
            left -= inTier(tier)
          }
        }),
      ))
  })

test('Aggregated: not one cluster more than it takes', () =>
  fc.assert(
    fc.asyncProperty(fleet(), replicas, async (all, replicas) => {
      const clusters = all.map((each) => ({ ...each, assigned: 0 }))
      const answer = await assign({ strategy: strategies.Aggregated ?? {}, replicas, clusters })
      if ('unschedulable' in answer) return
      const rooms = clusters.map(({ estimate }) => estimate).sort((a, b) => b - a)
      const least = rooms.findIndex((_, i) => sum(rooms.slice(0, i + 1)) >= replicas) + 1
      assert.ok(answer.targets.length <= least)
    }),
  ))

test('Duplicated: all replicas in every cluster', () =>
  fc.assert(
    fc.asyncProperty(fleet(), replicas, async (clusters, replicas) => {
      const answer = await assign({ strategy: strategies.Duplicated ?? {}, replicas, clusters })
      assert.deepEqual(
        given(answer),
        clusters.map(() => replicas),
      )
    }),
  ))

test('thousands of clusters are a matter of course', async () => {
  const clusters = Array.from({ length: 5000 }, (_, i) => ({ estimate: i % 97, assigned: i % 3, overflow: i % 2 }))
  for (const [, strategy] of divided)
    assert.equal(sum(given(await assign({ strategy, replicas: 50_000, clusters }))), 50_000)
})
