import type { Kind } from '../kind.ts'
import type { Manifest } from '../manifest.ts'
import type { Placement, ResourceSelector } from './placement.ts'

export interface StatePreservation {
  readonly rules: readonly { readonly aliasLabelName: string; readonly jsonPath: string }[]
}

export interface Failover {
  readonly application?: {
    readonly decisionConditions: { readonly tolerationSeconds?: number }
    readonly purgeMode?: PurgeMode
    readonly gracePeriodSeconds?: number
    readonly statePreservation?: StatePreservation
  }
  readonly cluster?: {
    readonly purgeMode?: 'Directly' | 'Gracefully'
    readonly statePreservation?: StatePreservation
  }
}

export type PurgeMode = 'Directly' | 'Gracefully' | 'Never'
export type ConflictResolution = 'Abort' | 'Overwrite'

export interface Suspension {
  readonly dispatching?: boolean
  readonly dispatchingOnClusters?: { readonly clusterNames?: readonly string[] }
}

export interface PropagationSpec {
  readonly resourceSelectors: readonly ResourceSelector[]
  /** Deprecated: `propagateDeps`. */
  readonly association?: boolean
  readonly propagateDeps?: boolean
  readonly placement?: Placement
  readonly priority?: number
  readonly preemption?: 'Always' | 'Never'
  readonly dependentOverrides?: readonly string[]
  readonly schedulerName?: string
  readonly failover?: Failover
  readonly conflictResolution?: ConflictResolution
  readonly activationPreference?: 'Lazy'
  readonly suspension?: Suspension
  readonly preserveResourcesOnDeletion?: boolean
  readonly schedulePriority?: { readonly priorityClassSource: string; readonly priorityClassName: string }
}

/** Where templates go. Namespaced (PropagationPolicy) or not (ClusterPropagationPolicy): the kind says. */
export interface PropagationPolicy extends Manifest {
  readonly spec: PropagationSpec
}

export const propagationPolicyKind: Kind<PropagationPolicy> = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  plural: 'propagationpolicies',
  scope: 'Namespaced',
}

export const clusterPropagationPolicyKind: Kind<PropagationPolicy> = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'ClusterPropagationPolicy',
  plural: 'clusterpropagationpolicies',
  scope: 'Cluster',
}
