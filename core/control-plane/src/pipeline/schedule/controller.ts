import {
  type Binding,
  type Change,
  type Cluster,
  type Controller,
  clusterKind,
  deepEqual,
  federatedResourceQuotaKind,
  type Key,
  keyOf,
  type Priority,
  resourceBindingKind,
  sharedResourceQuotaKind,
} from '@flotilla/sdk'
import type { Asking } from '../../extension/profiles.ts'
import type { Machine } from '../../machine.ts'
import { bindingKinds } from '../../manifest/origin.ts'
import type { Unsaid } from '../../manifest/unsaid.ts'
import { whose } from '../../manifest/whose.ts'
import { Assigning } from './assigning.ts'
import { Assumed } from './assumed.ts'
import { Decisions } from './decisions.ts'
import { liveSnapshot } from './live-snapshot.ts'
import { type Incoming, scheduleMetrics } from './metrics.ts'
import { Pool } from './pool.ts'
import { topicOfRoom } from './room.ts'
import { keepScheduled, type Scheduler } from './scheduler.ts'
import { room, type Topic, topicsOfCluster, topicsOfMove, topicsOfQuota, topicsOfShared, traffic } from './topics.ts'
import {
  concerns,
  follows,
  isLeftBehind,
  isNews,
  isOtherCluster,
  isOtherToExpressions,
  isOurs,
  isStuckIn,
} from './touched.ts'

export interface ScheduleOptions {
  /** Bindings that name this scheduler are scheduled, and those of a profile. By default `default-scheduler`. */
  readonly schedulerName?: string
  /** Whether selected clusters that get no replicas get the workload. By default they do not. */
  readonly emptyWorkloadPropagation?: boolean
  /** Where it is kept how the last decisions came about. By default nobody can ask. */
  readonly decisions?: Decisions
  /** Where it is left to others to say of a success in the status. By default it is said at once. */
  readonly unsaid?: Unsaid
  /** Who is asked about bindings that name another scheduler than this one, or this one. */
  readonly profiles?: ReadonlyMap<string, Asking>
  /** Whether room is kept for what was given to clusters and does not run there yet. */
  readonly overcommitProtection?: boolean
}

type Enqueue = (key: Key, priority: Priority) => void

/** Decisions take next to no time; what takes time are the writes, and an API server commits many of them at once. */
const workers = 32

/** What failed for no reason of its own is tried again after a second, at last every ten. */
const waits = { baseMs: 1_000, capMs: 10_000 }

/** Those of a namespace that are not to be apart, or together, are placed one after the other: in one place. */
const whoseTurn = (binding: Binding | undefined, key: Key): string =>
  binding?.spec.workloadAffinityGroups ? (key.namespace ?? '') : whose.binding(key)

/** Gives every binding its clusters. */
export function scheduleControllers(machine: Machine, options: ScheduleOptions = {}): readonly Controller[] {
  const {
    schedulerName = 'default-scheduler',
    emptyWorkloadPropagation = false,
    overcommitProtection = false,
  } = options
  const { decisions = new Decisions(0), profiles = new Map(), unsaid } = options
  const asking = new Map<string, Asking>([[schedulerName, machine], ...profiles])
  const shared = {
    machine,
    clusters: liveSnapshot(machine.store(clusterKind)),
    asking,
    ownership: { schedulers: new Set(asking.keys()) },
    empty: emptyWorkloadPropagation,
    metrics: scheduleMetrics(machine.metrics),
    decisions,
    unsaid,
    assigning: new Assigning(machine.store(resourceBindingKind)), // only bindings of namespaces are in groups
    ...(overcommitProtection && { assumed: new Assumed() }),
  }
  return bindingKinds.map((kind) => {
    const onSize = (size: number) => shared.metrics.pending(kind.plural, 'unschedulable', size)
    const pool = new Pool({ onSize })
    return controllerOf({ ...shared, kind, pool, settled: new Map(), written: new Map(), failing: new Set() })
  })
}

function controllerOf(scheduler: Scheduler): Controller {
  const { machine, kind, metrics } = scheduler
  return machine
    .controller(`schedule:${kind.plural}`, (key) => whoseTurn(machine.store(kind).get(key), key))
    .for(kind, (change) => {
      const isTaken = isNews(change)
      if (isTaken && change.after) metrics.came(incomingBy(change))
      return isTaken
    })
    .watches(clusterKind, (change) => touchedBy(scheduler, change))
    .hears((enqueue) => hearWhatHelps(scheduler, enqueue))
    .hears(() => hearHealth(scheduler))
    .workers(workers)
    .queued({
      rank: (binding) => binding?.spec.schedulePriority?.priority ?? 0,
      waits,
      onDepth: (waiting) => metrics.pending(kind.plural, 'active', waiting),
    })
    .reconcile((binding, key) => keepScheduled(scheduler, binding, key))
}

function incomingBy({ before, after }: Change<Binding>): Incoming {
  if (!before) return 'BindingAdd'
  return deepEqual(before.spec.placement, after?.spec.placement) ? 'BindingUpdate' : 'PolicyChanged'
}

/** The bindings to schedule again when a cluster changes. At the start they all come by themselves. */
function touchedBy(scheduler: Scheduler, change: Change<Cluster>): readonly Key[] {
  const { machine, kind, pool, metrics } = scheduler
  if (change.initial || !isOtherToExpressions(change)) return []
  const news = { change, topics: topicsOfCluster(change), isOfAll: isOtherCluster(change) }
  const touched = machine
    .store(kind)
    .list()
    .filter((binding) => machine.owns(whoseTurn(binding, keyOf(binding))) && isTouched(scheduler, news, binding))
  const keys = touched.map(keyOf)
  for (const key of keys) {
    pool.leave(key)
    metrics.came('ClusterChanged')
  }
  return keys
}

interface News {
  readonly change: Change<Cluster>
  readonly topics: readonly Topic[]
  /** Whether it is of interest to all bindings, or only to those with expressions and those that wait for it. */
  readonly isOfAll: boolean
}

/** Whether a binding can be helped by news of a cluster, or has to follow it. One that cannot be read says so in its turn. */
function isTouched({ pool, clusters, ownership }: Scheduler, news: News, binding: Binding): boolean {
  try {
    if (!(isOurs(binding, ownership) || isLeftBehind(binding, ownership))) return false
    const topics = pool.topicsOf(keyOf(binding))
    const isToMove = topics
      ? topics.some((topic) => news.topics.includes(topic)) || isStuckIn(news.change, binding)
      : follows(news.isOfAll, binding, clusters.current())
    return isToMove && concerns(news.change, binding)
  } catch {
    return true
  }
}

/** Why a binding is tried again, in a word of the metrics. */
function wokenBy(why: Topic): Incoming {
  if (why === 'time') return 'WaitedLong'
  if (why === room || why === traffic) return 'RoomChanged'
  return why.startsWith('quota') ? 'QuotaChanged' : 'BindingMoved'
}

/** Room that was kept is given back when what it was kept for runs, or goes: others may have it. */
function hearHealth({ machine, kind, assumed, pool }: Scheduler): () => void {
  if (!assumed) return () => undefined
  return machine.store(kind).listen((change) => {
    if (assumed.heard(change) && pool.isListening) pool.tell(room)
  })
}

/** Tries bindings again that wait for something else than a cluster's own affairs. */
function hearWhatHelps({ machine, pool, metrics, failing }: Scheduler, enqueue: Enqueue): () => void {
  const ends = [
    pool.open((key, why) => {
      metrics.came(wokenBy(why))
      enqueue(key, 'low')
    }),
    machine.store(clusterKind).listen((change) => {
      const topic = pool.isListening ? topicOfRoom(change) : undefined
      if (topic) pool.tell(topic)
    }),
    machine.store(resourceBindingKind).listen((change) => {
      if (pool.isListening) for (const topic of topicsOfMove(change)) pool.tell(topic)
    }),
    machine.store(federatedResourceQuotaKind).listen((change) => {
      if (pool.isListening) for (const { topic, left } of topicsOfQuota(change)) pool.tell(topic, left)
    }),
    machine.store(sharedResourceQuotaKind).listen((change) => {
      if (pool.isListening) for (const { topic, left } of topicsOfShared(change)) pool.tell(topic, left)
    }),
    () => failing.clear(),
  ]
  return () => {
    for (const end of ends) end()
  }
}
