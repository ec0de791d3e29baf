import type { Manifest } from '@flotilla/sdk'

/** Where an object is kept. */
export interface Address {
  /** `deployments.apps`, `configmaps`. */
  readonly resource: string
  /** Empty for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/** What one write did. */
export interface Change extends Address {
  readonly revision: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** As it is now; for a deletion as it was last, with the resourceVersion of the deletion. */
  readonly object: Manifest
  /** As it was before. */
  readonly before?: Manifest
}

/** `namespace/name`, or the bare name of a cluster-scoped object. */
export const keyOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }): string =>
  namespace ? `${namespace}/${name}` : name
