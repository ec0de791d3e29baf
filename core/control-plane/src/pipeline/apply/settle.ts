import { hasFinalizer, removeFinalizer } from '@flotilla/kube'
import {
  annotation,
  type Cluster,
  clusterKind,
  done,
  finalizer,
  findCondition,
  isConflict,
  isRecord,
  isTrue,
  type Key,
  keyOf,
  keyText,
  type Manifest,
  type Outcome,
  type Work,
  workKind,
} from '@flotilla/sdk'
import { told } from '../../extension/transition.ts'
import { bounded } from '../../manifest/bounded.ts'
import type { WorkStatusWriter } from '../../manifest/work-status.ts'
import { explain, type Problem } from './advice.ts'
import { applied, correcting, dispatching, drifted, notApplied, notDrifted, saying } from './conditions.ts'
import { type Delivered, dispatch, type Room as Hands, type Task } from './dispatch.ts'
import { correctionOf, driftOf } from './drift.ts'
import { isGoingNamespace, lacksNamespace } from './namespace.ts'
import { inOrder } from './order.ts'
import type { Strife } from './strife.ts'
import { isUnknownKind } from './unserved.ts'
import type { Waits } from './waits.ts'
import { withdraw } from './withdraw.ts'

/** What the stage works with. */
export interface Room extends Hands {
  readonly serves: (cluster: Cluster) => boolean
  readonly status: WorkStatusWriter
  readonly waits: Waits
  readonly strife: Strife
  /** Works that were let go of, as the cache has them until it hears that they are gone. */
  readonly released: WeakSet<Work>
}

/** Makes the member hold what the Work says, or let go of it. A member that is not ready is left alone until it is. */
export async function settle(room: Room, cluster: string, key: Key, signal: AbortSignal): Promise<Outcome> {
  const { machine, serves } = room
  const work = machine.store(workKind).get(key)
  const known = machine.store(clusterKind).get({ name: cluster })
  if (!work || (known && !serves(known))) return done
  const member = machine.members.get(cluster)
  const task = member?.ready ? { work, member, signal } : undefined
  if (work.metadata.deletionTimestamp) return letGo(room, work, known, task, signal)
  if (isRecord(work)) return done
  const isSuspended = work.spec.suspendDispatching === true
  try {
    if (!known) return done
    if (isSuspended) return task ? await compare(room, task) : done
    if (task) return await bring(room, task)
    if (!isTrue(known.status?.conditions, 'Ready')) sayWaiting(room, work, cluster)
    return done
  } finally {
    sayDispatching(room, work, isSuspended) // last, so that it is written together with what became of it
  }
}

/** Whether nobody will reach a cluster any more. One that says it is ready will be connected in a moment, if it is not yet. */
const isLost = (cluster: Cluster | undefined): boolean =>
  !cluster || (cluster.metadata.deletionTimestamp !== undefined && !isTrue(cluster.status?.conditions, 'Ready'))

/** Of a cluster that is going or gone, what cannot be reached is given up. */
async function letGo(
  room: Room,
  work: Work,
  cluster: Cluster | undefined,
  task: Task | undefined,
  signal: AbortSignal,
): Promise<Outcome> {
  if (!hasFinalizer(work, finalizer.execution) || room.released.has(work)) return done
  if (!task && !isLost(cluster)) return done
  if (task) await withdraw(room, task)
  await removeFinalizer(room.machine.client, workKind, work, finalizer.execution, { signal })
  room.released.add(work)
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

/** A suspended Work changes nothing: it says where its member differs. */
async function compare(room: Room, task: Task): Promise<Outcome> {
  const drift = await driftOf(room, task)
  const now = room.machine.now()
  const edit = drift.length > 0 ? saying(drifted(bounded(drift.join('; '))), now) : correcting(notDrifted, now)
  room.status.edit(keyOf(task.work), 'Drifted', edit)
  return done
}

/** One manifest after the other: what comes later may need what comes before. */
async function bring(room: Room, task: Task): Promise<Outcome> {
  const { work, member } = task
  const { machine, answers, status } = room
  const isDrift = answers.wasSettled(work)
  const problems: Problem[] = []
  let isChanged = false
  for (const [ordinal, manifest] of inOrder(work.spec.workload?.manifests ?? []).flat()) {
    try {
      const delivered = await dispatch(room, task, manifest, ordinal)
      if (!delivered) continue
      isChanged = true
      sayDelivered(room, task, manifest)
      if (isDrift) sayCorrected(room, task, manifest, delivered)
    } catch (error) {
      problems.push({ manifest, error })
    }
  }
  if (problems.length > 0) return sayProblems(room, task, problems)
  answers.settle(work)
  status.edit(keyOf(work), 'Applied', saying(applied, machine.now()))
  status.edit(keyOf(work), 'Drifted', correcting(notDrifted, machine.now()))
  if (isChanged) told(machine, 'apply', work, 'applied', member.name)
  return done
}

/** The template a manifest was made of, to tell its user something. */
const templateOf = ({ apiVersion, kind, metadata }: Manifest) => {
  const uid = metadata.annotations?.[annotation.templateUid]
  const { name, namespace } = metadata
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), ...(uid && { uid }) } }
}

function sayDelivered({ machine }: Room, { work, member }: Task, manifest: Manifest): void {
  const message = `Successfully applied resource(${keyText(keyOf(manifest))}) to cluster ${member.name}`
  for (const about of [work, templateOf(manifest)]) machine.event(about, 'Normal', 'SyncSucceed', message)
}

/** A warning: whoever changed it in the member should know that it does not stay so. */
function sayCorrected(room: Room, { work, member }: Task, manifest: Manifest, delivered: Delivered): void {
  const { machine, metrics, strife } = room
  const message = bounded(`Corrected drift in cluster ${member.name}: ${correctionOf(delivered)}`)
  machine.event(templateOf(manifest), 'Warning', 'DriftCorrected', message)
  metrics.corrected(manifest, member.name)
  strife.corrected(keyText(keyOf(work)))
}

/** Somebody else wrote first: nothing is wrong, it is done again. */
const isLostRace = ({ error }: Problem): boolean => isConflict(error)

const isUnserved = ({ error }: Problem): boolean => isUnknownKind(error)

function sayProblems(room: Room, task: Task, problems: readonly Problem[]): never {
  const { machine, status } = room
  const { work, member } = task
  const [first] = problems
  const telling = problems.filter((problem) => !isLostRace(problem))
  if (telling.length === 0) throw first?.error
  const count = work.spec.workload?.manifests?.length ?? 0
  const texts = telling.map((problem) => explain(problem, work, member.name))
  const message = `Failed to apply all manifests (${count - problems.length}/${count}): ${texts.join('; ')}`
  status.edit(keyOf(work), 'Applied', saying(notApplied(message), machine.now()))
  for (const [index, { manifest }] of telling.entries()) {
    const text = `Failed to apply resource(${keyText(keyOf(manifest))}) to cluster ${member.name}: ${texts[index]}`
    for (const about of [work, templateOf(manifest)]) machine.event(about, 'Warning', 'SyncFailed', text)
  }
  told(machine, 'apply', work, 'failed', member.name)
  for (const problem of problems) waitFor(room, task, problem)
  throw (problems.find((problem) => !isUnserved(problem)) ?? first)?.error
}

/** What is missing in the member may come: then nobody has to wait for the next try. */
function waitFor({ waits }: Room, { work, member }: Task, problem: Problem): void {
  const { apiVersion, kind, metadata } = problem.manifest
  if (isUnserved(problem)) waits.forKind(member, apiVersion, kind, keyOf(work))
  else if (metadata.namespace && needsNamespace(problem)) waits.forNamespace(member, metadata.namespace, keyOf(work))
}

const needsNamespace = ({ error }: Problem): boolean => lacksNamespace(error) || isGoingNamespace(error)
