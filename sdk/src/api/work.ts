import { ageColumn, type Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Condition, Json, Manifest } from '../manifest.ts'
import { anyObject, flag, integer, list, object, required, text } from '../schema.ts'
import { type Health, healthSchema } from './binding.ts'
import { conditionsSchema } from './kubernetes.ts'

export interface ManifestIdentifier {
  readonly ordinal: number
  readonly group?: string
  readonly version: string
  readonly kind: string
  /** Required by the schema, and left empty as in Karmada. */
  readonly resource: string
  readonly namespace?: string
  readonly name: string
}

export interface ManifestStatus {
  readonly identifier: ManifestIdentifier
  readonly status?: Json
  readonly health?: Health
}

export interface WorkSpec {
  readonly workload?: { readonly manifests?: readonly Manifest[] }
  readonly suspendDispatching?: boolean
  readonly preserveResourcesOnDeletion?: boolean
}

export interface WorkStatus {
  readonly conditions?: readonly Condition[]
  readonly manifestStatuses?: readonly ManifestStatus[]
}

/** What one member cluster has to hold, in that cluster's execution namespace. */
export interface Work extends Manifest {
  readonly spec: WorkSpec
  readonly status?: WorkStatus
}

export const workKind: Kind<Work> = {
  apiVersion: 'work.karmada.io/v1alpha1',
  kind: 'Work',
  plural: 'works',
  scope: 'Namespaced',
}

const identifierSchema = object<ManifestIdentifier>('Which of the objects.', {
  ordinal: required(integer('Position in spec.workload.manifests, from 0.')),
  group: text('API group of the object; empty is the core group.'),
  version: required(text('API version of the object.')),
  kind: required(text('Kind of the object.')),
  resource: required(text('Plural name of the kind; may be empty.')),
  namespace: text('Namespace of the object.'),
  name: required(text('Name of the object.')),
})

const manifestStatusSchema = object<ManifestStatus>('What the member says of one object.', {
  identifier: required(identifierSchema),
  status: anyObject('What was collected of its status.'),
  health: healthSchema,
})

const workSpecSchema = object<WorkSpec>('What the member has to hold.', {
  workload: object<WorkSpec['workload']>('The objects.', {
    manifests: list('The objects, complete.', anyObject('A Kubernetes object.')),
  }),
  suspendDispatching: flag('Nothing is written to the member.'),
  preserveResourcesOnDeletion: flag('Whether the member keeps the objects when this Work is deleted.'),
})

const workStatusSchema = object<WorkStatus>('What became of it.', {
  conditions: conditionsSchema('Applied, Progressing, Available, Degraded, Dispatching.'),
  manifestStatuses: list('What the member says of each object.', manifestStatusSchema),
})

export const workDefinition: Definition = {
  kind: workKind,
  shortNames: ['wk'],
  categories: ['karmada-io'],
  description: 'What one member cluster has to hold, in the execution namespace of that cluster.',
  fields: { spec: required(workSpecSchema), status: workStatusSchema },
  status: true,
  columns: [
    { name: 'WORKLOAD-KIND', type: 'string', jsonPath: '.spec.workload.manifests[*].kind' },
    { name: 'APPLIED', type: 'string', jsonPath: '.status.conditions[?(@.type=="Applied")].status' },
    ageColumn,
  ],
}
