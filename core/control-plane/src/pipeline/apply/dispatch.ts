import {
  ApiError,
  deepEqual,
  errors,
  isAlreadyExists,
  isConflict,
  isNotFound,
  isTrue,
  type Kind,
  keyOf,
  keyText,
  type Manifest,
  prune,
  type Work,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { full } from '../../manifest/full.ts'
import type { ConnectedMember } from '../../member/member.ts'
import type { Answers } from './answers.ts'
import { type Application, apply } from './apply.ts'
import { concede } from './concede.ts'
import type { ApplyMetrics } from './metrics.ts'
import { lacksNamespace, makeNamespace } from './namespace.ts'
import { isUnserved, kindUnserved } from './unserved.ts'

/** What the stage works with. */
export interface Room {
  readonly machine: Machine
  readonly metrics: ApplyMetrics
  readonly answers: Answers
}

/** A Work whose member can be reached. */
export interface Task {
  readonly work: Work
  readonly member: ConnectedMember
  readonly signal: AbortSignal
}

/** Milliseconds the first look into a cache waits. Who cannot see it finds out what it hides when he writes. */
const patience = 2_000

/** A manifest of a Work on its way to the member. */
export interface Delivery extends Task {
  readonly kind: Kind
  readonly desired: Manifest
  readonly ordinal: number
}

/** What bringing a manifest to a member changed there. */
export interface Delivered {
  readonly act: 'created' | 'updated'
  readonly before?: Manifest
  readonly after: Manifest
}

/** A manifest as its member has to be asked for it, and what the cache has in its place. */
export async function look(
  task: Task,
  desired: Manifest,
  ordinal: number,
): Promise<{ readonly delivery: Delivery; readonly cached?: Manifest }> {
  const { member, signal } = task
  const kind = await member.kind(desired.apiVersion, desired.kind)
  if (!kind) throw await kindUnserved(member, desired)
  const cache = member.managed(kind)
  await full(cache, patience, signal)
  const cached = cache.get(keyOf(desired))
  return { delivery: { ...task, kind, desired, ordinal }, ...(cached && { cached }) }
}

/**
 * Brings what the member has in the place of one manifest to what is desired, and says what that changed; undefined for
 * nothing. The cache is believed at first; a write that fails because it was behind is tried once more on what the member
 * really has.
 */
export async function dispatch(
  room: Room,
  task: Task,
  desired: Manifest,
  ordinal: number,
): Promise<Delivered | undefined> {
  const { member, signal } = task
  const { delivery, cached } = await look(task, desired, ordinal)
  try {
    return await deliver(room, delivery, cached)
  } catch (error) {
    const wasBehind = isAlreadyExists(error) || isConflict(error) || (cached !== undefined && isNotFound(error))
    if (!wasBehind) throw error
    return deliver(room, delivery, await member.client.get(delivery.kind, keyOf(desired), { signal }))
  }
}

/** What has to be done about what the member has in the place of a manifest. */
export function decide(
  { machine, answers }: Room,
  { member, work, desired, ordinal }: Delivery,
  observed: Manifest | undefined,
): Promise<Application> {
  const applied = observed && answers.get(work, ordinal, observed)
  return apply(machine.ask, {
    cluster: member.name,
    work,
    desired,
    ...(observed && { observed }),
    ...(applied && { applied }),
  })
}

async function deliver(room: Room, delivery: Delivery, observed: Manifest | undefined): Promise<Delivered | undefined> {
  const { member, desired } = delivery
  const application = await decide(room, delivery, observed)
  switch (application.act) {
    case 'create':
      return create(room, delivery, application.manifest)
    case 'update':
      return observed && update(room, delivery, application.manifest, observed)
    case 'none':
      room.metrics.updated(desired, member.name, 'success', 'none')
      return undefined
    case 'refuse':
      throw errors.OBJECT_UNMANAGED(`${desired.kind} ${keyText(keyOf(desired))}`, member.name)
  }
}

/** Creates an object, in a namespace that is made for it if need be. */
async function createThere(
  { machine }: Room,
  { kind, member, signal }: Delivery,
  manifest: Manifest,
): Promise<Manifest> {
  const { namespace } = manifest.metadata
  try {
    return await member.client.create(kind, manifest, { signal })
  } catch (error) {
    if (isUnserved(error)) {
      member.forgetKinds() // it served the kind a moment ago
      throw await kindUnserved(member, manifest, error)
    }
    if (!namespace || !lacksNamespace(error)) throw error
    if (!(await makeNamespace(machine, member, namespace, signal))) throw error
    return member.client.create(kind, manifest, { signal })
  }
}

async function create(room: Room, delivery: Delivery, manifest: Manifest): Promise<Delivered> {
  const { metrics, answers } = room
  const { member, work, desired, ordinal } = delivery
  const recreate = isTrue(work.status?.conditions, 'Applied')
  try {
    const answer = await createThere(room, delivery, manifest)
    answers.remember(work, ordinal, desired, manifest, answer)
    metrics.created(manifest, member.name, 'success', recreate)
    return { act: 'created', after: answer }
  } catch (error) {
    if (!isAlreadyExists(error)) metrics.created(manifest, member.name, 'error', recreate)
    throw error
  }
}

/** A member that refuses an update may insist on what it added by itself: it is left that. */
async function update(
  room: Room,
  delivery: Delivery,
  manifest: Manifest,
  before: Manifest,
): Promise<Delivered | undefined> {
  try {
    return await put(room, delivery, manifest, before)
  } catch (error) {
    const { work, ordinal, desired, member } = delivery
    const last = isInvalid(error) ? room.answers.last(work, ordinal, desired) : undefined
    const kept = last && concede(manifest, before, last)
    if (!kept || deepEqual(kept, manifest)) throw error
    if (!deepEqual(prune(kept), prune(before))) {
      return put(room, delivery, kept, before, manifest).catch(() => Promise.reject(error))
    }
    room.answers.remember(work, ordinal, desired, manifest, before)
    room.metrics.updated(manifest, member.name, 'success', 'none')
    return undefined
  }
}

const isInvalid = (error: unknown): boolean => error instanceof ApiError && error.code === 422

async function put(
  { metrics, answers }: Room,
  delivery: Delivery,
  manifest: Manifest,
  before: Manifest,
  asked = manifest,
): Promise<Delivered | undefined> {
  const { kind, member, work, desired, ordinal, signal } = delivery
  try {
    const answer = await member.client.update(kind, manifest, { signal })
    answers.remember(work, ordinal, desired, asked, answer)
    const isSame = answer.metadata.resourceVersion === manifest.metadata.resourceVersion
    metrics.updated(manifest, member.name, 'success', isSame ? 'unchanged' : 'updated')
    return isSame ? undefined : { act: 'updated', before, after: answer }
  } catch (error) {
    if (!isConflict(error)) metrics.updated(manifest, member.name, 'error', 'none')
    throw error
  }
}
