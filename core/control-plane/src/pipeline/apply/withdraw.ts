import {
  annotation,
  type Cluster,
  isConflict,
  type Kind,
  keyOf,
  keyText,
  label,
  type Manifest,
  type Work,
} from '@flotilla/sdk'
import { namespaceKind } from '../../member/kinds.ts'
import { explain, type Problem } from './advice.ts'
import type { Room, Task } from './dispatch.ts'
import { inOrder } from './order.ts'
import { isManaged } from './owner.ts'
import { release } from './release.ts'
import { isUnserved } from './unserved.ts'

/** What becomes of a member's object when the Work that brought it goes. */
export type Withdrawal = 'delete' | 'release' | 'none'

/** What is not Flotilla's, or another Work's, is not touched. */
export function withdrawal(work: Work, observed: Manifest | undefined): Withdrawal {
  if (!observed || !isManaged(observed) || !isOf(work, observed)) return 'none'
  return work.spec.preserveResourcesOnDeletion ? 'release' : 'delete'
}

/** An object that says it is of another Work is not this one's to take away. */
function isOf(work: Work, { metadata: { annotations = {} } }: Manifest): boolean {
  const name = annotations[annotation.workName]
  const namespace = annotations[annotation.workNamespace]
  return (
    (name ?? work.metadata.name) === work.metadata.name &&
    (namespace ?? work.metadata.namespace) === work.metadata.namespace
  )
}

/**
 * Takes what a Work brought out of the member again, or leaves it to the member when the Work says so. What is not
 * Flotilla's is not touched, and what is gone already is fine. What others may need goes when they have been told to go.
 */
export async function withdraw(room: Room, task: Task): Promise<void> {
  const manifests = task.work.spec.workload?.manifests ?? []
  for (const placed of inOrder(manifests).toReversed()) {
    const results = await Promise.allSettled(placed.map(([, manifest]) => withdrawOrTell(room, task, manifest)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }
}

async function withdrawOrTell(room: Room, task: Task, manifest: Manifest): Promise<void> {
  try {
    await withdrawOne(room, task, manifest)
  } catch (error) {
    if (isUnserved(error) && !(await isServedAfterAll(task, manifest))) return // gone with its kind
    if (!isConflict(error)) sayStuck(room, task, { manifest, error })
    throw error
  }
}

async function isServedAfterAll({ member }: Task, { apiVersion, kind }: Manifest): Promise<boolean> {
  member.forgetKinds() // it served the kind a moment ago
  return (await member.kind(apiVersion, kind)) !== undefined
}

/** On the Work alone: its template may well be gone. */
function sayStuck({ machine }: Room, { work, member }: Task, problem: Problem): void {
  const object = keyText(keyOf(problem.manifest))
  const message = `Failed to delete resource(${object}) from cluster ${member.name}: ${explain(problem, work, member.name)}`
  machine.event(work, 'Warning', 'SyncFailed', message)
}

const isNamespace = ({ apiVersion, kind }: Manifest): boolean =>
  apiVersion === namespaceKind.apiVersion && kind === namespaceKind.kind

/** What users propagate comes from a binding; the rest of a Work's is Flotilla's own, and of no use to a cluster that left. */
function isKept({ metadata }: Cluster, { metadata: { labels = {} } }: Work): boolean {
  const isUsers = labels[label.bindingId] !== undefined || labels[label.clusterBindingId] !== undefined
  return (
    metadata.deletionTimestamp !== undefined &&
    metadata.annotations?.[annotation.workloadsOnDeletion] === 'Keep' &&
    isUsers
  )
}

/**
 * A namespace holds more than Flotilla brought. A cluster that leaves keeps it; and it outlives a Work that goes while the
 * namespace stays: the next Work finds it as it was.
 */
function spared({ machine }: Room, { work, member }: Task, manifest: Manifest): Withdrawal | undefined {
  if (isKept(member.cluster, work)) return 'release'
  if (!isNamespace(manifest)) return undefined
  if (member.cluster.metadata.deletionTimestamp) return 'release'
  if (work.metadata.labels?.[label.clusterBindingId]) return undefined // a policy says where it is to be
  const there = machine.store(namespaceKind).get(keyOf(manifest))
  return there && !there.metadata.deletionTimestamp ? 'none' : undefined
}

async function withdrawOne(room: Room, task: Task, manifest: Manifest): Promise<void> {
  const { member, work, signal } = task
  const kind = await member.kind(manifest.apiVersion, manifest.kind)
  if (!kind) return
  const key = keyOf(manifest)
  const observed = member.managed(kind).get(key) ?? (await member.client.get(kind, key, { signal }))
  const own = withdrawal(work, observed)
  const what = own === 'delete' ? (spared(room, task, manifest) ?? own) : own
  if (!observed || what === 'none') return
  if (what === 'release') await member.client.update(kind, release(observed), { signal })
  else await takeAway(room, task, kind, observed)
}

/** Only the object that was seen: one that took its name meanwhile may be somebody else's. */
async function takeAway({ metrics }: Room, { member, signal }: Task, kind: Kind, observed: Manifest): Promise<void> {
  const { uid } = observed.metadata
  const preconditions = uid ? { preconditions: { uid } } : {}
  try {
    await member.client.delete(kind, keyOf(observed), { propagation: 'Background', signal, ...preconditions })
    metrics.deleted(observed, member.name, 'success')
  } catch (error) {
    metrics.deleted(observed, member.name, 'error')
    throw error
  }
}
