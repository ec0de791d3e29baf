import { deepFreeze, type Fields, isFields } from '@flotilla/sdk'
import { metadataOf } from './metadata.ts'
import { Shared } from './shared.ts'

/** What of an object a store keeps; pure, given and giving frozen objects with their `metadata`. */
export type Projection = (object: unknown) => unknown

/** The object without `managedFields`, which are half of many objects and of use to nobody here. */
export const withoutManagedFields: Projection = (object) => {
  const { managedFields, ...metadata } = metadataOf(object)
  return managedFields === undefined ? object : deepFreeze({ ...(object as object), metadata })
}

/** Of all caches of the process: one list of endpoints is in many clusters, and in the Works that bring it there. */
const lists = new Shared()

/** A slice with the list of endpoints that equal slices have. */
function sharing(slice: unknown): unknown {
  if (!isFields(slice) || !Array.isArray(slice.endpoints)) return slice
  const endpoints = lists.of(slice.endpoints)
  return endpoints === slice.endpoints ? slice : deepFreeze({ ...slice, endpoints })
}

function sharingInWork(work: Fields): unknown {
  const { spec } = work
  const { workload } = isFields(spec) ? spec : {}
  const { manifests } = isFields(workload) ? workload : {}
  if (!Array.isArray(manifests)) return work
  const shared = manifests.map(sharing)
  if (shared.every((manifest, index) => manifest === manifests[index])) return work
  return deepFreeze({
    ...work,
    spec: { ...(spec as object), workload: { ...(workload as object), manifests: shared } },
  })
}

/** What is held of an object by default: all but `managedFields`, and equal lists of endpoints once. */
export const held: Projection = (object) => {
  const kept = withoutManagedFields(object)
  if (!isFields(kept)) return kept
  return kept.endpoints === undefined ? sharingInWork(kept) : sharing(kept)
}
