import {
  again,
  type Change,
  type Cluster,
  type Controller,
  clusterKind,
  clusterOfNamespace,
  deepEqual,
  executionNamespace,
  type Key,
  keyOf,
  keyText,
  type Outcome,
  type Priority,
  prune,
  type Work,
  workKind,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { ended } from '../../manifest/ended.ts'
import { workStatusOf } from '../../manifest/work-status.ts'
import { namespaceKind } from '../../member/kinds.ts'
import type { MemberChange } from '../../member/member.ts'
import { isPushed } from '../../member/members.ts'
import { Answers } from './answers.ts'
import { applyMetrics } from './metrics.ts'
import { type Room, settle } from './settle.ts'
import { Strife } from './strife.ts'
import { createTurns } from './turns.ts'
import { isUnknownKind } from './unserved.ts'
import { Waits } from './waits.ts'

export interface ApplyOptions {
  /** Whose Works are applied from here. By default those of clusters in push mode; a pull agent says: its own. */
  readonly serves?: (cluster: Cluster) => boolean
  /** How many Works of one cluster are applied at once; by default 16. */
  readonly workersPerCluster?: number
}

/** Brings what members hold up to their Works, and keeps it so. */
export function applyControllers(
  machine: Machine,
  { serves = isPushed, workersPerCluster = 16 }: ApplyOptions = {},
): readonly Controller[] {
  const works = machine.store(workKind)
  const clusters = machine.store(clusterKind)
  const namespaces = machine.store(namespaceKind) // known before the first member lacks one
  const metrics = applyMetrics(machine.metrics)
  const waits = new Waits((cluster, work) => lanes.enqueue(cluster, work))
  const strife = new Strife()
  const answers = new Answers()
  const room: Room = {
    machine,
    metrics,
    serves,
    answers,
    status: workStatusOf(machine),
    waits,
    strife,
    released: new WeakSet(),
  }
  const lanes = createTurns(machine, {
    name: 'apply',
    workers: workersPerCluster,
    step: (cluster, key, signal) => metrics.timed(() => settle(room, cluster, key, signal)).catch(unlessUnserved),
  })
  const enqueue = (key: Key, priority?: Priority) => {
    const cluster = clusterOfNamespace(key.namespace)
    if (cluster !== undefined) lanes.enqueue(cluster, key, priority)
  }
  const hearWork = (change: Change<Work>) => {
    const work = change.after ?? change.before
    if (!work || !isToApply(change)) return
    if (!change.after) for (const each of [answers, strife, lanes]) each.forget(keyText(keyOf(work)))
    else enqueue(keyOf(work), change.initial ? 'low' : 'normal')
  }
  const hearMember = (change: MemberChange) => {
    const work = keyText(change.work)
    if (!isNews(change) || (change.after && answers.isOwn(work, change.after))) return
    const pause = strife.pause(work)
    if (pause > 0) lanes.enqueueAfter(change.cluster, change.work, pause)
    else enqueue(change.work, change.before ? 'normal' : 'low') // all that is there comes when a cache is filled
  }
  const hearReadiness = (cluster: string) => {
    if (!clusters.get({ name: cluster })) {
      lanes.close(cluster)
      waits.forget(cluster)
    }
    for (const work of works.list(executionNamespace(cluster))) enqueue(keyOf(work), 'low')
  }
  const hearCluster = ({ before, after }: Change<Cluster>) => {
    const isGoing = after?.metadata.deletionTimestamp !== undefined
    if (isGoing && !before?.metadata.deletionTimestamp) hearReadiness(after.metadata.name) // what waits is given up
  }
  return [
    {
      name: 'apply',
      async run(signal) {
        await Promise.race([Promise.all([works.synced, clusters.synced, namespaces.synced]), ended(signal)])
        const running = lanes.run(signal) // first, so that they take keys
        const ends = [
          works.listen(hearWork),
          machine.members.listen(hearMember),
          machine.members.onReadiness(hearReadiness),
          clusters.listen(hearCluster),
          namespaces.listen(({ before, after }) => waits.hearNamespace((after ?? before)?.metadata.name ?? '')),
        ]
        await running
        for (const end of ends) end()
        waits.clear()
      },
    },
  ]
}

/** How long until a kind is looked for again whose coming nobody hears of: one that is served by no definition. */
const discoveryPeriod = 10_000

function unlessUnserved(error: unknown): Outcome {
  if (isUnknownKind(error)) return again(discoveryPeriod)
  throw error
}

/** All but a new status. */
const isToApply = ({ before, after }: Change<Work>): boolean =>
  before?.metadata.generation !== after?.metadata.generation ||
  before?.metadata.deletionTimestamp !== after?.metadata.deletionTimestamp

/** All but a new status. An object that comes may have been changed before it was heard of. */
const isNews = ({ before, after }: MemberChange): boolean =>
  before === undefined || after === undefined || !deepEqual(prune(before), prune(after))
