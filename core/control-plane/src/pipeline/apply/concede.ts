import { type Fields, isFields, type Manifest } from '@flotilla/sdk'
import { byName } from '../../manifest/named.ts'

/** Fields of a manifest that are the business of `retain` alone. */
const retained: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status'])

function inMaps(desired: Fields, observed: Fields, last: unknown): Fields {
  const asked = isFields(last) ? last : {}
  const merged: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(desired), ...Object.keys(observed)])) {
    if (desired[key] !== undefined) merged[key] = between(desired[key], observed[key], asked[key])
    else if (asked[key] === undefined) merged[key] = observed[key]
  }
  return merged
}

function inLists(desired: readonly unknown[], observed: readonly unknown[], last: unknown): readonly unknown[] {
  const [wanted, there, asked] = [byName(desired), byName(observed), byName(Array.isArray(last) ? last : [])]
  if (!wanted || !there || wanted.size === 0) return desired
  const kept = [...wanted].map(([name, element]) => between(element, there.get(name), asked?.get(name)))
  const added = [...there].filter(([name]) => !wanted.has(name) && !asked?.has(name))
  return [...kept, ...added.map(([, element]) => element)]
}

function between(desired: unknown, observed: unknown, last: unknown): unknown {
  if (isFields(desired) && isFields(observed)) return inMaps(desired, observed, last)
  if (Array.isArray(desired) && Array.isArray(observed)) return inLists(desired, observed, last)
  return desired
}

/**
 * A manifest that leaves to the member all it added by itself: fields, and elements of lists that have names, that stand
 * neither in what is desired nor in what was desired the last time. A member may have filled in what it then does not let
 * anybody change: the storage class of a claim, a container beside those of a pod.
 */
export function concede(manifest: Manifest, observed: Manifest, last: Manifest): Manifest {
  const merged = inMaps(manifest, observed, last)
  const own = Object.fromEntries(Object.entries(manifest).filter(([key]) => retained.has(key)))
  const fields = Object.fromEntries(Object.entries(merged).filter(([key]) => !retained.has(key)))
  return { ...fields, ...own } as Manifest // apiVersion, kind and metadata are its own
}
