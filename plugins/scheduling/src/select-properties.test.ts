import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Registry, type ReplicaSchedulingStrategy, type SpreadConstraint, schedule } from '@flotilla/sdk'
import { binding, cluster, fakeHost, feasible } from '@flotilla/sdk/testing'
import fc from 'fast-check'
import { schedulingPlugins } from './index.ts'
import { clusterBounds, groupingsOf } from './spread.ts'

const strategies: readonly ReplicaSchedulingStrategy[] = [
  { replicaSchedulingType: 'Duplicated' },
  { replicaSchedulingType: 'Divided', weightPreference: { dynamicWeight: 'AvailableReplicas' } },
  { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
]

const letters = ['u', 'v', 'w', 'x', 'y', 'z']
const member = fc.record({
  zones: fc.uniqueArray(fc.constantFrom(...letters), { minLength: 1, maxLength: 3 }),
  estimate: fc.nat(20),
  assigned: fc.nat(3),
  score: fc.constantFrom(0, 50, 100),
})
type Member = typeof member extends fc.Arbitrary<infer T> ? T : never
const fleet = fc.array(member, { minLength: 1, maxLength: 15 })

const feasibles = (members: readonly Member[]): readonly schedule.Feasible[] =>
  members
    .map(({ zones, ...known }, i): schedule.Feasible => {
      const [place = ''] = zones
      const labels = { rack: place }
      return {
        ...feasible(`c${i}`, known),
        cluster: cluster({ name: `c${i}`, zones, region: place, provider: place, labels }),
      }
    })
    .sort((a, b) => b.score - a.score || (b.estimate ?? 0) + b.assigned - (a.estimate ?? 0) - a.assigned)

const bounds = fc.record({ minGroups: fc.nat(4), maxGroups: fc.nat(5) })
const valid = ({ minGroups, maxGroups }: { minGroups: number; maxGroups: number }): boolean =>
  maxGroups === 0 || maxGroups >= minGroups
const byCluster = bounds.filter(valid).map((each): SpreadConstraint => ({ spreadByField: 'cluster', ...each }))
const byField = (spreadByField: SpreadConstraint['spreadByField']) =>
  bounds.filter(valid).map((each): SpreadConstraint => ({ ...each, ...(spreadByField && { spreadByField }) }))
const byLabel = bounds.filter(valid).map((each): SpreadConstraint => ({ spreadByLabel: 'rack', ...each }))

const registry = new Registry()
for (const plugin of schedulingPlugins) for (const each of plugin.extensions?.(fakeHost()) ?? []) registry.add(each)

const strategy = fc.constantFrom(...strategies)
const replicas = fc.integer({ min: 1, max: 60 })

async function select(
  members: readonly Member[],
  spreadConstraints: readonly SpreadConstraint[],
  replicaScheduling: ReplicaSchedulingStrategy,
  replicas: number,
) {
  const placement = { spreadConstraints, replicaScheduling }
  const clusters = feasibles(members)
  const asked = { binding: binding({ replicas, placement }), placement, clusters, fresh: false }
  return { placement, clusters, answer: (await registry.ask(schedule.select, asked)) ?? { clusters } }
}

test('by cluster: within the bounds, in the order of the ranking, and only when it cannot be not at all', () =>
  fc.assert(
    fc.asyncProperty(fleet, byCluster, strategy, replicas, async (members, constraint, scheduling, replicas) => {
      const { placement, clusters, answer } = await select(members, [constraint], scheduling, replicas)
      const { min, max } = clusterBounds(placement) ?? { min: 1, max: Number.POSITIVE_INFINITY }
      assert.equal('unfit' in answer, clusters.length < min)
      if ('unfit' in answer) return
      assert.equal(answer.clusters.length, Math.min(clusters.length, max))
      assert.deepEqual(
        answer.clusters,
        clusters.filter((each) => answer.clusters.includes(each)),
      )
    }),
  ))

test('by cluster: enough room is found whenever so many clusters have it', () =>
  fc.assert(
    fc.asyncProperty(fleet, byCluster, replicas, async (members, constraint, replicas) => {
      const [, dynamic = {}] = strategies
      const { placement, clusters, answer } = await select(members, [constraint], dynamic, replicas)
      if ('unfit' in answer) return
      const room = (all: readonly schedule.Feasible[]) =>
        all.reduce((sum, { estimate = 0, assigned }) => sum + estimate + assigned, 0)
      const max = clusterBounds(placement)?.max ?? clusters.length
      const richest = clusters
        .toSorted((a, b) => (b.estimate ?? 0) + b.assigned - (a.estimate ?? 0) - a.assigned)
        .slice(0, Math.min(max, clusters.length))
      assert.ok(room(answer.clusters) >= Math.min(replicas, room(richest)))
    }),
  ))

const groupings: Readonly<Record<string, fc.Arbitrary<SpreadConstraint>>> = {
  region: byField('region'),
  zone: byField('zone'),
  provider: byField('provider'),
  label: byLabel,
}
for (const [name, constraint] of Object.entries(groupings))
  describe(`by ${name}`, () => {
    test('within the bounds of groups and clusters, and of clusters that would do', () =>
      fc.assert(
        fc.asyncProperty(
          fleet,
          constraint,
          byCluster,
          strategy,
          replicas,
          async (members, own, wide, how, replicas) => {
            const { placement, clusters, answer } = await select(members, [wide, own], how, replicas)
            if ('unfit' in answer) return
            const [grouping] = groupingsOf(placement)
            const { min, max } = clusterBounds(placement) ?? { min: 1, max: Number.POSITIVE_INFINITY }
            const names = new Set(answer.clusters.flatMap((each) => grouping?.groupsOf(each.cluster) ?? []))
            assert.ok(answer.clusters.length >= min && answer.clusters.length <= max)
            assert.ok(names.size >= (grouping?.bounds.min ?? 0), `${names.size} groups`)
            if (name !== 'zone') assert.ok(names.size <= (grouping?.bounds.max ?? 0)) // a cluster may be in more zones than are wanted
            assert.ok(answer.clusters.every((each) => clusters.includes(each)))
            assert.equal(new Set(answer.clusters).size, answer.clusters.length)
          },
        ),
      ))

    test('the same whenever it is asked', () =>
      fc.assert(
        fc.asyncProperty(fleet, constraint, byCluster, strategy, replicas, async (members, own, wide, how, replicas) =>
          assert.deepEqual(
            (await select(members, [wide, own], how, replicas)).answer,
            (await select(members, [own, wide], how, replicas)).answer,
          ),
        ),
      ))
  })

describe('by several at once', () => {
  interface Home {
    readonly region: string
    readonly zone: string
    readonly rack: string
  }
  const [region, zone, rack] = [byField('region'), byField('zone'), byLabel]
  const home: fc.Arbitrary<Home> = fc.record({ region: fc.constantFrom('n', 's', 'e'), zone: fc.constantFrom(...letters), rack: fc.constantFrom('1', '2') }) // biome-ignore format: one record
  const ask = async (
    homes: readonly Home[],
    spreadConstraints: readonly SpreadConstraint[],
    how: ReplicaSchedulingStrategy,
  ) => {
    // biome-ignore format: one call
    const clusters = homes.map(({ region, zone, rack }, i) => ({ ...feasible(`c${i}`, { estimate: i % 4 }), cluster: cluster({ name: `c${i}`, region, zones: [zone], labels: { rack } }) })) // biome-ignore format: one chain
    const placement = { spreadConstraints, replicaScheduling: how }
    const asked = { binding: binding({ replicas: 5, placement }), placement, clusters, fresh: false }
    return { placement, clusters, answer: (await registry.ask(schedule.select, asked)) ?? { clusters } }
  }
  const keeps = (
    clusters: readonly schedule.Feasible[],
    placement: { spreadConstraints: readonly SpreadConstraint[] },
  ) =>
    groupingsOf(placement).every(({ groupsOf, bounds }) => {
      const { size } = new Set(clusters.flatMap((each) => groupsOf(each.cluster)))
      return size >= bounds.min && size <= bounds.max
    })
  const subsets = <T>(items: readonly T[]): readonly (readonly T[])[] =>
    Array.from({ length: 2 ** items.length }, (_, bits) => items.filter((_, index) => (bits >> index) & 1))

  test('all bounds are kept, and what is found is found whenever there is any', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(home, { minLength: 1, maxLength: 7 }),
        region,
        zone,
        rack,
        strategy,
        async (homes, a, b, c, how) => {
          // biome-ignore format: one call
          const { placement, clusters, answer } = await ask(homes, [b, a, c], how)
          const isPossible = subsets(clusters).some((some) => keeps(some, placement))
          assert.equal('clusters' in answer, isPossible)
          if ('clusters' in answer) assert.ok(keeps(answer.clusters, placement))
        },
      ),
    ))

  test('with a bound of clusters, too', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(home, { minLength: 1, maxLength: 12 }),
        region,
        zone,
        byCluster,
        strategy,
        async (homes, a, b, c, how) => {
          // biome-ignore format: one call
          const { placement, answer } = await ask(homes, [b, a, c], how)
          if ('unfit' in answer) return
          const { min, max } = clusterBounds(placement) ?? { min: 1, max: Number.POSITIVE_INFINITY }
          assert.ok(keeps(answer.clusters, placement))
          assert.ok(answer.clusters.length >= min && answer.clusters.length <= max)
        },
      ),
    ))

  test('a wish nobody can grant is given up in time', async () => {
    const homes = Array.from({ length: 400 }, (_, i): Home => ({ region: `r${i % 20}`, zone: `z${i % 20}-${i % 3}`, rack: '1' })) // biome-ignore format: one call
    const start = process.cpuUsage()
    const { answer } = await ask(homes, [{ spreadByField: 'region', minGroups: 5, maxGroups: 5 }, { spreadByField: 'zone', minGroups: 30 }], { replicaSchedulingType: 'Duplicated' }) // biome-ignore format: one call
    assert.ok('unfit' in answer && /at least 5 regions and 30 zones at once/.test(answer.unfit))
    const { user, system } = process.cpuUsage(start)
    assert.ok(user + system < 5e6, 'in seconds of CPU')
  })
})

test('thousands of clusters are a matter of course', async () => {
  const members = Array.from(
    { length: 5000 },
    (_, i): Member => ({
      zones: [letters[i % 6] ?? 'u'],
      estimate: i % 7,
      assigned: 0,
      score: i % 2 === 0 ? 100 : 0,
    }),
  )
  const constraints: readonly SpreadConstraint[] = [
    { spreadByField: 'region', minGroups: 3, maxGroups: 6 },
    { spreadByField: 'cluster', minGroups: 1000, maxGroups: 3000 },
  ]
  for (const how of strategies) {
    const { answer } = await select(members, constraints, how, 9000)
    assert.ok('clusters' in answer && answer.clusters.length >= 1000 && answer.clusters.length <= 3000)
  }
})
