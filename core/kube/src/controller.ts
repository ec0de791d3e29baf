import {
  type Change,
  type ControllerBuilder,
  groupOf,
  type Key,
  type Kind,
  keyOf,
  keyText,
  type Metrics,
  type Outcome,
  type OwnerReference,
  type Priority,
  type Queueing,
  type Store,
} from '@flotilla/sdk'
import { metadataOf } from './metadata.ts'
import { ended } from './pause.ts'
import { createWorker, type WorkerOptions, type WorkerSurroundings } from './worker.ts'

/** What a controller needs of the world. */
export interface Surroundings extends WorkerSurroundings {
  store<T>(kind: Kind<T>): Store<T>
}

/** Where keys come from, while the controller runs. */
interface Source {
  readonly synced?: Promise<void>
  readonly stop: () => void
}

/** A controller that runs, seen from its sources. */
interface Run {
  readonly surroundings: Surroundings
  readonly target: Kind<unknown> | undefined
  readonly enqueue: (key: Key, priority?: Priority) => void
  /** Whether a key is to be reconciled here. */
  readonly takes: (key: Key) => boolean
  /** Tells what a predicate or a mapping threw. It concerns one change; the next one is looked at as ever. */
  readonly report: (error: unknown) => void
}

/** What the sentence said so far. */
interface Plan {
  readonly name: string
  readonly whose?: ((key: Key) => string) | undefined
  readonly target?: Kind<unknown>
  readonly sources: readonly ((run: Run) => Source)[]
  readonly workers?: number
  readonly queueing?: Queueing<unknown>
}

type Keys<U> = (change: Change<U>, target: Kind<unknown> | undefined) => Iterable<Key>

const noKeys: readonly Key[] = []

/** As controller-runtime has them, in seconds. */
const buckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
]

/** The changes of a kind as keys. The backlog of a start goes behind what users do meanwhile. */
const changesOf =
  <U>(kind: Kind<U>, keys: Keys<U>) =>
  ({ surroundings, target, enqueue, report }: Run): Source => {
    const store = surroundings.store(kind)
    const stop = store.listen((change) => {
      try {
        for (const key of keys(change, target)) enqueue(key, change.initial ? 'low' : 'normal')
      } catch (error) {
        report(error)
      }
    })
    return { synced: store.synced, stop }
  }

const filtered =
  <U>(keys: Keys<U>, when?: (change: Change<U>) => boolean): Keys<U> =>
  (change, target) =>
    !when || when(change) ? keys(change, target) : noKeys

/** The changes of objects that are reconciled here. */
const ownChangesOf =
  <U>(kind: Kind<U>, when?: (change: Change<U>) => boolean) =>
  (run: Run): Source => {
    const isOwn = ({ before, after }: Change<U>) => run.takes(keyOf({ metadata: metadataOf(after ?? before) }))
    return changesOf(
      kind,
      filtered<U>(keyOfObject, (change) => isOwn(change) && (!when || when(change))),
    )(run)
  }

const keyOfObject: Keys<unknown> = ({ before, after }) => [keyOf({ metadata: metadataOf(after ?? before) })]

const isOf = ({ apiVersion, kind }: OwnerReference, target: Kind<unknown>): boolean =>
  kind === target.kind && groupOf(apiVersion) === groupOf(target.apiVersion)

/** The controlling owner of an object, if it is of the kind. */
function keysOfOwner(object: unknown, target: Kind<unknown>): readonly Key[] {
  if (object === undefined) return noKeys
  const { namespace, ownerReferences } = metadataOf(object)
  const owner = ownerReferences?.find(({ controller }) => controller)
  if (!owner || !isOf(owner, target)) return noKeys
  return [target.scope === 'Namespaced' ? { namespace, name: owner.name } : { name: owner.name }]
}

/** An object that changed hands concerns both owners. */
const keysOfOwners: Keys<unknown> = ({ before, after }, target) =>
  target ? [...keysOfOwner(before, target), ...keysOfOwner(after, target)] : noKeys

type Step<T> = (object: T | undefined, key: Key, signal: AbortSignal) => Promise<Outcome>

/** Counts and times what a step does, in controller-runtime's words. */
function measured(controller: string, metrics: Metrics, step: WorkerOptions<Key>['step']): WorkerOptions<Key>['step'] {
  const labels = ['controller']
  const total = metrics.counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciliations by result: success, requeue_after, error.',
    labels: [...labels, 'result'],
  })
  const failed = metrics.counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Reconciliations that failed.',
    labels,
  })
  const seconds = metrics.histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Seconds a reconciliation takes.',
    labels,
    buckets,
  })
  const own = { controller }
  const results = {
    success: { controller, result: 'success' },
    requeue_after: { controller, result: 'requeue_after' },
    error: { controller, result: 'error' },
  }
  return async (key, signal) => {
    const begun = performance.now()
    let result: keyof typeof results = 'error'
    try {
      const outcome = await step(key, signal)
      result = outcome.again === undefined ? 'success' : 'requeue_after'
      return outcome
    } catch (error) {
      failed.add(own)
      throw error
    } finally {
      total.add(results[result])
      seconds.observe((performance.now() - begun) / 1000, own)
    }
  }
}

/** Looks the object up only when its turn comes: the newest there is. */
function stepOf<T>({ target }: Plan, { store }: Surroundings, step: Step<T>): WorkerOptions<Key>['step'] {
  if (!target) return (key, signal) => step(undefined, key, signal)
  const objects = store(target as Kind<T>) // the builder ties the step's type to that of `for`
  return (key, signal) => step(objects.get(key), key, signal)
}

/** How keys wait: their rank is that of the object as it is when they come. */
function queueOf(
  { target, queueing }: Plan,
  { store }: Surroundings,
): Pick<WorkerOptions<Key>, 'rank' | 'waits' | 'onDepth'> {
  if (!queueing) return {}
  const { rank, waits, onDepth } = queueing
  const objects = target && store(target)
  return { waits, onDepth, ...(rank && { rank: (key) => rank(objects?.get(key)) }) }
}

async function runController<T>(
  plan: Plan,
  surroundings: Surroundings,
  step: Step<T>,
  signal: AbortSignal,
): Promise<void> {
  const { name, target, whose, workers } = plan
  const { log, metrics, owns } = surroundings
  const worker = createWorker<Key>(
    {
      name,
      keyText,
      whose,
      workers,
      ...queueOf(plan, surroundings),
      step: measured(name, metrics, stepOf(plan, surroundings, step)),
    },
    surroundings,
  )
  const report = (error: unknown) => log.error('change cannot be mapped to keys', { controller: name, error })
  const takes = owns && whose ? (key: Key) => owns(whose(key)) : () => true
  const run: Run = { surroundings, target, enqueue: (key, priority) => worker.enqueue(key, priority), takes, report }
  const sources = plan.sources.map((begin) => begin(run))
  try {
    await Promise.race([Promise.all(sources.map(({ synced }) => synced)), ended(signal)])
    if (!signal.aborted) await worker.run(signal)
  } finally {
    for (const { stop } of sources) stop()
  }
}

function builderOf<T>(plan: Plan, surroundings: Surroundings): ControllerBuilder<T> {
  const and = (source: (run: Run) => Source) =>
    builderOf<T>({ ...plan, sources: [...plan.sources, source] }, surroundings)
  return {
    for: <U>(kind: Kind<U>, when?: (change: Change<U>) => boolean) =>
      builderOf<U>({ ...plan, target: kind, sources: [...plan.sources, ownChangesOf(kind, when)] }, surroundings),
    owns: (kind, when) => and(changesOf(kind, filtered(keysOfOwners, when))),
    watches: (kind, keys) => and(changesOf(kind, keys)),
    hears: (subscribe) => and(({ enqueue }) => ({ stop: subscribe(enqueue) })),
    workers: (workers) => builderOf<T>({ ...plan, workers }, surroundings),
    queued: (queueing) => builderOf<T>({ ...plan, queueing: queueing as Queueing<unknown> }, surroundings), // `for` ties T to the kind
    reconcile: (step) => ({ name: plan.name, run: (signal) => runController(plan, surroundings, step, signal) }),
  }
}

/**
 * Begins a controller. It may run again after it has ended. Its first reconcile waits until all its stores hold what
 * the server has.
 */
export const createController = (
  name: string,
  surroundings: Surroundings,
  whose?: (key: Key) => string,
): ControllerBuilder => builderOf({ name, whose, sources: [] }, surroundings)
