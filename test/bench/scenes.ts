import { type Binding, type Cluster, label, type Placement, resourceBindingKind } from '@flotilla/sdk'
import { cluster } from '@flotilla/sdk/testing'

/** What is to be scheduled: the placements of policies, given to bindings in turn. */
export type Scene = keyof typeof scenes

const replicaSchedulingType = 'Divided'
const replicaDivisionPreference = 'Weighted'
const byRoom = {
  replicaSchedulingType,
  replicaDivisionPreference,
  weightPreference: { dynamicWeight: 'AvailableReplicas' },
} as const

const staticWeights: Placement = {
  replicaScheduling: {
    replicaSchedulingType,
    replicaDivisionPreference,
    weightPreference: {
      staticWeightList: [
        { targetCluster: { labelSelector: { matchLabels: { tier: 't1' } } }, weight: 2 },
        { targetCluster: { labelSelector: { matchLabels: { tier: 't2' } } }, weight: 1 },
      ],
    },
  },
}

const dynamicByRegion: Placement = {
  replicaScheduling: byRoom,
  spreadConstraints: [{ spreadByField: 'region', minGroups: 2, maxGroups: 4 }],
}

export const scenes = {
  /** Replicas divided by fixed weights. */
  static: [staticWeights],
  /** Replicas divided by room, over two regions or more. */
  dynamic: [dynamicByRegion],
  /** The placements policies usually have. */
  mixed: [
    {},
    { clusterAffinity: { labelSelector: { matchLabels: { tier: 't1' } } } },
    { replicaScheduling: { replicaSchedulingType, replicaDivisionPreference } },
    {
      replicaScheduling: { replicaSchedulingType, replicaDivisionPreference: 'Aggregated' },
      spreadConstraints: [{ spreadByField: 'cluster', minGroups: 2, maxGroups: 5 }],
    },
    { replicaScheduling: byRoom },
  ],
  /** Every binding wants something else, and some of the clusters only: next to nothing is shared. */
  singular: [],
} satisfies Record<string, readonly Placement[]>

const singular = (index: number): Placement => ({
  clusterAffinity: {
    labelSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: [`t${index % 4}`, `x${index}`] }] },
    exclude: [`cluster-${index % 97}`],
  },
  clusterTolerations: [{ key: `team-${index}`, operator: 'Exists' }],
  ...dynamicByRegion,
})

const summary = { allocatable: { cpu: '640', memory: '2560Gi', pods: '2200' }, allocated: { cpu: '100', pods: '300' } }

/** A cluster as it joins: ten regions, four tiers, one in twenty tainted. */
export function clusterAt(index: number): Cluster {
  const made = cluster({ name: `cluster-${index}`, region: `region-${index % 10}`, labels: { tier: `t${index % 4}` } })
  const taints = [{ key: 'maintenance', effect: 'NoSchedule' }] as const
  const spec = index % 20 === 19 ? { ...made.spec, taints } : made.spec
  return { ...made, spec, status: { ...made.status, resourceSummary: summary } }
}

export const bindingAt = (scene: Scene, index: number): Binding => {
  const placements: readonly Placement[] = scenes[scene]
  return {
    apiVersion: resourceBindingKind.apiVersion,
    kind: resourceBindingKind.kind,
    metadata: {
      name: `app-${index}-deployment`,
      namespace: 'default',
      labels: { [label.propagationPolicyId]: 'bench', [label.bindingId]: `id-${index}` },
    },
    spec: {
      resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: `app-${index}` },
      replicas: 1 + (index % 40),
      replicaRequirements: { resourceRequest: { cpu: `${100 + (index % 50)}m`, memory: '128Mi' } },
      placement: placements[index % placements.length] ?? singular(index),
    },
  }
}

/** So many of something. */
export const several = <T>(count: number, at: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => at(index))
