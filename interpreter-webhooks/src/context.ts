import type { AggregatedStatusItem, Component, interpret, Json, Manifest, ReplicaRequirements } from '@flotilla/sdk'
import type { Operation } from './operations.ts'

/** What goes over the wire, there and back: Karmada's `ResourceInterpreterContext`, field by field. */
export interface ResourceInterpreterContext {
  /** Karmada's own servers leave it out of their answers. */
  readonly apiVersion?: string
  readonly kind?: string
  readonly request?: InterpreterRequest
  readonly response?: InterpreterResponse
}

export interface InterpreterRequest {
  /** Another one for each question; the answer has it, too. */
  readonly uid: string
  /** What the object is. */
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string }
  readonly name: string
  readonly namespace?: string
  readonly operation: Operation
  /** The object in question. */
  readonly object?: Manifest
  /** `Retain`: what the member has. */
  readonly observedObject?: Manifest
  /** `ReviseReplica`: how many there should be. Otherwise 0. */
  readonly replicas?: number
  /** `AggregateStatus`: what each cluster says. */
  readonly aggregatedStatus?: readonly AggregatedStatusItem[]
}

export interface InterpreterResponse {
  readonly uid: string
  readonly successful: boolean
  /** Why it was not successful. */
  readonly status?: { readonly message?: string; readonly code?: number }
  /** What becomes of the object: a JSON patch, in base64. */
  readonly patch?: string
  readonly patchType?: 'JSONPatch'
  readonly replicas?: number
  readonly replicaRequirements?: ReplicaRequirements
  readonly components?: readonly Component[]
  readonly dependencies?: readonly interpret.Dependency[]
  readonly rawStatus?: Json
  readonly healthy?: boolean
}

/** What a context says it is. */
export const contextType = {
  apiVersion: 'config.karmada.io/v1alpha1',
  kind: 'ResourceInterpreterContext',
} as const
