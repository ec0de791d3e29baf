import {
  type AggregatedStatusItem,
  type Manifest,
  pods,
  type aggregate as points,
  type StringMap,
  timestamp,
} from '@flotilla/sdk'
import { conditionsOf, findIn } from '../conditions.ts'
import { ofKind, type Summary } from '../interpreter.ts'
import { fields, json, list, number, type Read, text } from '../read.ts'
import { said, withoutEmpty, withStatus } from '../status.ts'
import { earliest, latest } from '../times.ts'

interface Job extends Manifest {
  readonly spec?: {
    readonly parallelism?: number
    readonly completions?: number
    readonly selector?: { readonly matchLabels?: StringMap }
    readonly template?: pods.PodTemplate
  }
  readonly status?: unknown
}

const jobStatus = fields({
  active: number,
  succeeded: number,
  failed: number,
  startTime: text,
  completionTime: text,
  conditions: list(json),
})
type JobStatus = NonNullable<Read<typeof jobStatus>>

/** A type, since interfaces are not plain JSON to the compiler. */
type JobCondition = {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastProbeTime?: string
  readonly lastTransitionTime?: string
}

const has = (status: JobStatus, type: string): boolean => findIn(conditionsOf({ status }), type)?.status === 'True'

/** No more run at once than are to be completed. */
function parallel({ spec: { parallelism = 0, completions } = {} }: Job): number {
  return Math.min(parallelism, completions ?? parallelism)
}

function reviseReplicas(object: Job, parallelism: number): Job {
  return object.spec?.parallelism === undefined ? object : { ...object, spec: { ...object.spec, parallelism } }
}

/** The member's controller has given the job and its pods labels of their own. */
function retain(desired: Job, { spec: observed }: Job): Job {
  const { selector, template } = desired.spec ?? {}
  const matchLabels = observed?.selector?.matchLabels
  const labels = observed?.template?.metadata?.labels
  const spec = {
    ...desired.spec,
    ...(matchLabels && { selector: { ...selector, matchLabels } }),
    ...(labels && { template: { ...template, metadata: { ...template?.metadata, labels } } }),
  }
  return { ...desired, spec }
}

/** Failed as soon as one member failed; complete once all members are. */
function verdicts(items: readonly AggregatedStatusItem[], now: Date): readonly JobCondition[] {
  const members = said(items, jobStatus)
  const is = (type: string, reason: string, message: string): JobCondition => {
    const time = timestamp(now)
    return { type, status: 'True', reason, message, lastProbeTime: time, lastTransitionTime: time }
  }
  const all = (type: string) =>
    members.length > 0 && members.length === items.length && members.every(({ status }) => has(status, type))
  const failed = members.filter(({ status }) => has(status, 'Failed')).map(({ cluster }) => cluster)
  const conditions = [
    failed.length > 0 && is('Failed', 'JobFailed', `Job executed failed in member clusters ${failed.join(',')}`),
    all('Complete') && is('Complete', 'Completed', 'Job completed'),
    all('Complete') &&
      all('SuccessCriteriaMet') &&
      is('SuccessCriteriaMet', 'CompletionsReached', 'All member clusters have met success criteria'),
  ]
  return conditions.filter((condition) => condition !== false)
}

/** A job that is finished stays as it finished. */
function aggregate(template: Job, items: readonly AggregatedStatusItem[], now: Date): Job {
  const before = jobStatus(template.status) ?? {}
  if (has(before, 'Complete') || has(before, 'Failed')) return template
  const members = said(items, jobStatus).map(({ status }) => status)
  const sum = (count: 'active' | 'succeeded' | 'failed') =>
    members.reduce((all, status) => all + (status[count] ?? 0), 0)
  const all = (time: 'startTime' | 'completionTime') =>
    members.map((status) => status[time]).filter((each) => each !== undefined)
  const [starts, completions] = [all('startTime'), all('completionTime')]
  const status = {
    active: sum('active'),
    succeeded: sum('succeeded'),
    failed: sum('failed'),
    conditions: verdicts(items, now),
    startTime: before.startTime ?? (starts.length === items.length ? earliest(starts) : undefined),
    completionTime: completions.length === items.length ? latest(completions) : undefined,
  }
  return withStatus(template, withoutEmpty(status))
}

/** What must be said before, says an API server, that Job has failed or is complete. */
const heralds = { Failed: 'FailureTarget', Complete: 'SuccessCriteriaMet' } as const

function complete({ template }: Summary<Job>): points.Completion | undefined {
  const conditions = Object.entries(heralds).flatMap(([end, type]) => {
    const ended = findIn(conditionsOf(template), end)
    if (ended?.status !== 'True' || findIn(conditionsOf(template), type)) return []
    const { status, reason, message } = ended
    return [{ type, status, ...(reason && { reason }), ...(message && { message }) }]
  })
  return conditions.length > 0 ? { conditions } : undefined
}

export const job = ofKind<Job>(
  { apiVersion: 'batch/v1', kind: 'Job' },
  {
    replicas: (object) => pods.needs(parallel(object), object.spec?.template?.spec),
    reviseReplicas,
    retain,
    dependencies: (object) => pods.podDependencies(object, object.spec?.template?.spec),
    status: ({ status }) => {
      const said = jobStatus(status)
      return said && withoutEmpty(said)
    },
    aggregate,
    complete,
  },
)
