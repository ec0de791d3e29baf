import {
  type Condition,
  deepEqual,
  type Host,
  isAlreadyExists,
  isNotFound,
  type Kind,
  keyOf,
  type Manifest,
  setCondition,
  type Work,
  workKind,
} from '@flotilla/sdk'

/** Takes a finalizer off an object, if it is the same version by now. */
export async function letGo<T extends Manifest>(
  { client }: Host,
  kind: Kind<T>,
  object: T,
  finalizer: string,
  signal: AbortSignal,
): Promise<void> {
  const { finalizers = [], resourceVersion } = object.metadata
  if (!finalizers.includes(finalizer)) return
  const body = { metadata: { resourceVersion, finalizers: finalizers.filter((each) => each !== finalizer) } }
  await client.patch(kind, keyOf(object), { type: 'merge', body }, { signal })
}

/** Writes a Work as it should be, unless it is so. Whether something was written. */
export async function writeWork(
  { client }: Host,
  there: Work | undefined,
  work: Work,
  signal: AbortSignal,
): Promise<boolean> {
  if (there === work) return false
  if (!there) return isNew(client.create(workKind, work, { signal }))
  await client.update(workKind, work, { signal })
  return true
}

/** Whether something is made just now. What is there already, and not seen yet, is heard of, and looked at again. */
export const isNew = (made: Promise<unknown>): Promise<boolean> =>
  made.then(
    () => true,
    (error) => {
      if (isAlreadyExists(error)) return false
      throw error
    },
  )

/** Takes away what is not on its way out yet. */
export async function removeAll<T extends Manifest>(
  { client }: Pick<Host, 'client'>,
  kind: Kind<T>,
  objects: readonly T[],
  signal: AbortSignal,
): Promise<void> {
  const there = objects.filter(({ metadata }) => !metadata.deletionTimestamp)
  await Promise.all(
    there.map((object) => {
      const { uid } = object.metadata
      return client.delete(kind, keyOf(object), { signal, ...(uid && { preconditions: { uid } }) })
    }),
  )
}

/** A condition, but for when it came about. */
export type Said = Omit<Condition, 'lastTransitionTime'>

interface Conditioned extends Manifest {
  readonly status?: { readonly conditions?: readonly Condition[] }
}

/** Says a condition on an object, unless it says so already. */
export async function say<T extends Conditioned>(
  { client, now }: Host,
  kind: Kind<T>,
  object: T,
  condition: Said,
  signal: AbortSignal,
): Promise<boolean> {
  if (setCondition(object.status?.conditions, condition, now()) === object.status?.conditions) return false
  const newest = await client.get(kind, keyOf(object), { signal }) // another one may have said something since
  if (!newest) return false
  const conditions = setCondition(newest.status?.conditions, condition, now())
  if (deepEqual(conditions, newest.status?.conditions)) return false
  await client.update(kind, { ...newest, status: { ...newest.status, conditions } }, { subresource: 'status', signal })
  return true
}

/** Says conditions on an object on which nobody else says any, unless it says so already. */
export async function sayAll<T extends Conditioned>(
  { client, now }: Host,
  kind: Kind<T>,
  object: T | undefined,
  conditions: readonly Said[],
  signal: AbortSignal,
): Promise<void> {
  if (!object || object.metadata.deletionTimestamp) return
  const before = object.status?.conditions
  const after = conditions.reduce((all, each) => setCondition(all, each, now()), before)
  if (after === before) return
  const status = { ...object.status, conditions: after }
  await client.update(kind, { ...object, status }, { subresource: 'status', signal }).catch((error) => {
    if (!isNotFound(error)) throw error // its end is heard of
  })
}
