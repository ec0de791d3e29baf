import type { LabelSelector, Toleration } from '../manifest.ts'

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
