import {
  type Change,
  type Cluster,
  type Controller,
  clusterExpressionsText,
  clusterKind,
  type Key,
  keyOf,
  type Priority,
  resourceBindingKind,
} from '@flotilla/sdk'
import type { Asking } from '../../extension/profiles.ts'
import type { Machine } from '../../machine.ts'
import { bindingKinds } from '../../manifest/origin.ts'
import { Assigning } from './assigning.ts'
import { Decisions } from './decisions.ts'
import { liveSnapshot } from './live-snapshot.ts'
import { scheduleMetrics } from './metrics.ts'
import { keepScheduled, type Scheduler } from './scheduler.ts'
import { concerns, isLeftBehind, isNews, isOtherCluster, isOtherRoom, isOtherToExpressions, isOurs } from './touched.ts'

export interface ScheduleOptions {
  /** Bindings that name this scheduler are scheduled, and those of a profile. By default `default-scheduler`. */
  readonly schedulerName?: string
  /** Whether selected clusters that get no replicas get the workload. By default they do not. */
  readonly emptyWorkloadPropagation?: boolean
  /** Where it is kept how the last decisions came about. By default nobody can ask. */
  readonly decisions?: Decisions
  /** Who is asked about bindings that name another scheduler than this one, or this one. */
  readonly profiles?: ReadonlyMap<string, Asking>
}

/** Decisions take next to no time; what takes time are the writes, and an API server commits many of them at once. */
const workers = 32

/** How long changes of room are collected before the bindings that wait for it are tried again. */
const breath = 10_000

/** Gives every binding its clusters. */
export function scheduleControllers(machine: Machine, options: ScheduleOptions = {}): readonly Controller[] {
  const { schedulerName = 'default-scheduler', emptyWorkloadPropagation = false } = options
  const { decisions = new Decisions(0), profiles = new Map() } = options
  const asking = new Map<string, Asking>([[schedulerName, machine], ...profiles])
  const shared = {
    machine,
    clusters: liveSnapshot(machine.store(clusterKind)),
    asking,
    ownership: { schedulers: new Set(asking.keys()) },
    empty: emptyWorkloadPropagation,
    metrics: scheduleMetrics(machine.metrics),
    decisions,
    assigning: new Assigning(machine.store(resourceBindingKind)), // only bindings of namespaces are in groups
  }
  return bindingKinds.map((kind) =>
    controllerOf({ ...shared, kind, settled: new Map(), written: new Map(), waiting: new Map() }),
  )
}

function controllerOf(scheduler: Scheduler): Controller {
  const { machine, kind, metrics } = scheduler
  return machine
    .controller(`schedule:${kind.plural}`)
    .for(kind, (change) => {
      const isTaken = isNews(change)
      if (isTaken && change.after) metrics.came(change.before ? 'BindingUpdate' : 'BindingAdd')
      return isTaken
    })
    .watches(clusterKind, (change) => touchedBy(scheduler, change))
    .hears((enqueue) => hearRoom(scheduler, enqueue))
    .workers(workers)
    .reconcile((binding, key) => keepScheduled(scheduler, binding, key))
}

/** The bindings to schedule again when a cluster changes. At the start they all come by themselves. */
function touchedBy({ machine, kind, ownership, metrics }: Scheduler, change: Change<Cluster>): readonly Key[] {
  if (change.initial || !isOtherToExpressions(change)) return []
  const isOfAll = isOtherCluster(change)
  const touched = machine
    .store(kind)
    .list()
    .filter((binding) => isOfAll || clusterExpressionsText(binding) !== undefined)
    .filter((binding) => (isOurs(binding, ownership) || isLeftBehind(binding, ownership)) && concerns(change, binding))
  for (const _ of touched) metrics.came('ClusterChanged')
  return touched.map(keyOf)
}

/** Tries the bindings that wait for room again, a while after some cluster has got another amount of it. */
function hearRoom({ machine, waiting }: Scheduler, enqueue: (key: Key, priority: Priority) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const tryAgain = () => {
    timer = undefined
    for (const key of waiting.values()) enqueue(key, 'low')
  }
  const stop = machine.store(clusterKind).listen((change) => {
    if (waiting.size > 0 && isOtherRoom(change)) timer ??= setTimeout(tryAgain, breath)
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}
