import { deepFreeze } from '@flotilla/sdk'
import { metadataOf } from './metadata.ts'

/** What of an object a store keeps; pure, given and giving frozen objects with their `metadata`. */
export type Projection = (object: unknown) => unknown

/** The object without `managedFields`, which are half of many objects and of use to nobody here. */
export const withoutManagedFields: Projection = (object) => {
  const { managedFields, ...metadata } = metadataOf(object)
  return managedFields === undefined ? object : deepFreeze({ ...(object as object), metadata })
}
