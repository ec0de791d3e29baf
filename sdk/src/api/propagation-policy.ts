import { ageColumn, type Definition, type PrinterColumn } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Manifest } from '../manifest.ts'
import { type Fields, flag, int32, list, object, required, type Schema, text, texts, word } from '../schema.ts'
import { type Placement, placementSchema, type ResourceSelector, resourceSelectorsSchema } from './placement.ts'

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

type ApplicationFailover = NonNullable<Failover['application']>

export const conflictResolutionSchema = word(
  'What to do when a member already has such an object: Abort leaves it alone, Overwrite takes it over.',
  ['Abort', 'Overwrite'],
  'Abort',
)

const statePreservationSchema = object<StatePreservation>('Status that is handed to the new copy as labels.', {
  rules: required(
    list(
      'What to hand over.',
      object<StatePreservation['rules'][number]>('One label.', {
        aliasLabelName: required(text('Key of the label.')),
        jsonPath: required(text('Path of its value in the status that was collected.')),
      }),
    ),
  ),
})

const applicationFailoverSchema = object<ApplicationFailover>('What happens when the application is unhealthy.', {
  decisionConditions: required(
    object<ApplicationFailover['decisionConditions']>('When it has to move.', {
      tolerationSeconds: int32('How long it may be unhealthy.', { default: 300 }),
    }),
  ),
  purgeMode: word(
    'How the old copy goes: at once, when the new one is healthy, or never.',
    ['Directly', 'Gracefully', 'Never'],
    'Gracefully',
  ),
  gracePeriodSeconds: int32('How long to wait for the new copy, with Gracefully; 600 unless given.'),
  statePreservation: statePreservationSchema,
})

export const failoverSchema = object<Failover>('When and how to move to other clusters.', {
  application: applicationFailoverSchema,
  cluster: object<Failover['cluster']>('What happens when a cluster has a NoExecute taint.', {
    purgeMode: word(
      'How the old copy goes: at once, or when the new one is healthy.',
      ['Directly', 'Gracefully'],
      'Gracefully',
    ),
    statePreservation: statePreservationSchema,
  }),
})

export const suspensionFields: Fields<Suspension> = {
  dispatching: flag('Nothing is written to any member.'),
  dispatchingOnClusters: object<Suspension['dispatchingOnClusters']>('Nothing is written to some members.', {
    clusterNames: texts('The clusters.'),
  }),
}

const schedulePrioritySchema = object<PropagationSpec['schedulePriority']>('How soon it is scheduled.', {
  priorityClassSource: required(word('Where the class is looked up.', ['KubePriorityClass'])),
  priorityClassName: required(text('Name of the class.')),
})

const propagationSpecSchema: Schema = object<PropagationSpec>('Which templates go where, and how.', {
  resourceSelectors: required(resourceSelectorsSchema('The templates.', { minItems: 1 })),
  association: flag('Deprecated: propagateDeps.'),
  propagateDeps: flag('Whether what a template refers to (ConfigMaps, Secrets, ...) goes with it.'),
  placement: placementSchema('Where they go.'),
  priority: int32('The higher wins when several policies select a template.', { default: 0 }),
  preemption: word('Whether to take over templates from policies of lower priority.', ['Always', 'Never'], 'Never'),
  dependentOverrides: texts('Override policies that have to be there first.'),
  schedulerName: text('The scheduler to use. Cannot be changed.', { default: 'default-scheduler' }),
  failover: failoverSchema,
  conflictResolution: conflictResolutionSchema,
  activationPreference: word('Lazy: changes of the policy wait for the next change of the template.', ['Lazy']),
  suspension: object<Suspension>('Stops writing to members.', suspensionFields),
  preserveResourcesOnDeletion: flag('Whether members keep their objects when the template is deleted.'),
  schedulePriority: schedulePrioritySchema,
})

const columns: readonly PrinterColumn[] = [
  { name: 'CONFLICT-RESOLUTION', type: 'string', jsonPath: '.spec.conflictResolution' },
  { name: 'PRIORITY', type: 'string', jsonPath: '.spec.priority' },
  ageColumn,
]

const both = { categories: ['karmada-io'], fields: { spec: required(propagationSpecSchema) }, columns }

export const propagationPolicyDefinitions: readonly Definition[] = [
  {
    kind: propagationPolicyKind,
    shortNames: ['pp'],
    description: 'Propagates templates of its namespace to clusters.',
    ...both,
  },
  {
    kind: clusterPropagationPolicyKind,
    shortNames: ['cpp'],
    description: 'Propagates templates to clusters: cluster-scoped ones and those of any namespace.',
    ...both,
  },
]
