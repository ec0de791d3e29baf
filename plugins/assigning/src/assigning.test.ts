import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BindingSpec, Placement, Plugin, StaticClusterWeight, schedule } from '@flotilla/sdk'
import { binding, examineAssign, feasible } from '@flotilla/sdk/testing'
import { aggregated, assignAggregated } from './aggregated.ts'
import { duplicated } from './duplicated.ts'
import { assignByDynamicWeight, dynamicWeight } from './dynamic-weight.ts'
import { assignNonWorkload, nonWorkload } from './non-workload.ts'
import { staticWeight } from './static-weight.ts'

type Has = Partial<Omit<schedule.Feasible, 'cluster'>>

interface Asked {
  readonly spec: Partial<Omit<BindingSpec, 'clusters'>>
  readonly placement: Placement
  /** Best first. */
  readonly clusters: Readonly<Record<string, Has>>
  readonly fresh?: boolean
  readonly uid?: string
}

/** A workload without requests. */
const workload = (replicas: number): Asked['spec'] => ({ replicas, replicaRequirements: {} })

const question = ({ spec, placement, clusters, fresh = false, uid = '' }: Asked): schedule.Feasibility => {
  const entries = Object.entries(clusters)
  const now = entries.filter(([, { assigned = 0 }]) => assigned > 0).map(([name, { assigned }]) => [name, assigned])
  const resource = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid }
  return {
    binding: binding({ ...spec, resource, clusters: Object.fromEntries(now) }),
    placement,
    clusters: entries.map(([name, has]) => feasible(name, has)),
    fresh,
  }
}

/** `a:3 b` is 3 replicas for a, and no number for b. */
const parse = (targets: string): Readonly<Record<string, number | null>> =>
  Object.fromEntries(
    targets.split(' ').map((target) => {
      const [name = '', replicas] = target.split(':')
      return [name, replicas === undefined ? null : Number(replicas)]
    }),
  )

/** The answer: targets, or why there are none; undefined when the plugin has no opinion. */
const cases = (plugin: Plugin, table: Readonly<Record<string, readonly [asked: Asked, answer?: string]>>): void => {
  const words = Object.entries(table).map(([says, [asked, answer]]) => {
    const given = question(asked)
    if (answer === undefined) return [says, { given }] as const
    return [
      says,
      { given, ...(/^Clusters/.test(answer) ? { unschedulable: answer } : { assigns: parse(answer) }) },
    ] as const
  })
  examineAssign(plugin, Object.fromEntries(words))
}

const copies: Placement = {}
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
const byRoom: Placement = {
  replicaScheduling: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: { dynamicWeight: 'AvailableReplicas' },
  },
}
const together: Placement = {
  replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
}

const components = [
  { name: 'head', replicas: 1 },
  { name: 'worker', replicas: 3 },
]

cases(nonWorkload, {
  'a ConfigMap goes to every cluster': [{ spec: {}, placement: copies, clusters: { b: {}, a: {} } }, 'b a'],
  'a ConfigMap is not divided': [{ spec: {}, placement: byRoom, clusters: { a: {} } }, 'a'],
  'several components are not divided': [
    { spec: { components }, placement: copies, clusters: { a: {}, b: {} } },
    'a b',
  ],
  'replicas are for others to assign': [{ spec: workload(1), placement: copies, clusters: { a: {} } }],
})

test('components that stay together are written down', () => {
  const placement: Placement = { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 1, maxGroups: 1 }] }
  const answer = assignNonWorkload(question({ spec: { components }, placement, clusters: { a: {} } }))
  assert.deepEqual(answer, { targets: [{ name: 'a', components }] })
})

const oneCluster: Placement = { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 1, maxGroups: 1 }] }
const full = 'Clusters available replicas 0 are not enough to schedule.'

cases(nonWorkload, {
  'components that stay together need room for all of them': [
    { spec: { components }, placement: oneCluster, clusters: { a: { estimate: 0 } } },
    full,
  ],
  'components that may be apart are not counted': [
    { spec: { components }, placement: copies, clusters: { a: { estimate: 0 }, b: {} } },
    'a b',
  ],
})

test('components that are there already stay, whatever is left beside them', () => {
  const asked = question({ spec: { components }, placement: oneCluster, clusters: { a: { assigned: 1, estimate: 0 } } })
  assert.deepEqual(assignNonWorkload(asked), { targets: [{ name: 'a', components }] })
})

cases(duplicated, {
  'replicas that are divided are for others to assign': [{ spec: workload(3), placement: byRoom, clusters: { a: {} } }],
  'without a strategy': [{ spec: workload(3), placement: copies, clusters: { a: {}, b: {} } }, 'a:3 b:3'],
  'scaled to zero, it stays': [{ spec: workload(0), placement: copies, clusters: { a: {}, b: {} } }, 'a:0 b:0'],
})

const three = { a: {}, b: {}, c: {} }

cases(staticWeight, {
  'copies are for others to assign': [{ spec: workload(3), placement: copies, clusters: { a: {} } }],
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
  'a cluster without a replica is left out': [{ spec: workload(2), placement: weighted(), clusters: three }, 'a:1 b:1'],
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

cases(dynamicWeight, {
  'static weights are for others to assign': [{ spec: workload(3), placement: weighted(), clusters: { a: {} } }],
  'at first': [
    { spec: workload(9), placement: byRoom, clusters: { a: { estimate: 6 }, b: { estimate: 12 } } },
    'a:3 b:6',
  ],
  'a full cluster gets nothing': [
    { spec: workload(2), placement: byRoom, clusters: { a: { estimate: 0 }, b: { estimate: 2 } } },
    'b:2',
  ],
  'an unknown capacity is enough for all': [
    { spec: workload(4), placement: byRoom, clusters: { a: {}, b: {} } },
    'a:2 b:2',
  ],
  'too little room': [
    { spec: workload(9), placement: byRoom, clusters: { a: { estimate: 3 }, b: { estimate: 4 } } },
    'Clusters available replicas 7 are not enough to schedule.',
  ],
  'growing moves nothing': [
    {
      spec: workload(8),
      placement: byRoom,
      clusters: { a: { assigned: 4, estimate: 0 }, b: { assigned: 1, estimate: 5 } },
    },
    'a:4 b:4',
  ],
  'growing beyond what is left': [
    {
      spec: workload(9),
      placement: byRoom,
      clusters: { a: { assigned: 4, estimate: 1 }, b: { assigned: 1, estimate: 2 } },
    },
    'Clusters available replicas 3 are not enough to schedule.',
  ],
  'shrinking is in proportion to what each has': [
    {
      spec: workload(3),
      placement: byRoom,
      clusters: { a: { assigned: 4, estimate: 0 }, b: { assigned: 2, estimate: 100 } },
    },
    'a:2 b:1',
  ],
  'the same number stays': [
    {
      spec: workload(6),
      placement: byRoom,
      clusters: { a: { assigned: 5, estimate: 0 }, b: { assigned: 1, estimate: 100 } },
    },
    'a:5 b:1',
  ],
  'afresh, what is assigned is room like any other': [
    {
      spec: workload(6),
      placement: byRoom,
      clusters: { a: { assigned: 5, estimate: 1 }, b: { assigned: 1, estimate: 11 } },
      fresh: true,
    },
    'a:2 b:4',
  ],
  'scaled to zero, it stays where it is': [
    { spec: workload(0), placement: byRoom, clusters: { a: { assigned: 2, estimate: 1 }, b: { estimate: 9 } } },
    'a:0',
  ],
})

cases(aggregated, {
  'dynamic weights are for others to assign': [{ spec: workload(3), placement: byRoom, clusters: { a: {} } }],
  'the roomiest alone': [
    { spec: workload(5), placement: together, clusters: { a: { estimate: 4 }, b: { estimate: 6 } } },
    'b:5',
  ],
  'a second one when it has to be': [
    {
      spec: workload(9),
      placement: together,
      clusters: { a: { estimate: 4 }, b: { estimate: 8 }, c: { estimate: 2 } },
    },
    'a:3 b:6',
  ],
  'growing stays where it is as long as there is room': [
    {
      spec: workload(4),
      placement: together,
      clusters: { a: { assigned: 2, estimate: 2 }, b: { estimate: 99 } },
    },
    'a:4',
  ],
  'shrinking keeps the largest': [
    {
      spec: workload(3),
      placement: together,
      clusters: { a: { assigned: 4, estimate: 0 }, b: { assigned: 2, estimate: 0 } },
    },
    'a:3',
  ],
  'afresh, the roomiest alone': [
    {
      spec: workload(4),
      placement: together,
      clusters: { a: { assigned: 4, estimate: 2 }, b: { estimate: 99 } },
      fresh: true,
    },
    'b:4',
  ],
})

/** A cluster of the first choice, and one to overflow into. */
const tiers = (a: Has, z: Has) => ({ a, z: { ...z, overflow: 1 } })

cases(dynamicWeight, {
  'nothing flows over while there is room': [
    { spec: workload(3), placement: byRoom, clusters: tiers({ estimate: 3 }, { estimate: 99 }) },
    'a:3',
  ],
  'what flowed over comes back first': [
    {
      spec: workload(3),
      placement: byRoom,
      clusters: tiers({ assigned: 3, estimate: 0 }, { assigned: 2, estimate: 9 }),
    },
    'a:3',
  ],
  'all tiers are full': [
    { spec: workload(9), placement: byRoom, clusters: tiers({ estimate: 3 }, { estimate: 2 }) },
    'Clusters available replicas 5 are not enough to schedule.',
  ],
})

cases(aggregated, {
  'what does not fit flows over': [
    { spec: workload(5), placement: together, clusters: tiers({ estimate: 3 }, { estimate: 99 }) },
    'a:3 z:2',
  ],
})

const total = (numbers: readonly (number | undefined)[]): number =>
  numbers.reduce<number>((sum, number = 0) => sum + number, 0)

test('what is given is what was wanted, and nobody gets more than fits', () => {
  const clusters: Record<string, { readonly estimate: number; readonly assigned: number }> = {}
  for (let i = 0; i < 40; i++) clusters[`c${i}`] = { estimate: (i * 7919) % 23, assigned: (i * 31) % 5 }
  const room = total(Object.values(clusters).map(({ estimate }) => estimate))
  const held = total(Object.values(clusters).map(({ assigned }) => assigned))
  const strategies = [
    [byRoom, assignByDynamicWeight],
    [together, assignAggregated],
  ] as const
  for (const [placement, assign] of strategies) {
    for (const wanted of [1, held - 1, held, held + 1, held + room]) {
      const answer = assign(question({ spec: workload(wanted), placement, clusters }))
      const targets = answer && 'targets' in answer ? answer.targets : []
      assert.equal(total(targets.map(({ replicas }) => replicas)), wanted)
      for (const { name, replicas = 0 } of targets) {
        const { assigned = 0, estimate = 0 } = clusters[name] ?? {}
        assert.ok(replicas <= assigned + estimate, `${name} gets ${replicas}`)
      }
    }
  }
})
