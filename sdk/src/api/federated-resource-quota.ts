import type { Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Manifest, ResourceList } from '../manifest.ts'
import { list, object, required, text } from '../schema.ts'
import { resourceListSchema } from './kubernetes.ts'

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

export interface FederatedResourceQuotaStatus {
  readonly overall?: ResourceList
  readonly overallUsed?: ResourceList
  readonly aggregatedStatus?: readonly ClusterQuotaStatus[]
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

const statusSchema = object<FederatedResourceQuotaStatus>('What is used.', {
  overall: resourceListSchema('The limits in force.'),
  overallUsed: resourceListSchema('What is used over all clusters.'),
  aggregatedStatus: list('What each cluster says.', clusterStatusSchema),
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
