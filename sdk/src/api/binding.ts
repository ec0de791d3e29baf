import type { Kind, Reference } from '../kind.ts'
import type { Condition, Json, Manifest, ResourceList, StringMap, Toleration } from '../manifest.ts'
import type { Placement } from './placement.ts'
import type { ConflictResolution, Failover, PurgeMode, Suspension } from './propagation-policy.ts'

/** The template a binding is of. */
export interface ObjectReference extends Reference {
  readonly uid?: string
  readonly resourceVersion?: string
}

export interface NodeClaim {
  readonly hardNodeAffinity?: object
  readonly nodeSelector?: StringMap
  readonly tolerations?: readonly Toleration[]
}

/** What one replica needs. */
export interface ReplicaRequirements {
  readonly nodeClaim?: NodeClaim
  readonly resourceRequest?: ResourceList
  readonly namespace?: string
  readonly priorityClassName?: string
}

/** One of several pod templates of a workload. */
export interface Component {
  readonly name: string
  readonly replicas: number
  readonly replicaRequirements?: Omit<ReplicaRequirements, 'namespace'>
}

/** A cluster chosen, and how many replicas it gets. */
export interface TargetCluster {
  readonly name: string
  readonly replicas?: number
  readonly components?: readonly { readonly name: string; readonly replicas: number }[]
}

export interface GracefulEvictionTask {
  readonly fromCluster: string
  readonly purgeMode?: PurgeMode
  readonly replicas?: number
  readonly reason: string
  readonly message?: string
  readonly producer: string
  readonly gracePeriodSeconds?: number
  readonly suppressDeletion?: boolean
  readonly preservedLabelState?: StringMap
  readonly creationTimestamp?: string
  readonly clustersBeforeFailover?: readonly string[]
}

export interface BindingSnapshot {
  readonly namespace?: string
  readonly name: string
  readonly clusters?: readonly TargetCluster[]
}

export interface BindingSpec {
  readonly resource: ObjectReference
  readonly propagateDeps?: boolean
  readonly replicaRequirements?: ReplicaRequirements
  readonly replicas?: number
  readonly components?: readonly Component[]
  readonly clusters?: readonly TargetCluster[]
  readonly placement?: Placement
  readonly gracefulEvictionTasks?: readonly GracefulEvictionTask[]
  readonly requiredBy?: readonly BindingSnapshot[]
  readonly schedulerName?: string
  readonly failover?: Failover
  readonly conflictResolution?: ConflictResolution
  readonly rescheduleTriggeredAt?: string
  readonly suspension?: Suspension & { readonly scheduling?: boolean }
  readonly preserveResourcesOnDeletion?: boolean
  readonly schedulePriority?: { readonly priority?: number }
  readonly workloadAffinityGroups?: { readonly affinityGroup?: string; readonly antiAffinityGroup?: string }
}

export type Health = 'Healthy' | 'Unhealthy' | 'Unknown'

/** What one cluster says of the object. */
export interface AggregatedStatusItem {
  readonly clusterName: string
  readonly status?: Json
  readonly applied?: boolean
  readonly appliedMessage?: string
  readonly health?: Health
}

export interface BindingStatus {
  readonly schedulerObservedGeneration?: number
  /** Karmada's JSON name for "the affinity term the scheduler observed". */
  readonly schedulerObservingAffinityName?: string
  readonly lastScheduledTime?: string
  readonly conditions?: readonly Condition[]
  readonly aggregatedStatus?: readonly AggregatedStatusItem[]
}

/** The decision about one template. ResourceBinding or ClusterResourceBinding: the kind says. */
export interface Binding extends Manifest {
  readonly spec: BindingSpec
  readonly status?: BindingStatus
}

export const resourceBindingKind: Kind<Binding> = {
  apiVersion: 'work.karmada.io/v1alpha2',
  kind: 'ResourceBinding',
  plural: 'resourcebindings',
  scope: 'Namespaced',
}

export const clusterResourceBindingKind: Kind<Binding> = {
  apiVersion: 'work.karmada.io/v1alpha2',
  kind: 'ClusterResourceBinding',
  plural: 'clusterresourcebindings',
  scope: 'Cluster',
}
