import { controllerReference, timestamp } from '@flotilla/sdk'
import { type CronJob, type CronJobStatus, type Job, jobKind } from '../api/workloads.ts'
import { hasEnded } from '../job/plan.ts'
import type { Times } from './schedule.ts'

const succeeded = ({ status }: Job): boolean =>
  status?.conditions?.some(({ type, status: holds }) => type === 'Complete' && holds === 'True') ?? false

const startOf = ({ status, metadata }: Job): string => status?.startTime ?? metadata.creationTimestamp ?? ''

const oldestFirst = (a: Job, b: Job): number => startOf(a).localeCompare(startOf(b))

/** The oldest of those that ended in a way, beyond as many as are to be kept. */
const beyond = (jobs: readonly Job[], kept: number): readonly Job[] =>
  jobs.toSorted(oldestFirst).slice(0, Math.max(0, jobs.length - kept))

/** Jobs whose time in the history is over. */
export function forgotten({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] {
  const ended = jobs.filter(hasEnded)
  return [
    ...beyond(ended.filter(succeeded), spec.successfulJobsHistoryLimit ?? 3),
    ...beyond(
      ended.filter((job) => !succeeded(job)),
      spec.failedJobsHistoryLimit ?? 1,
    ),
  ]
}

/** What is to happen at a moment. */
export type Turn = { readonly do: 'wait' } | { readonly do: 'start' | 'miss' | 'skip' | 'replace'; readonly time: Date }

const isLate = ({ spec: { startingDeadlineSeconds } }: CronJob, time: Date, now: Date): boolean =>
  startingDeadlineSeconds !== undefined && now.getTime() - time.getTime() > startingDeadlineSeconds * 1000

/** Whether the latest time that is due was not dealt with yet, and what its policy says to do. Earlier ones are let go. */
export function turnOf(cronJob: CronJob, jobs: readonly Job[], { last }: Times, now: Date): Turn {
  const { spec, status, metadata } = cronJob
  const since = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp ?? timestamp(now))
  if (spec.suspend || last === undefined || last.getTime() <= since) return { do: 'wait' }
  if (isLate(cronJob, last, now)) return { do: 'miss', time: last }
  const isBusy = jobs.some((job) => !hasEnded(job))
  if (isBusy && spec.concurrencyPolicy === 'Forbid') return { do: 'skip', time: last }
  return { do: isBusy && spec.concurrencyPolicy === 'Replace' ? 'replace' : 'start', time: last }
}

const minute = 60_000

/** The Job of a time. Its name is the time's: the same time never starts two. */
export function jobOf(cronJob: CronJob, time: Date): Job {
  const { metadata = {}, spec } = cronJob.spec.jobTemplate
  const { namespace } = cronJob.metadata
  return {
    apiVersion: jobKind.apiVersion,
    kind: jobKind.kind,
    metadata: {
      name: `${cronJob.metadata.name}-${Math.floor(time.getTime() / minute)}`,
      ...(namespace && { namespace }),
      ...(metadata.labels && { labels: metadata.labels }),
      annotations: { ...metadata.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(time) },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec,
  }
}

const referenceTo = ({ metadata: { name, namespace, uid, resourceVersion } }: Job) => ({
  apiVersion: jobKind.apiVersion,
  kind: jobKind.kind,
  name,
  ...(namespace && { namespace }),
  ...(uid && { uid }),
  ...(resourceVersion && { resourceVersion }),
})

type Reference = NonNullable<CronJobStatus['active']>[number]

/** As it was said before, so that a status is not written for another version of a Job. */
const sameOr = (before: readonly Reference[], reference: Reference): Reference =>
  before.find(({ uid }) => uid === reference.uid) ?? reference

const latest = (times: readonly (string | undefined)[]): string | undefined =>
  times
    .filter((time) => time !== undefined)
    .toSorted()
    .at(-1)

/** What a CronJob says of its Jobs. */
export function cronJobStatus({ status = {} }: CronJob, jobs: readonly Job[], scheduled?: Date): CronJobStatus {
  const { active: before = [] } = status
  const active = jobs.filter((job) => !hasEnded(job)).toSorted(oldestFirst)
  const lastScheduleTime = scheduled ? timestamp(scheduled) : status.lastScheduleTime
  const lastSuccessfulTime = latest([
    status.lastSuccessfulTime,
    ...jobs.filter(succeeded).map((job) => job.status?.completionTime),
  ])
  return {
    ...(active.length > 0 && { active: active.map((job) => sameOr(before, referenceTo(job))) }),
    ...(lastScheduleTime && { lastScheduleTime }),
    ...(lastSuccessfulTime && { lastSuccessfulTime }),
  }
}
