import type { CallOptions, Client, Kind } from '@flotilla/sdk'
import { metadataOf } from './metadata.ts'
import { isAbsence } from './refusal.ts'

const finalizersOf = (object: unknown): readonly string[] => metadataOf(object).finalizers ?? []

export const hasFinalizer = (object: unknown, finalizer: string): boolean => finalizersOf(object).includes(finalizer)

/** Writes the whole list, if the object is still the version it was taken from; else the server answers a conflict. */
function write<T>(
  client: Client,
  kind: Kind<T>,
  object: T,
  finalizers: readonly string[],
  options: CallOptions,
): Promise<T> {
  const { namespace, name, resourceVersion } = metadataOf(object)
  const metadata = { ...(resourceVersion && { resourceVersion }), finalizers }
  return client.patch(kind, { namespace, name }, { type: 'merge', body: { metadata } }, options)
}

/**
 * The object with the finalizer. Writes nothing when it has it, nor when the object is being deleted: the server would
 * refuse. Throws a conflict when the object is not the newest.
 */
export async function addFinalizer<T>(
  client: Client,
  kind: Kind<T>,
  object: T,
  finalizer: string,
  options: CallOptions = {},
): Promise<T> {
  if (hasFinalizer(object, finalizer) || metadataOf(object).deletionTimestamp) return object
  return write(client, kind, object, [...finalizersOf(object), finalizer], options)
}

/**
 * The object without the finalizer; undefined when it is gone, which may be because of this. Writes nothing when it
 * does not have it. Throws a conflict when the object is not the newest.
 */
export async function removeFinalizer<T>(
  client: Client,
  kind: Kind<T>,
  object: T,
  finalizer: string,
  options: CallOptions = {},
): Promise<T | undefined> {
  if (!hasFinalizer(object, finalizer)) return object
  const others = finalizersOf(object).filter((each) => each !== finalizer)
  try {
    return await write(client, kind, object, others, options)
  } catch (error) {
    if (isAbsence(error, kind, metadataOf(object))) return undefined
    throw error
  }
}
