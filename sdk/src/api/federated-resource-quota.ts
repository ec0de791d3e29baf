import type { Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Condition, Manifest, ResourceList } from '../manifest.ts'
import { int64, list, object, required, text, time } from '../schema.ts'
import { conditionsSchema, resourceListSchema } from './kubernetes.ts'

/** What one cluster may use: it becomes a ResourceQuota there. */
export interface StaticClusterAssignment {
  readonly clusterName: string
  readonly hard: ResourceList
}

export interface FederatedResourceQuotaSpec {
  /** Limits over all clusters. */
  readonly overall: ResourceList
  readonly staticAssignments?: readonly StaticClusterAssignment[]
}

/** The ResourceQuota of one cluster. */
export interface ClusterQuotaStatus {
  readonly clusterName: string
  readonly hard?: ResourceList
  readonly used?: ResourceList
}

/** Ours: what a binding was allowed to use, kept until the caches of all have surely heard that it does. */
export interface QuotaReservation {
  /** The name of the ResourceBinding. */
  readonly binding: string
  readonly uid?: string
  /** Of the binding before the write that was allowed; 0 when it was to be created. */
  readonly generation: number
  /** All it may use, not only what is new. */
  readonly used: ResourceList
  readonly time: string
  /** How many writes it was allowed for; by default one. It is given back when all of them were refused. */
  readonly tries?: number
}

export interface FederatedResourceQuotaStatus {
  readonly overall?: ResourceList
  readonly overallUsed?: ResourceList
  readonly aggregatedStatus?: readonly ClusterQuotaStatus[]
  readonly reservations?: readonly QuotaReservation[]
  /** Ours: `WithinLimits`, and `Assigned` where clusters have limits of their own. */
  readonly conditions?: readonly Condition[]
}

/** Limits what a namespace may use over all clusters. */
export interface FederatedResourceQuota extends Manifest {
  readonly spec: FederatedResourceQuotaSpec
  readonly status?: FederatedResourceQuotaStatus
}

export const federatedResourceQuotaKind: Kind<FederatedResourceQuota> = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'FederatedResourceQuota',
  plural: 'federatedresourcequotas',
  scope: 'Namespaced',
}

const assignmentSchema = object<StaticClusterAssignment>('What one cluster may use.', {
  clusterName: required(text('The cluster.')),
  hard: required(resourceListSchema('Its limits; they become a ResourceQuota there.')),
})

const specSchema = object<FederatedResourceQuotaSpec>('The limits.', {
  overall: required(resourceListSchema('Limits over all clusters.')),
  staticAssignments: list('Limits of single clusters.', assignmentSchema),
})

const clusterStatusSchema = object<ClusterQuotaStatus>('The ResourceQuota of one cluster.', {
  clusterName: required(text('The cluster.')),
  hard: resourceListSchema('Its limits.'),
  used: resourceListSchema('What is used there.'),
})

const reservationSchema = object<QuotaReservation>('What a binding was allowed to use.', {
  binding: required(text('Name of the ResourceBinding.')),
  uid: text('UID of the ResourceBinding.'),
  generation: required(int64('Its generation before it was allowed.')),
  used: required(resourceListSchema('All it may use.')),
  time: required(time('When it was allowed.')),
  tries: int64('How many writes it was allowed for; by default one.'),
})

const statusSchema = object<FederatedResourceQuotaStatus>('What is used.', {
  overall: resourceListSchema('The limits in force.'),
  overallUsed: resourceListSchema('What is used over all clusters.'),
  aggregatedStatus: list('What each cluster says.', clusterStatusSchema),
  reservations: list('What bindings were allowed to use that caches may not have heard of.', reservationSchema),
  conditions: conditionsSchema('WithinLimits, Assigned.'),
})

export const federatedResourceQuotaDefinition: Definition = {
  kind: federatedResourceQuotaKind,
  categories: ['karmada-io'],
  description: 'Limits what a namespace may use over all clusters.',
  fields: { spec: required(specSchema), status: statusSchema },
  status: true,
  columns: [
    { name: 'OVERALL', type: 'string', jsonPath: '.status.overall' },
    { name: 'OVERALL_USED', type: 'string', jsonPath: '.status.overallUsed' },
  ],
}
