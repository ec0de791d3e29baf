import { ageColumn, type Definition } from '../crd.ts'
import type { Kind, Reference } from '../kind.ts'
import type { Condition, Json, Manifest, ResourceList, StringMap, Toleration } from '../manifest.ts'
import {
  anyObject,
  type Fields,
  flag,
  int32,
  int64,
  list,
  object,
  required,
  type Schema,
  stringMap,
  text,
  texts,
  time,
  word,
} from '../schema.ts'
import { bindingV1alpha1 } from './binding-v1alpha1.ts'
import {
  conditionsSchema,
  nodeSelectorSchema,
  reasonPattern,
  resourceListSchema,
  tolerationSchema,
} from './kubernetes.ts'
import { type Placement, placementSchema } from './placement.ts'
import {
  type ConflictResolution,
  conflictResolutionSchema,
  type Failover,
  failoverSchema,
  type PurgeMode,
  type Suspension,
  suspensionFields,
} from './propagation-policy.ts'

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

export const healthSchema = word('Whether the object does what it is for.', ['Healthy', 'Unhealthy', 'Unknown'])

const objectReferenceSchema = object<ObjectReference>('The template.', {
  apiVersion: required(text('Version of the template.')),
  kind: required(text('Kind of the template.')),
  namespace: text('Namespace of the template.'),
  name: required(text('Name of the template.')),
  uid: text('UID of the template.'),
  resourceVersion: text('Version of the template this binding is about.'),
})

const nodeClaimSchema = object<NodeClaim>('What its node must be like.', {
  hardNodeAffinity: nodeSelectorSchema('Rules a node must satisfy.'),
  nodeSelector: stringMap('Labels a node must have.'),
  tolerations: list('Taints of nodes that are tolerated.', tolerationSchema),
})

const podRequirements: Fields<Omit<ReplicaRequirements, 'namespace'>> = {
  nodeClaim: nodeClaimSchema,
  resourceRequest: resourceListSchema('What one replica asks for.'),
  priorityClassName: text('Priority class of its pods.'),
}

export const replicaRequirementsSchema = object<ReplicaRequirements>('What one replica needs.', {
  ...podRequirements,
  namespace: text('Namespace of the template, whose quotas count.'),
})

export const componentSchema = object<Component>('One of several pod templates.', {
  name: required(text('Name of the component.', { maxLength: 32 })),
  replicas: required(int32('How many replicas it wants.')),
  replicaRequirements: object<Component['replicaRequirements']>('What one of them needs.', podRequirements),
})

export const targetClusterSchema = object<TargetCluster>('A cluster, and its share.', {
  name: required(text('Name of the cluster.')),
  replicas: int32('How many replicas it gets.'),
  components: list(
    'How many replicas of each component it gets.',
    object<NonNullable<TargetCluster['components']>[number]>('Share of one component.', {
      name: required(text('Name of the component.')),
      replicas: required(int32('How many replicas.')),
    }),
  ),
})

const targetClustersSchema = (description: string): Schema => list(description, targetClusterSchema)

const evictionTaskSchema = object<GracefulEvictionTask>('A cluster that is being left.', {
  fromCluster: required(text('The cluster.')),
  purgeMode: word('How the old copy goes.', ['Directly', 'Gracefully', 'Never']),
  replicas: int32('How many replicas it had.'),
  reason: required(text('Why, in a word.', { minLength: 1, maxLength: 32, pattern: reasonPattern })),
  message: text('Why, in a sentence.', { maxLength: 1024 }),
  producer: required(text('Who said so.')),
  gracePeriodSeconds: int32('How long to wait for the new copy. Excludes suppressDeletion.'),
  suppressDeletion: flag('The old copy stays until someone says otherwise.'),
  preservedLabelState: stringMap('Labels for the new copy.'),
  creationTimestamp: time('When the leaving began.'),
  clustersBeforeFailover: texts('Where the template was before.'),
})

const snapshotSchema = object<BindingSnapshot>('A binding whose template needs this one.', {
  namespace: text('Namespace of the binding.'),
  name: required(text('Name of the binding.')),
  clusters: targetClustersSchema('Where it is.'),
})

export const bindingSpecSchema = object<BindingSpec>('The template, and the decision about it.', {
  resource: required(objectReferenceSchema),
  propagateDeps: flag('Whether what the template refers to goes with it.'),
  replicaRequirements: replicaRequirementsSchema,
  replicas: int32('How many replicas the template wants in all.'),
  components: list('Its pod templates, when there are several.', componentSchema),
  clusters: targetClustersSchema('Where it goes: what the scheduler decided.'),
  placement: placementSchema('Where it may go, from the policy.'),
  gracefulEvictionTasks: list('Clusters that are being left.', evictionTaskSchema),
  requiredBy: list('Bindings whose templates need this one.', snapshotSchema),
  schedulerName: text('Who schedules it.'),
  failover: failoverSchema,
  conflictResolution: conflictResolutionSchema,
  rescheduleTriggeredAt: time('It is scheduled afresh when this is after status.lastScheduledTime.'),
  suspension: object<BindingSpec['suspension']>('Stops scheduling, or writing to members.', {
    ...suspensionFields,
    scheduling: flag('It is not scheduled.'),
  }),
  preserveResourcesOnDeletion: flag('Whether members keep their objects when the template is deleted.'),
  schedulePriority: object<BindingSpec['schedulePriority']>('How soon it is scheduled.', {
    priority: int32('The higher goes first.', { default: 0 }),
  }),
  workloadAffinityGroups: object<BindingSpec['workloadAffinityGroups']>('Its groups, each as key=value.', {
    affinityGroup: text('Workloads it goes with.'),
    antiAffinityGroup: text('Workloads it stays away from.'),
  }),
})

const aggregatedStatusSchema = object<AggregatedStatusItem>('What one cluster says.', {
  clusterName: required(text('The cluster.')),
  status: anyObject('What was collected of the status there.'),
  applied: flag('Whether the cluster has what it should.'),
  appliedMessage: text('Why it has not.'),
  health: healthSchema,
})

export const bindingStatusSchema = object<BindingStatus>('What became of the decision.', {
  schedulerObservedGeneration: int64('Generation the scheduler has seen.'),
  schedulerObservingAffinityName: text('The term of clusterAffinities in use.'),
  lastScheduledTime: time('When it was last scheduled.'),
  conditions: conditionsSchema('Scheduled, FullyApplied.'),
  aggregatedStatus: list('What each cluster says.', aggregatedStatusSchema),
})

const both = {
  categories: ['karmada-io'],
  fields: { spec: required(bindingSpecSchema), status: bindingStatusSchema },
  status: true,
  columns: [
    { name: 'SCHEDULED', type: 'string', jsonPath: '.status.conditions[?(@.type=="Scheduled")].status' },
    { name: 'FULLYAPPLIED', type: 'string', jsonPath: '.status.conditions[?(@.type=="FullyApplied")].status' },
    ageColumn,
  ],
  older: { v1alpha1: bindingV1alpha1 },
  converted: true,
} as const

export const bindingDefinitions: readonly Definition[] = [
  {
    kind: resourceBindingKind,
    shortNames: ['rb'],
    description:
      'The decision about one template of its namespace: which clusters, how many replicas, what became of it.',
    ...both,
  },
  {
    kind: clusterResourceBindingKind,
    shortNames: ['crb'],
    description: 'The decision about one cluster-scoped template: which clusters, and what became of it.',
    ...both,
  },
]
