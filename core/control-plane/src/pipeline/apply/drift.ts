import { ApiError, isConflict, isNotFound, isTrue, keyOf, keyText, type Manifest, prune } from '@flotilla/sdk'
import { type Difference, differences } from '../../manifest/difference.ts'
import { type Delivered, type Delivery, decide, look, type Room, type Task } from './dispatch.ts'
import { inOrder } from './order.ts'
import { isUnknownKind } from './unserved.ts'

/** Places that are named of one object. */
const mostPlaces = 8

const textOf = ({ kind, metadata }: Manifest): string => `${kind} ${keyText(keyOf({ metadata }))}`

/** Where an object differs, and never what stands there: it may be secret. */
function places(found: readonly Difference[]): string {
  const named = found.slice(0, mostPlaces).map(({ path }) => path)
  const more = found.length > mostPlaces ? [`and ${found.length - mostPlaces} more`] : []
  return [...named, ...more].join(', ')
}

/** What of a member was brought back to what it should be. */
export function correctionOf({ act, before, after }: Delivered): string {
  if (act === 'created') return `${textOf(after)} was gone`
  return `${textOf(after)} differed at ${before ? places(differences(prune(after), prune(before))) : 'unknown places'}`
}

/** What of a member is not what a Work says, an object each. Nothing is changed. */
export async function driftOf(room: Room, task: Task): Promise<readonly string[]> {
  const found: string[] = []
  for (const [ordinal, manifest] of inOrder(task.work.spec.workload?.manifests ?? []).flat()) {
    const drift = await driftAt(room, task, manifest, ordinal)
    if (drift) found.push(`${textOf(manifest)} ${drift}`)
  }
  return found
}

/** What was never brought cannot have drifted. */
async function driftAt(room: Room, task: Task, desired: Manifest, ordinal: number): Promise<string | undefined> {
  const wasApplied = isTrue(task.work.status?.conditions, 'Applied')
  const looked = await lookFor(task, desired, ordinal)
  if (!looked) return wasApplied ? 'is of a kind that is not served any more' : undefined
  const { delivery, cached } = looked
  const { member, signal } = task
  const there = wasApplied ? () => member.client.get(delivery.kind, keyOf(desired), { signal }) : undefined
  const observed = cached ?? (await there?.())
  if (!observed) return wasApplied ? 'is gone' : undefined
  const application = await decide(room, delivery, observed)
  if (application.act === 'refuse') return wasApplied ? 'is not managed by Flotilla any more' : undefined
  if (application.act !== 'update') return undefined
  const found = await rehearse(room, delivery, application.manifest, observed)
  return found.length > 0 ? `differs at ${places(found)}` : undefined
}

async function lookFor(task: Task, desired: Manifest, ordinal: number) {
  try {
    return await look(task, desired, ordinal)
  } catch (error) {
    if (isUnknownKind(error)) return undefined
    throw error
  }
}

/** What an update would change, asked of the member itself: what it would fill in is no difference. */
async function rehearse(
  { answers }: Room,
  { kind, member, work, desired, ordinal, signal }: Delivery,
  manifest: Manifest,
  observed: Manifest,
): Promise<readonly Difference[]> {
  try {
    const answer = await member.client.update(kind, manifest, { signal, dryRun: true })
    const found = differences(prune(answer), prune(observed))
    if (found.length === 0) answers.remember(work, ordinal, desired, manifest, answer)
    return found
  } catch (error) {
    if (!(error instanceof ApiError) || isConflict(error) || isNotFound(error)) throw error
    return differences(prune(manifest), prune(observed)).filter((each) => each.desired !== undefined)
  }
}
