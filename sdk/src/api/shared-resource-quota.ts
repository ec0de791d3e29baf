import { ageColumn, type Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Condition, Manifest, ResourceList } from '../manifest.ts'
import { int64, list, object, required, text, time } from '../schema.ts'
import type { QuotaReservation } from './federated-resource-quota.ts'
import { conditionsSchema, resourceListSchema } from './kubernetes.ts'

/** What one namespace may use of what is shared. */
export interface NamespaceShare {
  readonly namespace: string
  /** What it may claim at any time; others may use it meanwhile. By default nothing. */
  readonly guaranteed?: ResourceList
  /** The most it may use, with what others leave. By default all there is. */
  readonly max?: ResourceList
}

export interface SharedResourceQuotaSpec {
  /** Limits over all clusters and all namespaces together. */
  readonly total: ResourceList
  readonly shares: readonly NamespaceShare[]
}

/** How one namespace stands. */
export interface NamespaceShareStatus {
  readonly namespace: string
  readonly used?: ResourceList
  /** What it uses beyond its guarantee. */
  readonly borrowed?: ResourceList
  /** What others use of its guarantee. */
  readonly lent?: ResourceList
}

/** What a binding of one of the namespaces was allowed to use. */
export interface SharedReservation extends QuotaReservation {
  readonly namespace: string
}

/** A binding waits for what is guaranteed to its namespace, and lent. */
export interface QuotaReclaim {
  readonly namespace: string
  /** The name of the ResourceBinding. */
  readonly binding: string
  readonly uid?: string
  /** What it needs beyond what it has. */
  readonly wanted: ResourceList
  readonly time: string
}

export interface SharedResourceQuotaStatus {
  readonly total?: ResourceList
  readonly used?: ResourceList
  readonly shares?: readonly NamespaceShareStatus[]
  readonly reservations?: readonly SharedReservation[]
  readonly reclaims?: readonly QuotaReclaim[]
  /** `WithinLimits`, and `Repaid`. */
  readonly conditions?: readonly Condition[]
}

/** Limits what several namespaces may use together: each has a guarantee, and may borrow what others leave of theirs. */
export interface SharedResourceQuota extends Manifest {
  readonly spec: SharedResourceQuotaSpec
  readonly status?: SharedResourceQuotaStatus
}

export const sharedResourceQuotaKind: Kind<SharedResourceQuota> = {
  apiVersion: 'quota.flotilla.dev/v1alpha1',
  kind: 'SharedResourceQuota',
  plural: 'sharedresourcequotas',
  scope: 'Cluster',
}

const shareSchema = object<NamespaceShare>('What one namespace may use.', {
  namespace: required(text('The namespace.')),
  guaranteed: resourceListSchema('What it may claim at any time; others may use it meanwhile. By default nothing.'),
  max: resourceListSchema('The most it may use, with what others leave. By default all there is.'),
})

const specSchema = object<SharedResourceQuotaSpec>('The limits.', {
  total: required(resourceListSchema('Limits over all clusters and all namespaces together.')),
  shares: required(list('What each namespace may use.', shareSchema, { minItems: 1, maxItems: 1000 })),
})

const shareStatusSchema = object<NamespaceShareStatus>('How one namespace stands.', {
  namespace: required(text('The namespace.')),
  used: resourceListSchema('What it uses.'),
  borrowed: resourceListSchema('What it uses beyond its guarantee.'),
  lent: resourceListSchema('What others use of its guarantee.'),
})

const reservationSchema = object<SharedReservation>('What a binding was allowed to use.', {
  namespace: required(text('Namespace of the ResourceBinding.')),
  binding: required(text('Name of the ResourceBinding.')),
  uid: text('UID of the ResourceBinding.'),
  generation: required(int64('Its generation before it was allowed.')),
  used: required(resourceListSchema('All it may use.')),
  time: required(time('When it was allowed.')),
  tries: int64('How many writes it was allowed for; by default one.'),
})

const reclaimSchema = object<QuotaReclaim>('A binding waits for what is guaranteed to its namespace, and lent.', {
  namespace: required(text('Namespace of the ResourceBinding.')),
  binding: required(text('Name of the ResourceBinding.')),
  uid: text('UID of the ResourceBinding.'),
  wanted: required(resourceListSchema('What it needs beyond what it has.')),
  time: required(time('When it began to wait.')),
})

const statusSchema = object<SharedResourceQuotaStatus>('What is used.', {
  total: resourceListSchema('The limits in force.'),
  used: resourceListSchema('What is used over all clusters and namespaces.'),
  shares: list('How each namespace stands.', shareStatusSchema),
  reservations: list('What bindings were allowed to use that caches may not have heard of.', reservationSchema),
  reclaims: list('Bindings that wait for what is guaranteed to their namespaces.', reclaimSchema),
  conditions: conditionsSchema('WithinLimits, Repaid.'),
})

export const sharedResourceQuotaDefinition: Definition = {
  kind: sharedResourceQuotaKind,
  shortNames: ['srq'],
  description:
    'Limits what several namespaces may use together: each has a guarantee, and may borrow what others leave.',
  fields: { spec: required(specSchema), status: statusSchema },
  status: true,
  columns: [
    { name: 'TOTAL', type: 'string', jsonPath: '.status.total' },
    { name: 'USED', type: 'string', jsonPath: '.status.used' },
    { name: 'REPAID', type: 'string', jsonPath: '.status.conditions[?(@.type=="Repaid")].status' },
    ageColumn,
  ],
}
