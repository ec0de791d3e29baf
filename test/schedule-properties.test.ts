import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stages } from '@flotilla/core'
import { type Cluster, deepFreeze, type Placement, schedule } from '@flotilla/sdk'
import { binding, cluster } from '@flotilla/sdk/testing'
import fc from 'fast-check'
import { builtIns } from './fixtures.ts'

const member = fc.record({
  region: fc.constantFrom('eu', 'us', undefined),
  tier: fc.constantFrom('gold', 'silver'),
  isTainted: fc.boolean(),
  isServing: fc.boolean(),
  isGoing: fc.boolean(),
  cpu: fc.nat(20),
})

const clusterOf = (
  { region, tier, isTainted, isServing, isGoing, cpu }: typeof member extends fc.Arbitrary<infer T> ? T : never,
  index: number,
): Cluster =>
  cluster({
    name: `c${index}`,
    labels: { tier },
    ...(region && { region }),
    ...(isTainted && { taints: [{ key: 'busy', effect: 'NoSchedule' }] }),
    ...(isGoing && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    status: {
      apiEnablements: isServing
        ? [{ groupVersion: 'apps/v1', resources: [{ name: 'deployments', kind: 'Deployment' }] }]
        : [],
      resourceSummary: { allocatable: { cpu: String(cpu), pods: '110' } },
    },
  })

const fleet = fc.array(member, { maxLength: 12 }).map((members) => members.map(clusterOf))

const affinity = fc.constantFrom<Placement>(
  {},
  { clusterAffinity: { labelSelector: { matchLabels: { tier: 'gold' } } } },
  { clusterAffinity: { exclude: ['c0'] } },
  {
    clusterAffinities: [
      {
        affinityName: 'gold',
        labelSelector: { matchLabels: { tier: 'gold' } },
        overflowAffinities: [{ affinityName: 'more', fieldSelector: inEurope() }],
      },
      { affinityName: 'any' },
    ],
  },
)
const tolerations = fc.constantFrom<Placement>({}, { clusterTolerations: [{ operator: 'Exists' }] })
const spread = fc.constantFrom<Placement>(
  {},
  { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 1, maxGroups: 2 }] },
  {
    spreadConstraints: [
      { spreadByField: 'region', minGroups: 1, maxGroups: 2 },
      { spreadByField: 'cluster', minGroups: 2, maxGroups: 4 },
    ],
  },
)
const scheduling = fc.constantFrom<Placement>(
  {},
  { replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' } },
  { replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' } },
  {
    replicaScheduling: {
      replicaSchedulingType: 'Divided',
      replicaDivisionPreference: 'Weighted',
      weightPreference: { dynamicWeight: 'AvailableReplicas' },
    },
  },
)
const placement = fc
  .tuple(affinity, tolerations, spread, scheduling)
  .map((parts): Placement => Object.assign({}, ...parts))

const question = fc.record({
  clusters: fleet,
  placement,
  replicas: fc.integer({ min: 1, max: 60 }),
  held: fc.dictionary(fc.constantFrom('c0', 'c1', 'c2', 'gone'), fc.integer({ min: 1, max: 9 })),
  fresh: fc.boolean(),
})

function inEurope() {
  return { matchExpressions: [{ key: 'region', operator: 'In', values: ['eu'] } as const] }
}

type Question = typeof question extends fc.Arbitrary<infer T> ? T : never

const asking = ({ placement, replicas, held }: Question) =>
  deepFreeze(
    binding({
      placement,
      replicas,
      replicaRequirements: { resourceRequest: { cpu: '1' } },
      clusters: held,
    }),
  ) as stages.ScheduleInput['binding'] // it has a placement

const decide = (asked: Question, clusters = asked.clusters) =>
  stages.schedule(builtIns, { binding: asking(asked), snapshot: stages.snapshotOf(clusters), fresh: asked.fresh })

test('the order of the clusters does not matter, nor how often one asks', () =>
  fc.assert(
    fc.asyncProperty(question, async (asked) => {
      const decision = await decide(asked)
      assert.deepEqual(await decide(asked), decision)
      assert.deepEqual(await decide(asked, asked.clusters.toReversed()), decision)
    }),
  ))

test('nothing goes where a filter refuses it, or to a cluster that goes', () =>
  fc.assert(
    fc.asyncProperty(question, async (asked) => {
      const { targets = [], affinityName } = await decide(asked)
      const { placement, clusters } = asked
      const about = { binding: asking(asked), placement, clusters, ...(affinityName && { affinityName }) }
      const refused = await builtIns(schedule.filter, about)
      const going = clusters.filter(({ metadata }) => metadata.deletionTimestamp).map(({ metadata }) => metadata.name)
      for (const { name } of targets) assert.ok(!(name in refused) && !going.includes(name), name)
    }),
  ))

test('either all replicas are placed, or it is said why not', () =>
  fc.assert(
    fc.asyncProperty(question, async (asked) => {
      const { targets, failures } = await decide(asked)
      if (!targets) return assert.ok(failures.length > 0 && failures.every(({ message }) => message !== ''))
      const numbers = targets.map(({ replicas = 0 }) => replicas)
      const isDivided = asked.placement.replicaScheduling !== undefined
      if (isDivided)
        assert.equal(
          numbers.reduce((sum, number) => sum + number, 0),
          asked.replicas,
        )
      else assert.ok(numbers.length > 0 && numbers.every((number) => number === asked.replicas))
    }),
  ))
