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

const views = new WeakMap<Manifest, Manifest>()
const origins = new WeakMap<Manifest, Manifest>()

const converted = ({ convert }: Served, object: Manifest, apiVersion: string, before?: Manifest): Manifest =>
  Object.freeze(convert?.(object, apiVersion, before) ?? { ...object, apiVersion })

/** An object of the store as the version that was asked for shows it. */
export const view = (served: Served, object: Manifest): Manifest => {
  const { apiVersion } = served
  if (object.apiVersion === apiVersion) return object
  const found = views.get(object)
  if (found?.apiVersion === apiVersion) return found
  const fresh = converted(served, object, apiVersion)
  views.set(object, fresh)
  origins.set(fresh, object)
  return fresh
}

/** An object as it is kept. `before`: the view of what it takes the place of. */
export const kept = (served: Served, object: Manifest, before?: Manifest): Manifest =>
  object.apiVersion === served.storedAs
    ? object
    : (origins.get(object) ?? converted(served, object, served.storedAs, before && (origins.get(before) ?? before)))

/** Now, as objects say it. */
export const timestamp = (now: Date): string => now.toISOString().replace(/\.\d{3}Z$/, 'Z')
