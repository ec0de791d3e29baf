import type { Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Manifest, Taint } from '../manifest.ts'
import { list, object, required, type Schema, text, texts } from '../schema.ts'
import { type ClusterAffinity, clusterAffinitySchema } from './placement.ts'

/** A condition of a cluster, and the statuses in which it is or is not. */
export interface MatchCondition {
  readonly conditionType: string
  readonly operator: 'In' | 'NotIn'
  readonly statusValues: readonly ('True' | 'False' | 'Unknown')[]
}

export interface ClusterTaintPolicySpec {
  /** By default all clusters. */
  readonly targetClusters?: ClusterAffinity
  /** All must match for the taints to be added; none: never. */
  readonly addOnConditions?: readonly MatchCondition[]
  /** All must match for the taints to be removed; none: never. */
  readonly removeOnConditions?: readonly MatchCondition[]
  readonly taints: readonly Omit<Taint, 'timeAdded'>[]
}

/** Taints clusters by their conditions. */
export interface ClusterTaintPolicy extends Manifest {
  readonly spec: ClusterTaintPolicySpec
}

export const clusterTaintPolicyKind: Kind<ClusterTaintPolicy> = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'ClusterTaintPolicy',
  plural: 'clustertaintpolicies',
  scope: 'Cluster',
}

const matchConditionSchema = object<MatchCondition>('A rule about one condition of the cluster.', {
  conditionType: required(text('Type of the condition.')),
  operator: required(text('In or NotIn.')),
  statusValues: required(texts('True, False or Unknown.')),
})

const matchConditions = (description: string): Schema => list(description, matchConditionSchema)

const specSchema = object<ClusterTaintPolicySpec>('Which taints clusters get, and when.', {
  targetClusters: clusterAffinitySchema('The clusters; unset is all.'),
  addOnConditions: matchConditions('All must hold for the taints to be added; without any they never are.'),
  removeOnConditions: matchConditions('All must hold for the taints to be removed; without any they never are.'),
  taints: required(
    list(
      'The taints.',
      object<ClusterTaintPolicySpec['taints'][number]>('A taint.', {
        key: required(text('Key of the taint.')),
        value: text('Value of the taint.'),
        effect: required(text('NoSchedule or NoExecute.')),
      }),
      { minItems: 1 },
    ),
  ),
})

export const clusterTaintPolicyDefinition: Definition = {
  kind: clusterTaintPolicyKind,
  description: 'Taints clusters by their conditions.',
  fields: { spec: required(specSchema) },
}
