import type { Kind } from '../kind.ts'
import type { Condition, Manifest, ResourceList, Taint } from '../manifest.ts'

/** What a cluster serves: one group-version and its kinds. */
export interface ApiEnablement {
  readonly groupVersion: string
  readonly resources?: readonly { readonly name: string; readonly kind: string }[]
}

export interface SecretReference {
  readonly namespace: string
  readonly name: string
}

export interface ResourceModel {
  readonly grade: number
  readonly ranges: readonly { readonly name: string; readonly min: string | number; readonly max: string | number }[]
}

export interface ClusterSpec {
  readonly id?: string
  readonly syncMode: 'Push' | 'Pull'
  readonly apiEndpoint?: string
  readonly secretRef?: SecretReference
  readonly impersonatorSecretRef?: SecretReference
  readonly insecureSkipTLSVerification?: boolean
  readonly proxyURL?: string
  readonly proxyHeader?: Readonly<Record<string, string>>
  readonly provider?: string
  readonly region?: string
  readonly zone?: string
  readonly zones?: readonly string[]
  readonly taints?: readonly Taint[]
  readonly resourceModels?: readonly ResourceModel[]
}

export interface ResourceSummary {
  readonly allocatable?: ResourceList
  readonly allocating?: ResourceList
  readonly allocated?: ResourceList
  readonly allocatableModelings?: readonly { readonly grade: number; readonly count: number }[]
}

export interface ClusterStatus {
  readonly kubernetesVersion?: string
  readonly apiEnablements?: readonly ApiEnablement[]
  readonly conditions?: readonly Condition[]
  readonly nodeSummary?: { readonly totalNum?: number; readonly readyNum?: number }
  readonly resourceSummary?: ResourceSummary
  readonly remedyActions?: readonly string[]
}

/** A member cluster. */
export interface Cluster extends Manifest {
  readonly spec: ClusterSpec
  readonly status?: ClusterStatus
}

export const clusterKind: Kind<Cluster> = {
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  plural: 'clusters',
  scope: 'Cluster',
}
