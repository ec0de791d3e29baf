import type { Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Manifest } from '../manifest.ts'
import { list, object, required, text, texts, word } from '../schema.ts'

export interface ClusterConditionRequirement {
  readonly conditionType: string
  readonly operator: 'Equal' | 'NotEqual'
  readonly conditionStatus: string
}

export interface DecisionMatch {
  readonly clusterConditionMatch?: ClusterConditionRequirement
}

export interface RemedySpec {
  /** By default all clusters. */
  readonly clusterAffinity?: { readonly clusterNames?: readonly string[] }
  /** One match is enough; none given: always. */
  readonly decisionMatches?: readonly DecisionMatch[]
  readonly actions?: readonly string[]
}

/** What has to be done about clusters in a bad state. */
export interface Remedy extends Manifest {
  readonly spec: RemedySpec
}

export const remedyKind: Kind<Remedy> = {
  apiVersion: 'remedy.karmada.io/v1alpha1',
  kind: 'Remedy',
  plural: 'remedies',
  scope: 'Cluster',
}

const decisionMatchSchema = object<DecisionMatch>('A sign that something has to be done.', {
  clusterConditionMatch: object<ClusterConditionRequirement>('A condition of the cluster.', {
    conditionType: required(text('Type of the condition.')),
    operator: required(word('How its status compares.', ['Equal', 'NotEqual'])),
    conditionStatus: required(text('The status it is compared with.')),
  }),
})

const specSchema = object<RemedySpec>('What to do, where, and when.', {
  clusterAffinity: object<RemedySpec['clusterAffinity']>('The clusters; unset is all.', {
    clusterNames: texts('Names of the clusters.'),
  }),
  decisionMatches: list('Signs of which one is enough; without any it is always done.', decisionMatchSchema),
  actions: texts('What to do: TrafficControl.'),
})

export const remedyDefinition: Definition = {
  kind: remedyKind,
  categories: ['karmada-io'],
  description: 'What has to be done about clusters in a bad state.',
  fields: { spec: required(specSchema) },
}
