import type { StringMap } from '@flotilla/sdk'
import { spoken } from './message.ts'

/** What the protocol sends, field by field: see `protocol.ts`. Proto3 leaves out zeros and empty texts. */
export interface NodeClaimMessage {
  readonly nodeAffinity?: Uint8Array
  readonly tolerations?: readonly Uint8Array[]
  readonly nodeSelector?: StringMap
  readonly nodeAffinityBytes?: Uint8Array
  readonly tolerationsBytes?: readonly Uint8Array[]
}

export interface ComponentRequirementsMessage {
  readonly nodeClaim?: NodeClaimMessage
  readonly priorityClassName?: string
  readonly resourceRequest?: Readonly<Record<string, Uint8Array>>
  readonly resourceRequestBytes?: Readonly<Record<string, Uint8Array>>
}

export interface ReplicaRequirementsMessage extends ComponentRequirementsMessage {
  readonly namespace?: string
}

export interface ComponentMessage {
  readonly name?: string
  readonly replicaRequirements?: ComponentRequirementsMessage
  readonly replicas?: number
}

export interface AssumedWorkloadMessage {
  readonly namespace?: string
  readonly components?: readonly ComponentMessage[]
}

export interface ReplicasRequest {
  readonly cluster?: string
  readonly replicaRequirements?: ReplicaRequirementsMessage
  readonly assumedWorkloads?: readonly AssumedWorkloadMessage[]
}

export interface SetsRequest {
  readonly cluster?: string
  readonly components?: readonly ComponentMessage[]
  readonly namespace?: string
  readonly assumedWorkloads?: readonly AssumedWorkloadMessage[]
}

export interface UnschedulableRequest {
  readonly cluster?: string
  readonly resource?: {
    readonly apiVersion?: string
    readonly kind?: string
    readonly namespace?: string
    readonly name?: string
  }
  /** Nanoseconds. */
  readonly unschedulableThreshold?: number
}

export interface ReplicasResponse {
  readonly maxReplicas?: number
}

export interface SetsResponse {
  readonly maxSets?: number
}

export interface UnschedulableResponse {
  readonly unschedulableReplicas?: number
}

export const messages = {
  replicasRequest: spoken<ReplicasRequest>('MaxAvailableReplicasRequest'),
  replicasResponse: spoken<ReplicasResponse>('MaxAvailableReplicasResponse'),
  setsRequest: spoken<SetsRequest>('MaxAvailableComponentSetsRequest'),
  setsResponse: spoken<SetsResponse>('MaxAvailableComponentSetsResponse'),
  unschedulableRequest: spoken<UnschedulableRequest>('UnschedulableReplicasRequest'),
  unschedulableResponse: spoken<UnschedulableResponse>('UnschedulableReplicasResponse'),
}
