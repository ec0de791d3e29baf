import {
  ApiError,
  again,
  type Binding,
  deepEqual,
  done,
  errors,
  FlotillaError,
  isConflict,
  isNotFound,
  isTrue,
  isWorkload,
  type Key,
  type Kind,
  keyOf,
  keyText,
  type Outcome,
  parseQuantity,
  quantityText,
  reasonOf,
} from '@flotilla/sdk'
import type { Asking } from '../../extension/profiles.ts'
import { told } from '../../extension/transition.ts'
import type { Machine } from '../../machine.ts'
import { isBehind } from '../../manifest/template.ts'
import type { Unsaid } from '../../manifest/unsaid.ts'
import type { Assigning } from './assigning.ts'
import type { Assumed } from './assumed.ts'
import type { Decisions } from './decisions.ts'
import { type Cause, dueCause, hasSameExpressions, isRescheduleWanted } from './due.ts'
import type { LiveSnapshot } from './live-snapshot.ts'
import type { ScheduleMetrics } from './metrics.ts'
import type { Pool, Stranded } from './pool.ts'
import { type Mishap, mishapPatch, observedPatch, resultPatch, successMessage, successPatch } from './result.ts'
import { type Decision, type Failure, hopeOf, type ScheduleInput, schedule } from './schedule.ts'
import { type Lack, topicsFor, topicsOfRefusal } from './topics.ts'
import { isLeftBehind, isOurs, type Ownership, schedulerOf } from './touched.ts'
import { witness } from './witness.ts'

export interface Scheduler {
  readonly machine: Machine
  readonly kind: Kind<Binding>
  readonly clusters: LiveSnapshot
  /** Who is asked, by the scheduler that a binding names. */
  readonly asking: ReadonlyMap<string, Asking>
  readonly ownership: Ownership
  /** Whether selected clusters that get no replicas get the workload. */
  readonly empty: boolean
  readonly metrics: ScheduleMetrics
  /** Where bindings that are not to be apart, or together, were just sent. */
  readonly assigning: Assigning
  /** How the last decisions came about. */
  readonly decisions: Decisions
  /** What was given to clusters and may not run there yet; nothing is kept in mind without it. */
  readonly assumed?: Assumed
  /** The epoch in which a binding was last found well placed. */
  readonly settled: Map<string, number>
  /** The version of a binding that was last written here. */
  readonly written: Map<string, string | undefined>
  /** What others say of a success along with what they have to say. Undefined: nobody does. */
  readonly unsaid: Unsaid | undefined
  /** Bindings that could not be placed. */
  readonly pool: Pool
  /** Bindings whose last attempt ended in an error, and that come back in a while. */
  readonly failing: Set<string>
}

/** Why an attempt was no success. */
type Setback = Mishap &
  Omit<Failure, 'reason'> & {
    /** The limits of quotas that stand against it. */
    readonly lacks?: readonly Lack[]
  }

type Placed = ScheduleInput['binding']

/** How long until a cache has surely heard of a write of this process, or of another one. */
const soon = 20
const later = 100

const isPlaced = (binding: Binding): binding is Placed => binding.spec.placement !== undefined

/** Patches a binding, or its status, and answers it as written; as it was when there is nothing to write. */
async function write<T extends Binding>(
  { machine, kind, written }: Scheduler,
  binding: T,
  body: object | undefined,
  subresource?: 'status',
): Promise<Binding> {
  if (!body) return binding
  const key = keyOf(binding)
  const after = await machine.client.patch(kind, key, { type: 'merge', body }, { subresource })
  written.set(keyText(key), after.metadata.resourceVersion)
  return after
}

/** Tells the owners of a binding and of its template. */
function announce({ machine }: Scheduler, binding: Binding, type: 'Normal' | 'Warning', message: string): void {
  const reason = type === 'Normal' ? 'ScheduleBindingSucceed' : 'ScheduleBindingFailed'
  const { apiVersion, kind, namespace, name, uid } = binding.spec.resource
  machine.event(binding, type, reason, message)
  machine.event({ apiVersion, kind, metadata: { namespace, name, uid } }, type, reason, message)
}

/** Says why a binding goes nowhere, if that is news. */
async function fail(scheduler: Scheduler, binding: Binding, mishap: Mishap): Promise<void> {
  const { machine } = scheduler
  const patch = mishapPatch(binding, mishap, machine.now())
  if (!patch) return
  await write(scheduler, binding, patch, 'status')
  announce(scheduler, binding, 'Warning', mishap.message)
  told(machine, 'schedule', binding, 'unschedulable')
  const error = catalogued(mishap)
  if (error) machine.log.info('binding not scheduled', { binding: keyText(keyOf(binding)), error })
}

/** What is nobody's fault is no exception, and yet has its place in the catalogue of errors. */
function catalogued({ reason, message }: Mishap): FlotillaError | undefined {
  if (reason === 'NoClusterFit') return errors.SCHEDULE_UNFIT(message)
  return reason === 'Unschedulable' ? errors.SCHEDULE_UNSCHEDULABLE(message) : undefined
}

/** Decides, and keeps how it came about for who asks. */
async function remember(scheduler: Scheduler, input: ScheduleInput): Promise<Decision> {
  const { machine, metrics, decisions, asking } = scheduler
  const { ask, overhear } = asking.get(schedulerOf(input.binding.spec)) ?? machine
  if (!decisions.keeps) return schedule(metrics.timed(ask), input)
  const made = await witness((hear) => metrics.timed(overhear(hear)), input, machine.now())
  decisions.add(keyText(keyOf(input.binding)), made)
  if (made.decision) return made.decision
  throw made.error
}

/** Where a binding goes. A plugin's failure is told before it is thrown on. */
async function decide(scheduler: Scheduler, binding: Placed, fresh: boolean): Promise<Decision> {
  const { clusters, assumed } = scheduler
  const kept = assumed && { assumed: assumed.byCluster(performance.now()) }
  try {
    return await scheduler.assigning.inTurn(binding, (assigning) =>
      remember(scheduler, {
        binding,
        snapshot: clusters.current(),
        fresh,
        assigning,
        empty: scheduler.empty,
        ...kept,
      }),
    )
  } catch (cause) {
    await fail(scheduler, binding, { reason: 'SchedulerError', message: reasonOf(cause) })
    throw cause
  }
}

/** A decision, and what takes it out of mind again. */
interface Assumption {
  readonly decision: Decision
  readonly forget: () => void
}

/** Decides, and keeps in mind what that gives away before anyone else decides. */
async function decideInTurn(scheduler: Scheduler, binding: Placed, fresh: boolean): Promise<Assumption> {
  const { assumed } = scheduler
  if (!assumed || !isWorkload(binding.spec)) {
    return { decision: await decide(scheduler, binding, fresh), forget: () => undefined }
  }
  return assumed.inTurn(async () => {
    const decision = await decide(scheduler, binding, fresh)
    const forget = decision.targets && assumed.place(binding, decision.targets, performance.now())
    return { decision, forget: forget ?? (() => undefined) }
  })
}

const isOverQuota = (cause: unknown): cause is ApiError => cause instanceof ApiError && cause.reason === 'QuotaExceeded'

/** The limits a quota's refusal names, and how much it says is needed of each. */
const lacksIn = ({ status }: ApiError): readonly Lack[] =>
  (status.details?.causes ?? []).flatMap(({ reason, field, message = '' }) => {
    if (reason !== 'QuotaExceeded' || !field) return []
    return [{ field, ...(quantityText(message) === undefined && { needed: parseQuantity(message) }) }]
  })

/** Whether a write has surely come to nothing: whoever was asked about it can forget it. */
const isRefusal = (cause: unknown): boolean =>
  cause instanceof ApiError && cause.code >= 400 && cause.code < 500 && cause.code !== 408 // time-outs leave it open

/** Writes what was decided; what cannot be written gives nothing away. Answers what stands against it, when a quota does. */
async function writeResult(
  scheduler: Scheduler,
  binding: Placed,
  { decision, forget }: Assumption,
): Promise<Binding | Setback> {
  try {
    const written = await write(scheduler, binding, resultPatch(binding, binding.spec.placement, decision))
    scheduler.assigning.wrote(binding, written)
    return written
  } catch (cause) {
    scheduler.assigning.gaveUp(binding)
    forget()
    if (!isOverQuota(cause)) {
      if (isRefusal(cause)) told(scheduler.machine, 'schedule', binding, 'refused')
      throw cause
    }
    const setback = {
      reason: 'QuotaExceeded',
      message: cause.message,
      resolvable: true,
      resolvedBy: ['quota'],
      lacks: lacksIn(cause),
    } as const
    await fail(scheduler, binding, setback)
    return setback
  }
}

/** All terms have failed: the first says why, and what helps any of them helps. */
const setbackOf = (first: Failure, failures: readonly Failure[]): Setback => ({
  ...first,
  resolvable: failures.some(({ resolvable }) => resolvable),
  resolvedBy: hopeOf(failures).resolvedBy,
})

/** Whether what was decided on changed meanwhile: what came of it is not the last word then. The change itself is heard of. */
const isOvertaken = ({ spec: before }: Binding, { spec: after }: Binding): boolean =>
  !deepEqual({ ...before, clusters: undefined }, { ...after, clusters: undefined })

/** Decides and writes. Answers why there was no success. */
async function attempt(scheduler: Scheduler, binding: Placed): Promise<Setback | 'overtaken' | undefined> {
  const { machine } = scheduler
  const fresh = isRescheduleWanted(binding)
  const assumption = await decideInTurn(scheduler, binding, fresh)
  const { decision } = assumption
  const { targets, failures } = decision
  const written = await writeResult(scheduler, binding, assumption)
  if (!('metadata' in written)) return written
  if (isOvertaken(binding, written)) return 'overtaken'
  if (!targets) {
    const [first] = failures
    if (first) await fail(scheduler, written, first)
    return first && setbackOf(first, failures)
  }
  const now = machine.now()
  const say = (object: Binding) => successPatch(object, decision, now, fresh)
  if (scheduler.unsaid && written !== binding && targets.length > 0) scheduler.unsaid.leave(written, say)
  else await write(scheduler, written, say(written), 'status')
  if (written === binding && !fresh) return undefined
  for (const { message } of failures) announce(scheduler, written, 'Warning', message)
  announce(scheduler, written, 'Normal', successMessage(targets))
  told(machine, 'schedule', written, 'scheduled')
  return undefined
}

function strandedBy(setback: Setback, binding: Binding): Stranded {
  const { lacks, resolvable } = setback
  const key = keyOf(binding)
  if (!lacks) return { key, topics: topicsFor(binding, setback), resolvable }
  const needs = topicsOfRefusal(binding, lacks)
  return { key, topics: [...needs.keys()], needs, resolvable }
}

async function tryToPlace(scheduler: Scheduler, binding: Placed, cause: Cause): Promise<Outcome> {
  const { clusters, settled, pool, metrics } = scheduler
  const key = keyOf(binding)
  const text = keyText(key)
  const { epoch } = clusters
  const start = performance.now()
  let setback: Setback | 'overtaken' | undefined = 'overtaken'
  pool.begin(key)
  try {
    setback = await attempt(scheduler, binding)
    if (setback !== 'overtaken') metrics.tried(setback ? 'error' : 'scheduled', cause, start)
    if (!setback) settled.set(text, epoch)
    return done // what is unsaid is looked after when the cache hears of the result
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) metrics.tried('error', cause, start)
    throw error
  } finally {
    pool.end(key, setback && setback !== 'overtaken' ? strandedBy(setback, binding) : undefined)
  }
}

/** Whether a binding was found well placed among these clusters, and has not changed since. */
const isSettled = ({ settled, clusters }: Scheduler, binding: Binding, text: string): boolean =>
  settled.get(text) === clusters.epoch &&
  hasSameExpressions(binding) &&
  binding.status?.schedulerObservedGeneration === binding.metadata.generation &&
  isTrue(binding.status?.conditions, 'Scheduled')

/** Whether a binding waits, and all that is new about it is that it was written here that it does. */
const isEcho = ({ pool, written }: Scheduler, { metadata }: Binding, text: string): boolean =>
  pool.topicsOf(metadata) !== undefined && metadata.resourceVersion === written.get(text)

/** Nobody decides where a binding goes whose policy has gone; but a cluster cannot go while a binding is in it. */
async function leaveWhatGoes(scheduler: Scheduler, binding: Placed): Promise<Outcome> {
  const { staying } = scheduler.clusters.current()
  const { metadata, spec } = binding
  const clusters = spec.clusters?.filter(({ name }) => staying.has(name))
  if (clusters?.length === spec.clusters?.length) return done
  const { resourceVersion } = metadata // a list that is replaced whole: nobody else may have written it since
  await write(scheduler, binding, { metadata: { resourceVersion }, spec: { clusters } })
  return done
}

/** Has it said that a generation needs no scheduling. */
async function observe(scheduler: Scheduler, binding: Binding): Promise<Outcome> {
  const { unsaid } = scheduler
  const patch = observedPatch(binding)
  if (!patch || !unsaid) {
    await write(scheduler, binding, patch, 'status')
    return done
  }
  unsaid.leave(binding, observedPatch)
  return again(soon)
}

/** Says what nobody said along, when it is time, or when there may be more to say. Answers how long that can wait. */
async function speakUp(scheduler: Scheduler, binding: Binding, text: string): Promise<number | Binding> {
  const { unsaid, settled, clusters } = scheduler
  const left = unsaid?.left(binding)
  if (!unsaid || left === undefined) return binding
  if (left > 0 && settled.get(text) === clusters.epoch && unsaid.patch(binding)) return left
  const said = await write(scheduler, binding, unsaid.patch(binding), 'status')
  unsaid.forget(text)
  return said
}

/** Makes a binding's clusters what they should be; writes only when they, or what the status says of them, are not. */
async function keepPlaced(scheduler: Scheduler, known: Binding | undefined, key: Key): Promise<Outcome> {
  const { clusters, settled, pool, written, unsaid } = scheduler
  const text = keyText(key)
  if (!known) {
    written.delete(text)
    scheduler.decisions.forget(text)
    unsaid?.forget(text)
  }
  if (known && isBehind(known.metadata.resourceVersion, written.get(text))) return again(soon) // what was written here comes
  const binding = known && (await speakUp(scheduler, known, text))
  if (typeof binding === 'number') return again(binding)
  if (binding && (isSettled(scheduler, binding, text) || isEcho(scheduler, binding, text))) return done
  pool.leave(key)
  settled.delete(text)
  if (!binding || !isPlaced(binding)) return done
  if (isLeftBehind(binding, scheduler.ownership)) return leaveWhatGoes(scheduler, binding)
  if (!isOurs(binding, scheduler.ownership)) return done
  const { epoch } = clusters
  const cause = dueCause(binding, binding.spec.placement, clusters.current())
  if (cause) return tryToPlace(scheduler, binding, cause)
  settled.set(text, epoch)
  return observe(scheduler, binding)
}

/** Its namespace goes, and the binding with it. */
const isEnding = (cause: unknown): boolean =>
  cause instanceof ApiError &&
  (cause.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating')

/** Who fails comes back after a while; who lost a race at once, and who is going never. */
function afterError({ metrics, kind, failing }: Scheduler, key: Key, error: unknown): Outcome {
  if (isNotFound(error) || isEnding(error)) return done
  if (isConflict(error)) return again(later)
  metrics.came('ScheduleAttemptFailure')
  if (!(error instanceof FlotillaError) || error.retry) failing.add(keyText(key))
  metrics.pending(kind.plural, 'backoff', failing.size)
  throw error
}

/** Keeps a binding placed, and counts it while it fails to be. */
export async function keepScheduled(scheduler: Scheduler, binding: Binding | undefined, key: Key): Promise<Outcome> {
  const { failing, metrics, kind } = scheduler
  if (failing.delete(keyText(key))) metrics.pending(kind.plural, 'backoff', failing.size)
  try {
    return await keepPlaced(scheduler, binding, key)
  } catch (error) {
    return afterError(scheduler, key, error)
  }
}
