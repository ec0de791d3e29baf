import type { Manifest } from './manifest.ts'

/**
 * What the API calls a type of object, and where it lives. Scope is data: code that serves a namespaced and a
 * cluster-scoped twin takes the `Kind` as an argument.
 */
export interface Kind<T = Manifest> {
  /** `v1`, `apps/v1`, `work.karmada.io/v1alpha2`. */
  readonly apiVersion: string
  /** `Deployment`. */
  readonly kind: string
  /** The name in URLs: `deployments`. */
  readonly plural: string
  readonly scope: 'Namespaced' | 'Cluster'
  /** Carries the type of the object; never set. */
  readonly object?: T
}

/** Where an object is inside its kind. */
export interface Key {
  readonly namespace?: string
  readonly name: string
}

/** An object's full address, in the words of a manifest. */
export interface Reference extends Key {
  readonly apiVersion: string
  readonly kind: string
}

/** The group of an apiVersion: `apps/v1` → `apps`, `v1` → `''`. */
export const groupOf = (apiVersion: string): string => {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** The version of an apiVersion: `apps/v1` → `v1`. */
export const versionOf = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1)

/** A key as text: `namespace/name`, or the bare name of a cluster-scoped object. */
export const keyText = ({ namespace, name }: Key): string => (namespace ? `${namespace}/${name}` : name)

/** The key of an object. */
export const keyOf = ({ metadata: { namespace, name } }: { readonly metadata: Key }): Key =>
  namespace ? { namespace, name } : { name }

/** The reverse of `keyText`. */
export const parseKey = (text: string): Key => {
  const slash = text.indexOf('/')
  return slash < 0 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) }
}

/** A kind as text, unique among kinds: `apps/v1, Kind=Deployment`, as Go's GroupVersionKind prints. */
export const kindText = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string =>
  `${apiVersion}, Kind=${kind}`
