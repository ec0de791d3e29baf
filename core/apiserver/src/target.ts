import type { Manifest } from '@flotilla/sdk'
import type { Engine } from './engine.ts'
import type { Served } from './registry/registry.ts'
import type { Request } from './request.ts'
import type { Address } from './store/change.ts'

/** A request whose path is understood. */
export interface Call {
  readonly engine: Engine
  readonly request: Request
  readonly served: Served
  /** Absent for cluster-scoped resources and for all namespaces. */
  readonly namespace?: string
  /** Absent for collections. */
  readonly name?: string
  readonly subresource?: string
}

/** Where the named object is kept. */
export const addressOf = ({
  served,
  namespace = '',
  name = '',
}: Pick<Call, 'served' | 'namespace' | 'name'>): Address => ({
  resource: served.id,
  namespace,
  name,
})

const converted = new WeakMap<Manifest, Manifest>()

/** An object in another version of its kind: fields are the same in all of them. */
const inVersion = (object: Manifest, apiVersion: string): Manifest => {
  if (object.apiVersion === apiVersion) return object
  const found = converted.get(object)
  if (found?.apiVersion === apiVersion) return found
  const fresh = Object.freeze({ ...object, apiVersion })
  converted.set(object, fresh)
  return fresh
}

/** An object of the store as the version that was asked for shows it. */
export const view = (served: Served, object: Manifest): Manifest => inVersion(object, served.apiVersion)

/** An object as it is kept. */
export const kept = (served: Served, object: Manifest): Manifest => inVersion(object, served.storedAs)

/** Now, as objects say it. */
export const timestamp = (now: Date): string => now.toISOString().replace(/\.\d{3}Z$/, 'Z')
