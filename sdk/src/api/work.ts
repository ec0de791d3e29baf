import type { Kind } from '../kind.ts'
import type { Condition, Json, Manifest } from '../manifest.ts'
import type { Health } from './binding.ts'

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
