import type { Condition, Kind, Manifest, ResourceList, StringMap } from '@flotilla/sdk'

export const namespaceKind: Kind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', scope: 'Cluster' }

/** Of a Secret, what credentials are read from. */
export interface Secret extends Manifest {
  readonly data?: StringMap
}

export const secretKind: Kind<Secret> = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', scope: 'Namespaced' }

/** Of a Node, what the inventory counts. */
export interface Node extends Manifest {
  readonly status?: { readonly allocatable?: ResourceList; readonly conditions?: readonly Condition[] }
}

interface Container {
  readonly resources?: { readonly requests?: ResourceList }
}

/** Of a Pod, what the inventory counts. */
export interface Pod extends Manifest {
  readonly spec?: {
    readonly nodeName?: string
    readonly containers?: readonly Container[]
    readonly initContainers?: readonly Container[]
    readonly overhead?: ResourceList
  }
  readonly status?: { readonly phase?: string }
}
