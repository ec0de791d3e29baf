import { type StringMap, timestamp } from '@flotilla/sdk'
import type { Pod } from '../api/pod.ts'
import type { Job, JobStatus, WorkloadCondition } from '../api/workloads.ts'
import { isActive, isReady } from '../pod/condition.ts'
import type { PodDraft } from '../pod/pods.ts'
import { formatIndexes } from './indexes.ts'

const indexAnnotation = 'batch.kubernetes.io/job-completion-index'

/** The pods of a job, by what became of them. */
interface Tally {
  readonly active: readonly Pod[]
  readonly succeeded: readonly Pod[]
  readonly failed: readonly Pod[]
}

const tally = (pods: readonly Pod[]): Tally => ({
  active: pods.filter(isActive),
  succeeded: pods.filter(({ status }) => status?.phase === 'Succeeded'),
  failed: pods.filter(({ status }) => status?.phase === 'Failed'),
})

/** How a job ended. */
interface Verdict {
  readonly type: 'Complete' | 'Failed'
  readonly reason: string
  readonly message: string
}

export const hasEnded = ({ status }: Job): boolean =>
  status?.conditions?.some(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True') ??
  false

const indexOf = ({ metadata }: Pod): number | undefined => {
  const text = metadata.annotations?.[indexAnnotation]
  return text === undefined ? undefined : Number(text)
}

const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed'

const indexesOf = (pods: readonly Pod[]): ReadonlySet<number> =>
  new Set(pods.map(indexOf).filter((index) => index !== undefined))

/** Pods that count as done: each index of an indexed job once. */
const completed = (job: Job, { succeeded }: Tally): number =>
  isIndexed(job) ? indexesOf(succeeded).size : succeeded.length

const running = ({ status }: Job, now: Date): number => now.getTime() - Date.parse(status?.startTime ?? timestamp(now))

/** How the job ends, if it does. Without a number of completions one is enough, once no pod is left. */
function verdictOf(job: Job, pods: Tally, now: Date): Verdict | undefined {
  const { completions, backoffLimit = 6, activeDeadlineSeconds } = job.spec
  if (pods.failed.length > backoffLimit) {
    const message = 'Job has reached the specified backoff limit'
    return { type: 'Failed', reason: 'BackoffLimitExceeded', message }
  }
  if (activeDeadlineSeconds !== undefined && running(job, now) >= activeDeadlineSeconds * 1000) {
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
  }
  const isDone =
    completions === undefined
      ? pods.succeeded.length > 0 && pods.active.length === 0
      : completed(job, pods) >= completions
  if (!isDone) return undefined
  return { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
}

/** What to do next. */
export interface Steps {
  /** The index of each pod to make; undefined where they have none. */
  readonly create: readonly (number | undefined)[]
  readonly remove: readonly Pod[]
}

/** How many pods should run now. */
function wantedActive(job: Job, pods: Tally): number {
  const { parallelism = 1, completions, suspend } = job.spec
  if (suspend) return 0
  if (completions !== undefined) return Math.min(parallelism, completions - completed(job, pods))
  return pods.succeeded.length > 0 ? pods.active.length : parallelism
}

function missingIndexes(job: Job, { active, succeeded }: Tally, count: number): readonly (number | undefined)[] {
  if (!isIndexed(job)) return Array.from({ length: count }, () => undefined)
  const taken = indexesOf([...active, ...succeeded])
  const all = Array.from({ length: job.spec.completions ?? 0 }, (_, index) => index)
  return all.filter((index) => !taken.has(index)).slice(0, count)
}

/** What comes next: pods until enough have succeeded, none once the job has ended. */
export function planJob(job: Job, all: readonly Pod[], now: Date): Steps {
  const pods = tally(all)
  const isOver = hasEnded(job) || verdictOf(job, pods, now) !== undefined
  const wanted = isOver ? 0 : wantedActive(job, pods)
  const surplus = Math.max(0, pods.active.length - wanted)
  return {
    create: missingIndexes(job, pods, Math.max(0, wanted - pods.active.length)),
    remove: pods.active.slice(0, surplus),
  }
}

const jobLabels = ({ metadata: { name, uid = '' } }: Job) => ({
  'batch.kubernetes.io/controller-uid': uid,
  'batch.kubernetes.io/job-name': name,
  'controller-uid': uid,
  'job-name': name,
})

/** A pod of the job, in some place of those it has to complete. */
export function podDraft(job: Job, index: number | undefined, uniqueName: (base: string) => string): PodDraft {
  const base = index === undefined ? `${job.metadata.name}-` : `${job.metadata.name}-${index}-`
  const indexed: StringMap = index === undefined ? {} : { [indexAnnotation]: String(index) }
  return {
    name: uniqueName(base),
    generateName: base,
    labels: { ...jobLabels(job), ...indexed },
    ...(index !== undefined && { annotations: indexed, spec: { hostname: `${job.metadata.name}-${index}` } }),
  }
}

function endedConditions({ type, reason, message }: Verdict, now: Date): readonly WorkloadCondition[] {
  const time = timestamp(now)
  const criterion = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'
  const is = (type: string): WorkloadCondition => ({
    type,
    status: 'True',
    reason,
    message,
    lastProbeTime: time,
    lastTransitionTime: time,
  })
  return [is(criterion), is(type)]
}

function suspension({ spec, status }: Job, now: Date): readonly WorkloadCondition[] {
  const before = status?.conditions?.find(({ type }) => type === 'Suspended')
  const isSuspended = spec.suspend ? 'True' : 'False'
  if (before ? before.status === isSuspended : !spec.suspend) return before ? [before] : []
  const time = timestamp(now)
  const [reason, message] = spec.suspend ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed']
  return [{ type: 'Suspended', status: isSuspended, reason, message, lastProbeTime: time, lastTransitionTime: time }]
}

/** What a Job says of its pods. One that has ended says what it said then. */
export function jobStatus(job: Job, all: readonly Pod[], now: Date): JobStatus {
  const { status = {} } = job
  if (hasEnded(job)) return status
  const pods = tally(all)
  const verdict = verdictOf(job, pods, now)
  const startTime = job.spec.suspend ? undefined : (status.startTime ?? timestamp(now))
  const conditions = [...suspension(job, now), ...(verdict ? endedConditions(verdict, now) : [])]
  const ready = pods.active.filter(isReady).length
  return {
    ...(startTime && { startTime }),
    ...(verdict?.type === 'Complete' && { completionTime: timestamp(now) }),
    ...(pods.active.length > 0 && { active: pods.active.length }),
    ...(pods.succeeded.length > 0 && { succeeded: pods.succeeded.length }),
    ...(pods.failed.length > 0 && { failed: pods.failed.length }),
    ready,
    terminating: 0,
    uncountedTerminatedPods: {},
    ...(isIndexed(job) && pods.succeeded.length > 0 && { completedIndexes: formatIndexes(indexesOf(pods.succeeded)) }),
    ...(conditions.length > 0 && { conditions }),
  }
}

/** Milliseconds until the deadline of a job that runs, or until one that has ended is to go; undefined: never. */
export function untilDue(job: Job, now: Date): number | undefined {
  const { activeDeadlineSeconds, ttlSecondsAfterFinished } = job.spec
  if (!hasEnded(job)) {
    return activeDeadlineSeconds === undefined ? undefined : activeDeadlineSeconds * 1000 - running(job, now)
  }
  if (ttlSecondsAfterFinished === undefined) return undefined
  const end = job.status?.conditions?.findLast(({ type }) => type === 'Complete' || type === 'Failed')
  return Date.parse(end?.lastTransitionTime ?? '') + ttlSecondsAfterFinished * 1000 - now.getTime()
}
