import type { LabelSelector, Manifest, StringMap } from '@flotilla/sdk'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { ago, between, containerImages, containerNames, none, selectorText } from './cells.ts'
import { type Causes, follows, immutable, notNegative, required, selector, when } from './checks.ts'
import { cronProblem } from './cron.ts'
import { column, count, type Group, kind, text, wideOnly } from './kind.ts'
import { podTemplate } from './pod-checks.ts'
import { defaultTemplate, withFields } from './pod-defaults.ts'
import type { PodTemplate } from './pod-spec.ts'

const batch: Group = { group: 'batch', version: 'v1', schemas: 'io.k8s.api.batch.v1' }

interface JobSpec {
  readonly parallelism?: number
  readonly completions?: number
  readonly backoffLimit?: number
  readonly backoffLimitPerIndex?: number
  readonly activeDeadlineSeconds?: number
  readonly ttlSecondsAfterFinished?: number
  readonly completionMode?: string
  readonly suspend?: boolean
  readonly manualSelector?: boolean
  readonly podFailurePolicy?: object
  readonly podReplacementPolicy?: string
  readonly selector?: LabelSelector
  readonly template: PodTemplate
}

interface Job extends Manifest {
  readonly spec: JobSpec
  readonly status?: {
    readonly succeeded?: number
    readonly startTime?: string
    readonly completionTime?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

interface CronJob extends Manifest {
  readonly spec: {
    readonly schedule: string
    readonly timeZone?: string
    readonly suspend?: boolean
    readonly startingDeadlineSeconds?: number
    readonly successfulJobsHistoryLimit?: number
    readonly failedJobsHistoryLimit?: number
    readonly jobTemplate: { readonly spec: JobSpec }
  }
  readonly status?: { readonly active?: readonly object[]; readonly lastScheduleTime?: string }
}

/** Neither said: one Pod. Only parallelism said: as many as it takes. */
const sizes = ({ parallelism, completions }: JobSpec): Partial<JobSpec> => {
  if (parallelism !== undefined) return {}
  return completions === undefined ? { parallelism: 1, completions: 1 } : { parallelism: 1 }
}

const policies = (spec: JobSpec): Partial<JobSpec> => ({
  backoffLimit: spec.backoffLimit ?? (spec.backoffLimitPerIndex === undefined ? 6 : 2147483647),
  completionMode: spec.completionMode ?? 'NonIndexed',
  suspend: spec.suspend ?? false,
  podReplacementPolicy: spec.podReplacementPolicy ?? (spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'),
})

const controllerUid = 'batch.kubernetes.io/controller-uid'

const ownLabels = ({ metadata: { name, uid = '' } }: Job): StringMap => ({
  [controllerUid]: uid,
  'batch.kubernetes.io/job-name': name,
  'controller-uid': uid,
  'job-name': name,
})

/** A Job selects the Pods that carry its uid, unless the user takes care of it. */
function withSelector(job: Job): Pick<JobSpec, 'selector' | 'template'> | undefined {
  const { template, manualSelector, selector: given } = job.spec
  if (manualSelector || given?.matchLabels?.[controllerUid]) return undefined
  const labels = { ...template.metadata?.labels, ...ownLabels(job) }
  const matchLabels = { ...given?.matchLabels, [controllerUid]: job.metadata.uid ?? '' }
  return { template: { ...template, metadata: { ...template.metadata, labels } }, selector: { ...given, matchLabels } }
}

function prepareJob(given: Job, before?: Job): Job {
  const selected = before ? undefined : withSelector(given)
  const spec = selected ? { ...given.spec, ...selected } : given.spec
  const template = defaultTemplate(spec.template)
  return withFields(given, { spec: withFields(spec, { ...sizes(spec), ...policies(spec), template }) })
}

const endingPolicies = ['OnFailure', 'Never']

const jobTemplate = (field: string, template: PodTemplate): Causes => [
  ...podTemplate(field, template),
  ...when(!endingPolicies.includes(template.spec.restartPolicy ?? ''), () =>
    cause.required(`${field}.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'),
  ),
]

const jobNumbers = [
  'parallelism',
  'completions',
  'backoffLimit',
  'backoffLimitPerIndex',
  'activeDeadlineSeconds',
  'ttlSecondsAfterFinished',
] as const

const jobSpec = (field: string, spec: JobSpec): Causes => [
  ...jobNumbers.flatMap((name) => notNegative(`${field}.${name}`, spec[name])),
  ...selector(`${field}.selector`, spec.selector),
  ...when(spec.completionMode === 'Indexed' && spec.completions === undefined, () =>
    cause.required(`${field}.completions`, 'when completion mode is Indexed'),
  ),
  ...jobTemplate(`${field}.template`, spec.template),
]

/** While a Job waits to be started, its template may still be changed. */
const isWaiting = ({ spec, status }: Job): boolean => spec.suspend === true && !status?.startTime

const jobUpdate = (job: Job, before: Job): Causes => [
  ...(job.spec.completionMode === 'Indexed'
    ? []
    : immutable('spec.completions', job.spec.completions, before.spec.completions)),
  ...immutable('spec.selector', job.spec.selector, before.spec.selector),
  ...(isWaiting(before) ? [] : immutable('spec.template', job.spec.template, before.spec.template)),
  ...immutable('spec.completionMode', job.spec.completionMode, before.spec.completionMode),
  ...immutable('spec.podFailurePolicy', job.spec.podFailurePolicy, before.spec.podFailurePolicy),
]

const stateOrder = ['Complete', 'Failed', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet'] as const

function jobState({ metadata, status }: Job): string {
  const holds = (type: string): boolean =>
    (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True')
  const [complete, failed, ...others] = stateOrder
  const ended = [complete, failed].find(holds)
  if (ended) return ended
  return metadata.deletionTimestamp ? 'Terminating' : (others.find(holds) ?? 'Running')
}

function completions({ spec, status }: Job): string {
  const done = status?.succeeded ?? 0
  if (spec.completions !== undefined) return `${done}/${spec.completions}`
  const parallelism = spec.parallelism ?? 0
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`
}

const duration = ({ status }: Job, now: Date): string =>
  status?.startTime ? between(status.startTime, status.completionTime ?? now) : ''

const job = kind<Job>(batch, 'Job', 'jobs', {
  categories: ['all'],
  subresources: ['status'],
  columns: [
    column.name,
    text('Status', jobState, 'Status of the job.'),
    text('Completions', completions),
    text('Duration', duration, 'Time required to complete the job.'),
    column.age,
    ...wideOnly<Job>(
      text('Containers', ({ spec }) => containerNames(spec.template.spec)),
      text('Images', ({ spec }) => containerImages(spec.template.spec)),
      text('Selector', ({ spec }) => selectorText(spec.selector)),
    ),
  ],
  selectable: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  prepare: prepareJob,
  validate: (object, before) => [
    ...jobSpec('spec', object.spec),
    ...when(object.spec.selector === undefined, () => cause.required('spec.selector')),
    ...(before ? jobUpdate(object, before) : []),
  ],
})

const isTimeZone = (name: string): boolean => {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}

const longestCronJobName = 52

const schedule = ({ spec: { schedule: found, timeZone } }: CronJob): Causes => {
  const problem = found ? cronProblem(found) : undefined
  return [
    ...required('spec.schedule', found),
    ...when(problem !== undefined, () => cause.invalid('spec.schedule', found, problem ?? '')),
    ...when(timeZone !== undefined && !isTimeZone(timeZone), () =>
      cause.invalid('spec.timeZone', timeZone, `unknown time zone ${timeZone}`),
    ),
  ]
}

const cronJobName = (name: string) =>
  name.length > longestCronJobName ? [`must be no more than ${longestCronJobName} characters`] : []

const cronJob = kind<CronJob>(batch, 'CronJob', 'cronjobs', {
  shortNames: ['cj'],
  categories: ['all'],
  subresources: ['status'],
  columns: [
    column.name,
    text('Schedule', ({ spec }) => spec.schedule),
    text('Timezone', ({ spec }) => spec.timeZone ?? none),
    text('Suspend', ({ spec }) => (spec.suspend ? 'True' : 'False')),
    count('Active', ({ status }) => status?.active?.length),
    text('Last Schedule', ({ status }, now) => (status?.lastScheduleTime ? ago(status.lastScheduleTime, now) : none)),
    column.age,
    ...wideOnly<CronJob>(
      text('Containers', ({ spec }) => containerNames(spec.jobTemplate.spec.template.spec)),
      text('Images', ({ spec }) => containerImages(spec.jobTemplate.spec.template.spec)),
      text('Selector', ({ spec }) => selectorText(spec.jobTemplate.spec.selector)),
    ),
  ],
  prepare: (object) => {
    const { jobTemplate: given } = object.spec
    const spec = withFields(given.spec, { template: defaultTemplate(given.spec.template) })
    return withFields(object, { spec: withFields(object.spec, { jobTemplate: withFields(given, { spec }) }) })
  },
  validate: (object) => [
    ...follows('metadata.name', object.metadata.name, cronJobName),
    ...schedule(object),
    ...notNegative('spec.startingDeadlineSeconds', object.spec.startingDeadlineSeconds),
    ...notNegative('spec.successfulJobsHistoryLimit', object.spec.successfulJobsHistoryLimit),
    ...notNegative('spec.failedJobsHistoryLimit', object.spec.failedJobsHistoryLimit),
    ...jobSpec('spec.jobTemplate.spec', object.spec.jobTemplate.spec),
    ...when(object.spec.jobTemplate.spec.selector !== undefined && !object.spec.jobTemplate.spec.manualSelector, () =>
      cause.invalid(
        'spec.jobTemplate.spec.selector',
        object.spec.jobTemplate.spec.selector,
        '`selector` will be auto-generated',
      ),
    ),
  ],
})

export const jobs: readonly Resource[] = [job, cronJob]
