import type { Kind } from '../kind.ts'
import type { Json, Manifest, StringMap } from '../manifest.ts'
import type { ClusterAffinity, ResourceSelector } from './placement.ts'

export type OverrideOperator = 'add' | 'remove' | 'replace'

export interface PlaintextOverrider {
  /** JSON pointer. */
  readonly path: string
  readonly operator: OverrideOperator
  readonly value?: Json
}

export interface ImageOverrider {
  readonly predicate?: { readonly path: string }
  readonly component: 'Registry' | 'Repository' | 'Tag'
  readonly operator: OverrideOperator
  readonly value?: string
}

export interface CommandOverrider {
  readonly containerName: string
  readonly operator: 'add' | 'remove'
  readonly value?: readonly string[]
}

export interface MapOverrider {
  readonly operator: OverrideOperator
  readonly value: StringMap
}

export interface EmbeddedPatch {
  readonly subPath: string
  readonly operator: OverrideOperator
  readonly value?: Json
}

export interface FieldOverrider {
  readonly fieldPath: string
  readonly json?: readonly EmbeddedPatch[]
  readonly yaml?: readonly EmbeddedPatch[]
}

export interface Overriders {
  readonly imageOverrider?: readonly ImageOverrider[]
  readonly commandOverrider?: readonly CommandOverrider[]
  readonly argsOverrider?: readonly CommandOverrider[]
  readonly labelsOverrider?: readonly MapOverrider[]
  readonly annotationsOverrider?: readonly MapOverrider[]
  readonly fieldOverrider?: readonly FieldOverrider[]
  readonly plaintext?: readonly PlaintextOverrider[]
}

export interface OverrideRule {
  /** By default all clusters. */
  readonly targetCluster?: ClusterAffinity
  readonly overriders: Overriders
}

export interface OverrideSpec {
  /** By default everything in the policy's scope. */
  readonly resourceSelectors?: readonly ResourceSelector[]
  readonly overrideRules?: readonly OverrideRule[]
  /** Deprecated: `overrideRules`. */
  readonly targetCluster?: ClusterAffinity
  /** Deprecated: `overrideRules`. */
  readonly overriders?: Overriders
}

/** What is different where. Namespaced (OverridePolicy) or not (ClusterOverridePolicy): the kind says. */
export interface OverridePolicy extends Manifest {
  readonly spec: OverrideSpec
}

export const overridePolicyKind: Kind<OverridePolicy> = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'OverridePolicy',
  plural: 'overridepolicies',
  scope: 'Namespaced',
}

export const clusterOverridePolicyKind: Kind<OverridePolicy> = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'ClusterOverridePolicy',
  plural: 'clusteroverridepolicies',
  scope: 'Cluster',
}
