import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Binding,
  type BindingSpec,
  type Cluster,
  deepFreeze,
  type Placement,
  Registry,
  type StaticClusterWeight,
  schedule,
  type TargetCluster,
} from '@flotilla/sdk'
import { assigningPlugins } from './index.ts'

const registry = new Registry()
const host = undefined as never // none of them asks its host for anything
for (const plugin of assigningPlugins) for (const each of plugin.extensions?.(host) ?? []) registry.add(each)

const cluster = (name: string): Cluster => ({
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name },
  spec: { syncMode: 'Push' },
})

interface Has {
  readonly assigned?: number
  readonly estimate?: number
  readonly overflow?: number
}

const feasible = (clusters: Readonly<Record<string, Has>>): readonly schedule.Feasible[] =>
  Object.entries(clusters).map(([name, { assigned = 0, overflow = 0, ...rest }]) => ({
    cluster: cluster(name),
    score: 0,
    assigned,
    overflow,
    ...rest,
  }))

/** Replicas and a request of nothing: a workload. */
const workload = (replicas: number): Omit<BindingSpec, 'resource'> => ({ replicas, replicaRequirements: {} })

interface Asked {
  readonly spec: Omit<BindingSpec, 'resource'>
  readonly placement: Placement
  readonly clusters: Readonly<Record<string, Has>>
  readonly fresh?: boolean
  readonly uid?: string
}

async function assign({ spec, placement, clusters, fresh = false, uid = '' }: Asked): Promise<string> {
  const resource = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid }
  const current = Object.entries(clusters).flatMap(([name, { assigned = 0 }]): readonly TargetCluster[] =>
    assigned > 0 ? [{ name, replicas: assigned }] : [],
  )
  const binding: Binding = {
    apiVersion: 'work.karmada.io/v1alpha2',
    kind: 'ResourceBinding',
    metadata: { name: 'web-deployment', namespace: 'shop' },
    spec: { clusters: current, ...spec, resource },
  }
  const question = deepFreeze({ binding, placement, clusters: feasible(clusters), fresh })
  const answer = await registry.ask(schedule.assign, question)
  if (!answer) return 'no answer'
  if ('unschedulable' in answer) return answer.unschedulable
  return answer.targets.map(({ name, replicas }) => (replicas === undefined ? name : `${name}:${replicas}`)).join(' ')
}

const cases = (table: Readonly<Record<string, readonly [asked: Asked, answer: string]>>): void => {
  for (const [says, [asked, answer]] of Object.entries(table)) {
    test(says, async () => assert.equal(await assign(asked), answer))
  }
}

const duplicated: Placement = {}
const weighted = (...staticWeightList: readonly StaticClusterWeight[]): Placement => ({
  replicaScheduling: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    ...(staticWeightList.length > 0 && { weightPreference: { staticWeightList } }),
  },
})
const weight = (number: number, ...clusterNames: readonly string[]): StaticClusterWeight => ({
  targetCluster: { clusterNames },
  weight: number,
})
const dynamic: Placement = {
  replicaScheduling: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: { dynamicWeight: 'AvailableReplicas' },
  },
}
const aggregated: Placement = {
  replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
}

describe('what has no replicas goes to every cluster, without a number', () => {
  const together: Placement = { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 1, maxGroups: 1 }] }
  const components = [
    { name: 'head', replicas: 1 },
    { name: 'worker', replicas: 3 },
  ]
  cases({
    'a ConfigMap': [{ spec: {}, placement: duplicated, clusters: { b: {}, a: {} } }, 'b a'],
    'a ConfigMap that is to be divided': [{ spec: {}, placement: dynamic, clusters: { a: {} } }, 'a'],
    'a workload of components': [{ spec: { components }, placement: duplicated, clusters: { a: {}, b: {} } }, 'a b'],
  })
  test('components that stay together are written down', async () => {
    const binding = { spec: { components, resource: { apiVersion: 'v1', kind: 'X', name: 'x' } } } as unknown as Binding // all that is read
    const asked = deepFreeze({ binding, placement: together, clusters: feasible({ a: {} }), fresh: false })
    assert.deepEqual(await registry.ask(schedule.assign, asked), { targets: [{ name: 'a', components }] })
  })
})

describe('duplicated: all replicas to every cluster', () => {
  cases({
    'without a strategy': [{ spec: workload(3), placement: duplicated, clusters: { a: {}, b: {} } }, 'a:3 b:3'],
    'scaled to zero, it stays': [{ spec: workload(0), placement: duplicated, clusters: { a: {}, b: {} } }, 'a:0 b:0'],
  })
})

describe('static weight: by the weights of the placement', () => {
  const three = { a: {}, b: {}, c: {} }
  cases({
    'no weights are equal weights': [{ spec: workload(6), placement: weighted(), clusters: three }, 'a:2 b:2 c:2'],
    'in proportion': [
      { spec: workload(6), placement: weighted(weight(2, 'a'), weight(1, 'b')), clusters: { a: {}, b: {} } },
      'a:4 b:2',
    ],
    'a cluster nobody names gets nothing': [
      { spec: workload(4), placement: weighted(weight(1, 'a', 'b')), clusters: three },
      'a:2 b:2',
    ],
    'the largest weight counts': [
      { spec: workload(4), placement: weighted(weight(1, 'a', 'b'), weight(3, 'a')), clusters: three },
      'a:3 b:1',
    ],
    'when no cluster is named all weigh the same': [
      { spec: workload(3), placement: weighted(weight(5, 'x')), clusters: three },
      'a:1 b:1 c:1',
    ],
    'a cluster without a replica is left out': [
      { spec: workload(2), placement: weighted(), clusters: three },
      'a:1 b:1',
    ],
    'the remainder goes to the other end for some': [
      { spec: workload(2), placement: weighted(), clusters: three, uid: 'b' },
      'b:1 c:1',
    ],
    'what is assigned now does not matter': [
      { spec: workload(3), placement: weighted(), clusters: { a: { assigned: 3 }, b: {}, c: {} } },
      'a:1 b:1 c:1',
    ],
    'scaled to zero, it stays where it is': [
      { spec: workload(0), placement: weighted(), clusters: { a: {}, b: { assigned: 2 } } },
      'b:0',
    ],
  })
})

describe('dynamic weight: in proportion to what clusters can take', () => {
  cases({
    'at first': [
      { spec: workload(9), placement: dynamic, clusters: { a: { estimate: 6 }, b: { estimate: 12 } } },
      'a:3 b:6',
    ],
    'a full cluster gets nothing': [
      { spec: workload(2), placement: dynamic, clusters: { a: { estimate: 0 }, b: { estimate: 2 } } },
      'b:2',
    ],
    'an unknown capacity is enough for all': [
      { spec: workload(4), placement: dynamic, clusters: { a: {}, b: {} } },
      'a:2 b:2',
    ],
    'too little room': [
      { spec: workload(9), placement: dynamic, clusters: { a: { estimate: 3 }, b: { estimate: 4 } } },
      'Clusters available replicas 7 are not enough to schedule.',
    ],
    'growing moves nothing': [
      {
        spec: workload(8),
        placement: dynamic,
        clusters: { a: { assigned: 4, estimate: 0 }, b: { assigned: 1, estimate: 5 } },
      },
      'a:4 b:4',
    ],
    'growing beyond what is left': [
      {
        spec: workload(9),
        placement: dynamic,
        clusters: { a: { assigned: 4, estimate: 1 }, b: { assigned: 1, estimate: 2 } },
      },
      'Clusters available replicas 3 are not enough to schedule.',
    ],
    'shrinking is in proportion to what each has': [
      {
        spec: workload(3),
        placement: dynamic,
        clusters: { a: { assigned: 4, estimate: 0 }, b: { assigned: 2, estimate: 100 } },
      },
      'a:2 b:1',
    ],
    'the same number stays': [
      {
        spec: workload(6),
        placement: dynamic,
        clusters: { a: { assigned: 5, estimate: 0 }, b: { assigned: 1, estimate: 100 } },
      },
      'a:5 b:1',
    ],
    'afresh, what is assigned is room like any other': [
      {
        spec: workload(6),
        placement: dynamic,
        clusters: { a: { assigned: 5, estimate: 1 }, b: { assigned: 1, estimate: 11 } },
        fresh: true,
      },
      'a:2 b:4',
    ],
    'scaled to zero, it stays where it is': [
      { spec: workload(0), placement: dynamic, clusters: { a: { assigned: 2, estimate: 1 }, b: { estimate: 9 } } },
      'a:0',
    ],
  })
})

describe('aggregated: to as few clusters as can take them', () => {
  cases({
    'the roomiest alone': [
      { spec: workload(5), placement: aggregated, clusters: { a: { estimate: 4 }, b: { estimate: 6 } } },
      'b:5',
    ],
    'a second one when it has to be': [
      {
        spec: workload(9),
        placement: aggregated,
        clusters: { a: { estimate: 4 }, b: { estimate: 8 }, c: { estimate: 2 } },
      },
      'a:3 b:6',
    ],
    'growing stays where it is as long as there is room': [
      {
        spec: workload(4),
        placement: aggregated,
        clusters: { a: { assigned: 2, estimate: 2 }, b: { estimate: 99 } },
      },
      'a:4',
    ],
    'shrinking keeps the largest': [
      {
        spec: workload(3),
        placement: aggregated,
        clusters: { a: { assigned: 4, estimate: 0 }, b: { assigned: 2, estimate: 0 } },
      },
      'a:3',
    ],
    'afresh, the roomiest alone': [
      {
        spec: workload(4),
        placement: aggregated,
        clusters: { a: { assigned: 4, estimate: 2 }, b: { estimate: 99 } },
        fresh: true,
      },
      'b:4',
    ],
  })
})

describe('overflow: each tier is filled before the next one', () => {
  const tiers = (primary: Has, second: Has) => ({
    a: { overflow: 0, ...primary },
    z: { overflow: 1, ...second },
  })
  cases({
    'nothing flows over while there is room': [
      { spec: workload(3), placement: dynamic, clusters: tiers({ estimate: 3 }, { estimate: 99 }) },
      'a:3',
    ],
    'the rest flows over': [
      { spec: workload(5), placement: aggregated, clusters: tiers({ estimate: 3 }, { estimate: 99 }) },
      'a:3 z:2',
    ],
    'shrinking leaves the last tier first': [
      {
        spec: workload(3),
        placement: dynamic,
        clusters: tiers({ assigned: 3, estimate: 0 }, { assigned: 2, estimate: 9 }),
      },
      'a:3',
    ],
    'all tiers are full': [
      { spec: workload(9), placement: dynamic, clusters: tiers({ estimate: 3 }, { estimate: 2 }) },
      'Clusters available replicas 5 are not enough to schedule.',
    ],
  })
})

test('what is given is what was wanted, and nobody gets more than fits', async () => {
  const clusters: Record<string, Has> = {}
  for (let i = 0; i < 40; i++) clusters[`c${i}`] = { estimate: (i * 7919) % 23, assigned: (i * 31) % 5 }
  const room = Object.values(clusters).reduce((sum, { estimate = 0 }) => sum + estimate, 0)
  const held = Object.values(clusters).reduce((sum, { assigned = 0 }) => sum + assigned, 0)
  for (const placement of [dynamic, aggregated]) {
    for (const replicas of [1, held - 1, held, held + 1, held + room]) {
      const targets = (await assign({ spec: workload(replicas), placement, clusters })).split(' ')
      const given = targets.map((target) => target.split(':'))
      assert.equal(
        given.reduce((sum, [, number]) => sum + Number(number), 0),
        replicas,
      )
      for (const [name = '', number] of given) {
        const { assigned = 0, estimate = 0 } = clusters[name] ?? {}
        assert.ok(Number(number) <= assigned + estimate, `${name} gets ${number}`)
      }
    }
  }
})
