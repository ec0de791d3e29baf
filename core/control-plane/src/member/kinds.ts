import type { Condition, Kind, Manifest, ObjectMeta, ResourceList, StringMap } from '@flotilla/sdk'

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

interface Asking {
  readonly resources?: { readonly requests?: ResourceList }
}

interface Container extends Asking {
  /** `Always` of an init container: it is a sidecar. */
  readonly restartPolicy?: string
}

/** Of a Pod, what the inventory counts. */
export interface Pod extends Manifest {
  readonly spec?: Asking & {
    readonly nodeName?: string
    readonly containers?: readonly Container[]
    readonly initContainers?: readonly Container[]
    readonly overhead?: ResourceList
  }
  readonly status?: { readonly phase?: string }
}

type Identity = Pick<ObjectMeta, 'name' | 'uid' | 'resourceVersion'>

/** What is kept of a CustomResourceDefinition: enough to know when its kind can be used. */
export interface KindFacts {
  readonly metadata: Identity
  readonly group: string
  readonly kind: string
  /** The versions that are served; none before the definition is established. */
  readonly versions: readonly string[]
}

export const kindFactsKind: Kind<KindFacts> = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  scope: 'Cluster',
}

/** What is kept of a namespace. */
export interface NamespaceFacts {
  readonly metadata: Identity
  readonly isGoing: boolean
}

export const namespaceFactsKind: Kind<NamespaceFacts> = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  scope: 'Cluster',
}

const identityOf = ({ name, uid, resourceVersion }: ObjectMeta): Identity => ({
  name,
  ...(uid && { uid }),
  ...(resourceVersion && { resourceVersion }),
})

interface Definition extends Manifest {
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string }
    readonly versions: readonly { readonly name: string; readonly served?: boolean }[]
  }
  readonly status?: { readonly conditions?: readonly Condition[] }
}

export const kindFacts = (object: unknown): KindFacts => {
  const { metadata, spec, status } = object as Definition // what the server keeps under this kind
  const isEstablished = status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True')
  const served = isEstablished ? spec.versions.filter(({ served }) => served) : []
  return {
    metadata: identityOf(metadata),
    group: spec.group,
    kind: spec.names.kind,
    versions: served.map(({ name }) => name),
  }
}

export const namespaceFacts = (object: unknown): NamespaceFacts => {
  const { metadata } = object as Manifest // every object has metadata
  return { metadata: identityOf(metadata), isGoing: metadata.deletionTimestamp !== undefined }
}

/** Of a Lease, the last sign of life of its holder. */
export interface Lease extends Manifest {
  readonly spec?: { readonly renewTime?: string }
}

export const leaseKind: Kind<Lease> = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
}
