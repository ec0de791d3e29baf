import { hasFinalizer, removeFinalizer } from '@flotilla/kube'
import {
  again,
  annotation,
  type Cluster,
  clusterKind,
  done,
  FlotillaError,
  finalizer,
  findCondition,
  isConflict,
  isTrue,
  type Key,
  keyOf,
  keyText,
  type Manifest,
  type Outcome,
  reasonOf,
  type Work,
  workKind,
} from '@flotilla/sdk'
import { told } from '../../extension/transition.ts'
import type { WorkStatusWriter } from '../../manifest/work-status.ts'
import { applied, dispatching, notApplied, saying } from './conditions.ts'
import { dispatch, type Room as Hands, type Task } from './dispatch.ts'
import { withdraw } from './withdraw.ts'

/** What the stage works with. */
export interface Room extends Hands {
  readonly serves: (cluster: Cluster) => boolean
  readonly status: WorkStatusWriter
}

/** How long until a kind that the member does not serve is looked for again. */
const discoveryPeriod = 10_000

/** Makes the member hold what the Work says, or let go of it. A member that is not ready is left alone until it is. */
export async function settle(room: Room, cluster: string, key: Key, signal: AbortSignal): Promise<Outcome> {
  const { machine, serves } = room
  const work = machine.store(workKind).get(key)
  const known = machine.store(clusterKind).get({ name: cluster })
  if (!work || (known && !serves(known))) return done
  const member = machine.members.get(cluster)
  const task = member?.ready ? { work, member, signal } : undefined
  if (work.metadata.deletionTimestamp) return letGo(room, work, known, task, signal)
  const isSuspended = work.spec.suspendDispatching === true
  try {
    if (isSuspended || !known) return done
    if (task) return await bring(room, task)
    if (!isTrue(known.status?.conditions, 'Ready')) sayWaiting(room, work, cluster)
    return done
  } finally {
    sayDispatching(room, work, isSuspended) // last, so that it is written together with what became of it
  }
}

/** Of a cluster that is going or gone, what cannot be reached is given up. */
async function letGo(
  room: Room,
  work: Work,
  cluster: Cluster | undefined,
  task: Task | undefined,
  signal: AbortSignal,
): Promise<Outcome> {
  if (!hasFinalizer(work, finalizer.execution)) return done
  const isGoing = !cluster || cluster.metadata.deletionTimestamp !== undefined
  if (!task && !isGoing) return done
  if (task) await withdraw(room, task)
  await removeFinalizer(room.machine.client, workKind, work, finalizer.execution, { signal })
  return done
}

function sayDispatching({ machine, status }: Room, work: Work, isSuspended: boolean): void {
  const condition = dispatching(isSuspended)
  const before = findCondition(work.status?.conditions, condition.type)
  if (before ? before.status !== condition.status : isSuspended) {
    machine.event(work, 'Normal', 'WorkDispatching', condition.message)
  }
  status.edit(keyOf(work), condition.type, saying(condition, machine.now()))
}

/** A Work that was applied before stays so: the member may well still hold it. */
function sayWaiting({ machine, status }: Room, work: Work, cluster: string): void {
  if (findCondition(work.status?.conditions, 'Applied')) return
  status.edit(keyOf(work), 'Applied', saying(notApplied(`cluster ${cluster} is not ready`), machine.now()))
}

interface Problem {
  readonly manifest: Manifest
  readonly error: unknown
}

/** One manifest after the other: what comes later in a Work may need what comes before. */
async function bring(room: Room, task: Task): Promise<Outcome> {
  const { work, member } = task
  const manifests = work.spec.workload?.manifests ?? []
  const problems: Problem[] = []
  let isChanged = false
  for (const [ordinal, manifest] of manifests.entries()) {
    try {
      const result = await dispatch(room, task, manifest, ordinal)
      if (result) sayDelivered(room, task, manifest)
      isChanged ||= result !== undefined
    } catch (error) {
      problems.push({ manifest, error })
    }
  }
  if (problems.length > 0) return sayProblems(room, task, problems)
  room.status.edit(keyOf(work), 'Applied', saying(applied, room.machine.now()))
  if (isChanged) told(room.machine, 'apply', work, 'applied', member.name)
  return done
}

/** The template a manifest was made of, to tell its user something. */
const templateOf = ({ apiVersion, kind, metadata }: Manifest) => {
  const uid = metadata.annotations?.[annotation.templateUid]
  const { name, namespace } = metadata
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), ...(uid && { uid }) } }
}

function sayDelivered({ machine }: Room, { member }: Task, manifest: Manifest): void {
  const message = `Successfully applied resource(${keyText(keyOf(manifest))}) to cluster ${member.name}`
  machine.event(templateOf(manifest), 'Normal', 'SyncSucceed', message)
}

/** Somebody else wrote first: nothing is wrong, it is done again. */
const isLostRace = ({ error }: Problem): boolean => isConflict(error)

const isUnserved = ({ error }: Problem): boolean => error instanceof FlotillaError && error.code === 'KIND_UNKNOWN'

function sayProblems({ machine, status }: Room, { work, member }: Task, problems: readonly Problem[]): Outcome {
  const [first] = problems
  const telling = problems.filter((problem) => !isLostRace(problem))
  if (telling.length === 0) throw first?.error
  const count = work.spec.workload?.manifests?.length ?? 0
  const reasons = telling.map(({ error }) => reasonOf(error)).join('; ')
  const message = `Failed to apply all manifests (${count - problems.length}/${count}): ${reasons}`
  status.edit(keyOf(work), 'Applied', saying(notApplied(message), machine.now()))
  for (const { manifest, error } of telling) {
    const text = `Failed to apply resource(${keyText(keyOf(manifest))}) to cluster ${member.name}: ${reasonOf(error)}`
    for (const about of [work, templateOf(manifest)]) machine.event(about, 'Warning', 'SyncFailed', text)
  }
  told(machine, 'apply', work, 'failed', member.name)
  if (problems.every(isUnserved)) return again(discoveryPeriod)
  throw problems.find((problem) => !isUnserved(problem))?.error
}
