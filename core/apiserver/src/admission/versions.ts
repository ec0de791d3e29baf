import type { Manifest } from '@flotilla/sdk'
import type { Served } from '../registry/registry.ts'
import { ready, translated } from '../target.ts'

/** An object of one version of a resource in another one. A `Scale` is the same in all. */
export const inVersion = async (from: Served, to: Served, object: Manifest): Promise<Manifest> => {
  const { apiVersion } = to
  if (object.apiVersion === apiVersion || object.kind !== from.kind) return object
  const own = (from.convert ?? to.convert)?.(object, apiVersion)
  if (own) return Object.freeze(own)
  await ready(from, [object], apiVersion)
  return translated(from, object, apiVersion) ?? Object.freeze({ ...object, apiVersion })
}
