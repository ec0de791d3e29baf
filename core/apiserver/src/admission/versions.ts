import type { Manifest } from '@flotilla/sdk'
import type { Served } from '../registry/registry.ts'

/** An object of one version of a resource in another one. A `Scale` is the same in all. */
export const inVersion = async (from: Served, to: Served, object: Manifest): Promise<Manifest> => {
  if (object.apiVersion === to.apiVersion || object.kind !== from.kind) return object
  return Object.freeze(
    (from.convert ?? to.convert)?.(object, to.apiVersion) ?? { ...object, apiVersion: to.apiVersion },
  )
}
