import type { LabelSelector, Toleration } from '../manifest.ts'
import { type Fields, int64, integer, list, object, required, type Schema, text, texts, word } from '../schema.ts'
import { labelSelectorSchema, tolerationSchema } from './kubernetes.ts'

/** Which templates a policy is about. */
export interface ResourceSelector {
  readonly apiVersion: string
  readonly kind: string
  /** Empty: the scope of the policy. */
  readonly namespace?: string
  /** Empty: all names. */
  readonly name?: string
  /** Ignored when `name` is set. */
  readonly labelSelector?: LabelSelector
}

export interface FieldSelectorRequirement {
  readonly key: 'provider' | 'region' | 'zone'
  readonly operator: 'In' | 'NotIn'
  readonly values?: readonly string[]
}

/** Which clusters. All that is set must hold; an empty affinity holds for every cluster. */
export interface ClusterAffinity {
  readonly labelSelector?: LabelSelector
  readonly fieldSelector?: { readonly matchExpressions?: readonly FieldSelectorRequirement[] }
  readonly clusterNames?: readonly string[]
  /** Removed first, whatever the rest says. */
  readonly exclude?: readonly string[]
}

export interface OverflowClusterAffinity extends ClusterAffinity {
  readonly affinityName: string
}

export interface ClusterAffinityTerm extends ClusterAffinity {
  readonly affinityName: string
  readonly overflowAffinities?: readonly OverflowClusterAffinity[]
}

export interface SpreadConstraint {
  readonly spreadByField?: 'cluster' | 'region' | 'zone' | 'provider'
  readonly spreadByLabel?: string
  readonly maxGroups?: number
  readonly minGroups?: number
}

export interface StaticClusterWeight {
  readonly targetCluster: ClusterAffinity
  readonly weight: number
}

export interface ReplicaSchedulingStrategy {
  readonly replicaSchedulingType?: 'Duplicated' | 'Divided'
  readonly replicaDivisionPreference?: 'Aggregated' | 'Weighted'
  readonly weightPreference?: {
    readonly staticWeightList?: readonly StaticClusterWeight[]
    readonly dynamicWeight?: 'AvailableReplicas'
  }
}

export interface WorkloadAffinity {
  readonly affinity?: { readonly groupByLabelKey: string }
  readonly antiAffinity?: { readonly groupByLabelKey: string }
}

export interface Placement {
  readonly clusterAffinity?: ClusterAffinity
  readonly clusterAffinities?: readonly ClusterAffinityTerm[]
  readonly clusterTolerations?: readonly Toleration[]
  readonly spreadConstraints?: readonly SpreadConstraint[]
  readonly replicaScheduling?: ReplicaSchedulingStrategy
  readonly workloadAffinity?: WorkloadAffinity
}

const resourceSelectorSchema = object<ResourceSelector>('Names templates.', {
  apiVersion: required(text('Version of the templates, such as apps/v1.')),
  kind: required(text('Kind of the templates.')),
  namespace: text('Namespace of the templates; empty is the scope of the policy.'),
  name: text('Name of the template; empty is every name.'),
  labelSelector: labelSelectorSchema('Labels of the templates. Ignored when a name is given.'),
})

export const resourceSelectorsSchema = (description: string, rules?: { readonly minItems: number }): Schema =>
  list(description, resourceSelectorSchema, rules)

const fieldRequirement = object<FieldSelectorRequirement>('A rule about one property of a cluster.', {
  key: required(text('provider, region or zone.')),
  operator: required(text('In or NotIn.')),
  values: texts('Values of the property.', { atomic: true }),
})

const clusterAffinityFields: Fields<ClusterAffinity> = {
  labelSelector: labelSelectorSchema('Labels of the clusters.'),
  fieldSelector: object<ClusterAffinity['fieldSelector']>('Properties of the clusters.', {
    matchExpressions: list('Rules that must all hold.', fieldRequirement),
  }),
  clusterNames: texts('Names of the clusters; empty is every name.'),
  exclude: texts('Clusters that are never meant, whatever the rest says.'),
}

export const clusterAffinitySchema = (description: string): Schema =>
  object<ClusterAffinity>(description, clusterAffinityFields)

const affinityNameRules = { minLength: 1, maxLength: 32 }

const overflowAffinitySchema = object<OverflowClusterAffinity>('A further tier of clusters.', {
  affinityName: required(text('Name of the tier, unique within its term.', affinityNameRules)),
  ...clusterAffinityFields,
})

const clusterAffinityTermSchema = object<ClusterAffinityTerm>('A group of candidate clusters.', {
  affinityName: required(text('Name of the term, unique within the policy.', affinityNameRules)),
  ...clusterAffinityFields,
  overflowAffinities: list('Tiers used in order when the clusters above lack capacity.', overflowAffinitySchema),
})

const spreadConstraintSchema = object<SpreadConstraint>('Spreads over groups of clusters.', {
  spreadByField: word('What makes a group.', ['cluster', 'region', 'zone', 'provider']),
  spreadByLabel: text('Label of the clusters that makes a group. Not supported by the scheduler.'),
  maxGroups: integer('The most groups to use.'),
  minGroups: integer('The fewest groups to use; 1 unless given.'),
})

const staticWeightSchema = object<StaticClusterWeight>('Weight of some clusters.', {
  targetCluster: required(clusterAffinitySchema('The clusters.')),
  weight: required(int64('Their weight. A cluster takes the largest that is about it.', { minimum: 1 })),
})

const replicaSchedulingSchema = object<ReplicaSchedulingStrategy>(
  'How replicas are spread over the clusters; unset is a full copy in each.',
  {
    replicaSchedulingType: word(
      'Duplicated: every cluster gets all replicas. Divided: they share them.',
      ['Duplicated', 'Divided'],
      'Divided',
    ),
    replicaDivisionPreference: word(
      'With Divided. Aggregated: into as few clusters as can take them. Weighted: by weight.',
      ['Aggregated', 'Weighted'],
    ),
    weightPreference: object<ReplicaSchedulingStrategy['weightPreference']>(
      'The weights, with Weighted; unset weighs all clusters alike.',
      {
        staticWeightList: list('Weights that are given.', staticWeightSchema),
        dynamicWeight: word('Weights that are found. Static weights are ignored then.', ['AvailableReplicas']),
      },
    ),
  },
)

const affinityGroup = (description: string): Schema =>
  object<WorkloadAffinity['affinity']>(description, {
    groupByLabelKey: required(text('Label of the template whose value names the group.')),
  })

const workloadAffinitySchema = object<WorkloadAffinity>('Where other workloads of the namespace are, or are not.', {
  affinity: affinityGroup('Goes where the other workloads of its group are.'),
  antiAffinity: affinityGroup('Stays away from the other workloads of its group.'),
})

export const placementSchema = (description: string): Schema =>
  object<Placement>(description, {
    clusterAffinity: clusterAffinitySchema('The candidate clusters; unset is all. Excludes clusterAffinities.'),
    clusterAffinities: list('Groups of candidates, of which the first that fits is used.', clusterAffinityTermSchema),
    clusterTolerations: list('Taints of clusters that are tolerated.', tolerationSchema),
    spreadConstraints: list('How to spread over groups of clusters.', spreadConstraintSchema),
    replicaScheduling: replicaSchedulingSchema,
    workloadAffinity: workloadAffinitySchema,
  })
