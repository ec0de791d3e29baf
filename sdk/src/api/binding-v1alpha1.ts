import type { VersionDefinition } from '../crd.ts'
import type { Reference } from '../kind.ts'
import type { Condition, Json, ResourceList } from '../manifest.ts'
import { anyObject, flag, int32, list, object, required, text } from '../schema.ts'
import { conditionsSchema, resourceListSchema } from './kubernetes.ts'

/** The template, and what it wants: later versions say that beside it. */
export interface ObjectReferenceV1alpha1 extends Reference {
  readonly resourceVersion?: string
  readonly replicas?: number
  readonly resourcePerReplicas?: ResourceList
}

export interface TargetClusterV1alpha1 {
  readonly name: string
  readonly replicas?: number
}

export interface BindingSpecV1alpha1 {
  readonly resource: ObjectReferenceV1alpha1
  readonly clusters?: readonly TargetClusterV1alpha1[]
}

export interface AggregatedStatusItemV1alpha1 {
  readonly clusterName: string
  readonly status?: Json
  readonly applied?: boolean
  readonly appliedMessage?: string
}

export interface BindingStatusV1alpha1 {
  readonly conditions?: readonly Condition[]
  readonly aggregatedStatus?: readonly AggregatedStatusItemV1alpha1[]
}

const resourceSchema = object<ObjectReferenceV1alpha1>('The template, and what it wants.', {
  apiVersion: required(text('Version of the template.')),
  kind: required(text('Kind of the template.')),
  namespace: text('Namespace of the template.'),
  name: required(text('Name of the template.')),
  resourceVersion: text('Version of the template this binding is about.'),
  replicas: int32('How many replicas it wants in all.'),
  resourcePerReplicas: resourceListSchema('What one of them asks for.'),
})

const targetClusterSchema = object<TargetClusterV1alpha1>('A cluster, and its share.', {
  name: required(text('Name of the cluster.')),
  replicas: int32('How many replicas it gets.'),
})

const aggregatedStatusSchema = object<AggregatedStatusItemV1alpha1>('What one cluster says.', {
  clusterName: required(text('The cluster.')),
  status: anyObject('What was collected of the status there.'),
  applied: flag('Whether the cluster has what it should.'),
  appliedMessage: text('Why it has not.'),
})

/** The first version of both bindings: served for old clients, never stored. */
export const bindingV1alpha1: VersionDefinition = {
  description: 'The decision about one template, as the first version of this kind said it.',
  fields: {
    spec: required(
      object<BindingSpecV1alpha1>('The template, and the decision about it.', {
        resource: required(resourceSchema),
        clusters: list('Where it goes.', targetClusterSchema),
      }),
    ),
    status: object<BindingStatusV1alpha1>('What became of the decision.', {
      conditions: conditionsSchema('Scheduled, FullyApplied.'),
      aggregatedStatus: list('What each cluster says.', aggregatedStatusSchema),
    }),
  },
  status: true,
}
