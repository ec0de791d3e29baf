import { deepEqual, type Manifest } from '@flotilla/sdk'
import { sameContent, validateMetadataUpdate, withMetadata } from '../object/metadata.ts'
import type { Served } from '../registry/registry.ts'
import type { Subresource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { refusal } from '../status.ts'
import { type Call, timestamp } from '../target.ts'
import { admitted, approved, checkRules, checkShape, type Draft } from './draft.ts'
import { withOwners } from './ownership.ts'

/** Throws 409 when the writer meant another object, or another version of it. */
export const checkIdentity = ({ served, request }: Call, proposed: Manifest, current: Manifest): void => {
  const { uid, resourceVersion } = proposed.metadata
  const { name } = current.metadata
  if (uid && uid !== current.metadata.uid) {
    if (request.method === 'PATCH') throw refusal.invalid(served, name, [cause.immutable('metadata.uid', uid)])
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`
    throw refusal.conflict(served, name, why)
  }
  const isMeant = resourceVersion && resourceVersion !== '0' // which is none
  if (isMeant && resourceVersion !== current.metadata.resourceVersion) throw refusal.modified(served, name)
}

/** What only the server may say of an object stays as it is. */
const carried = (proposed: Manifest, current: Manifest): Manifest => {
  const { uid, creationTimestamp, generation, resourceVersion, deletionTimestamp, deletionGracePeriodSeconds } =
    current.metadata
  return withMetadata(proposed, {
    uid,
    creationTimestamp: proposed.metadata.creationTimestamp ?? creationTimestamp,
    generation,
    resourceVersion,
    deletionTimestamp,
    deletionGracePeriodSeconds,
  })
}

const withField = (object: Manifest, field: string, from: Manifest): Manifest => {
  if (object[field] === from[field]) return object
  const { [field]: _, ...rest } = object
  return { ...rest, ...(field in from && { [field]: from[field] }) } as Manifest // never asked for metadata or the type
}

const writes =
  (subresource: string | undefined) =>
  ({ name, verbs }: Subresource): boolean =>
    name === subresource && verbs.includes('update')

/** What the writer may say here: all but the status, or only the status; who places a Pod says both. */
const scoped = ({ served, subresource }: Call, proposed: Manifest, current: Manifest): Manifest => {
  const isStatus = subresource === 'status' || served.own?.some(writes(subresource))
  if (isStatus) {
    const { managedFields } = proposed.metadata
    return withField(withMetadata(current, { managedFields }), 'status', proposed)
  }
  const whole = carried(proposed, current)
  if (subresource === 'binding') return whole
  return served.subresources.includes('status') ? withField(whole, 'status', current) : whole
}

/** Whether something changed that `generation` counts: anything but metadata, and status where that is apart. */
const isNewGeneration = (served: Served, after: Manifest, before: Manifest): boolean => {
  const apart = served.subresources.includes('status')
  const counted = (object: Manifest) => {
    const { metadata: _, status, ...rest } = object
    return apart ? rest : { ...rest, status }
  }
  return !deepEqual(counted(after), counted(before))
}

const counted = ({ served }: Call, after: Manifest, before: Manifest): Manifest => {
  if (!served.generation || !isNewGeneration(served, after, before)) return after
  return withMetadata(after, { generation: (before.metadata.generation ?? 0) + 1 })
}

const prepared = (
  { served: { strategy }, subresource, engine }: Call,
  object: Manifest,
  current: Manifest,
): Manifest => {
  if (!subresource) return strategy.prepareForUpdate?.(object, current) ?? object
  return strategy.prepareSubresource?.(subresource, object, current, timestamp(engine.now())) ?? object
}

export interface Revision {
  /** Its `managedFields` are as they are to be: it was applied. */
  readonly applied: boolean
}

/**
 * What an object becomes when someone proposes another state of it. The very same object when nothing changes.
 * Throws 409, 422 and what admission says.
 */
export const revise = async (call: Call, draft: Draft, current: Manifest, { applied }: Revision): Promise<Draft> => {
  const { served } = call
  checkIdentity(call, draft.object, current)
  const own = { ...draft, object: scoped(call, draft.object, current) }
  const { object, warnings } = await admitted(call, 'UPDATE', own, current)
  const good = (object: Manifest): Promise<Draft> => approved(call, 'UPDATE', { object, warnings }, current)
  const unknown = checkShape(served, object, current)
  const ready = prepared(call, object, current)
  if (sameContent(ready, current) && !applied) return good(current)
  const after = counted(call, ready, current)
  checkRules(served, after, current, [...validateMetadataUpdate(after, current), ...unknown], call.subresource)
  const admittedly = await good(after)
  const done = applied ? after : withOwners(call, current, after)
  return { ...admittedly, object: deepEqual(done, current) ? current : done }
}
