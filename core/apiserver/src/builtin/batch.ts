import { deepEqual, type LabelSelector, type Manifest, matchesLabels, type StringMap } from '@flotilla/sdk'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { ago, between, containerImages, containerNames, none, selectorText } from './cells.ts'
import { type Causes, counts, domainPath, follows, immutable, notNegative, required, selector, when } from './checks.ts'
import { cronProblem } from './cron.ts'
import { column, count, type Group, kind, text, wideOnly } from './kind.ts'
import { podTemplate } from './pod-checks.ts'
import { defaultTemplate, withFields } from './pod-defaults.ts'
import type { PodTemplate } from './pod-spec.ts'

const batch: Group = { group: 'batch', version: 'v1', schemas: 'io.k8s.api.batch.v1' }

interface ExitCodes {
  readonly operator: string
  readonly values: readonly number[]
}

interface FailureRule {
  readonly action?: string
  readonly onExitCodes?: ExitCodes
  readonly onPodConditions?: readonly object[]
}

interface SuccessPolicy {
  readonly rules: readonly { readonly succeededIndexes?: string; readonly succeededCount?: number }[]
}

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
  readonly maxFailedIndexes?: number
  readonly managedBy?: string
  readonly podFailurePolicy?: { readonly rules: readonly FailureRule[] }
  readonly successPolicy?: SuccessPolicy
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

/** A Job without labels has those of its Pods. */
const withLabels = (job: Job): Job => {
  const { labels } = job.spec.template.metadata ?? {}
  const has = Object.keys(job.metadata.labels ?? {}).length > 0
  return has || !labels || Object.keys(labels).length === 0 ? job : { ...job, metadata: { ...job.metadata, labels } }
}

function prepareJob(asked: Job, before?: Job): Job {
  const given = before ? asked : withLabels(asked)
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
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const

const mostAtOnce = 100_000

/** What only makes sense where Pods are told apart. */
const forIndexed = ['backoffLimitPerIndex', 'maxFailedIndexes'] as const

const indexed = (field: string, spec: JobSpec): Causes => {
  const { parallelism = 0, successPolicy } = spec
  if (spec.completionMode === 'Indexed') {
    return [
      ...when(spec.completions === undefined, () =>
        cause.required(`${field}.completions`, 'when completion mode is Indexed'),
      ),
      ...when(parallelism > mostAtOnce, () =>
        cause.invalid(
          `${field}.parallelism`,
          parallelism,
          `must be less than or equal to ${mostAtOnce} when completion mode is Indexed`,
        ),
      ),
    ]
  }
  const detail = 'requires indexed completion mode'
  return [
    ...forIndexed.flatMap((name) =>
      when(spec[name] !== undefined, () => cause.invalid(`${field}.${name}`, spec[name], detail)),
    ),
    ...when(successPolicy !== undefined, () =>
      cause.invalid(`${field}.successPolicy`, shownRules(successPolicy), detail),
    ),
  ]
}

/** As a program in Go shows them. */
const shownRules = (policy: SuccessPolicy | undefined): object => ({
  Rules: (policy?.rules ?? []).map(({ succeededIndexes, succeededCount }) => ({
    SucceededIndexes: succeededIndexes ?? null,
    SucceededCount: succeededCount ?? null,
  })),
})

const successRules = (field: string, { rules }: SuccessPolicy): Causes => [
  ...when(rules.length === 0, () =>
    cause.required(`${field}.rules`, 'at least one rules must be specified when the successPolicy is specified'),
  ),
  ...rules.flatMap(({ succeededIndexes, succeededCount }, i) =>
    when(succeededIndexes === undefined && succeededCount === undefined, () =>
      cause.required(`${field}.rules[${i}]`, 'at least one of succeededCount or succeededIndexes must be specified'),
    ),
  ),
]

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore']

const exitCodes = (field: string, { operator, values }: ExitCodes): Causes => [
  ...when(values.length === 0, () => cause.invalid(`${field}.values`, values, 'at least one value is required')),
  ...values.flatMap((value, i) =>
    when(value === 0 && operator === 'In', () =>
      cause.invalid(`${field}.values[${i}]`, value, 'must not be 0 for the In operator'),
    ),
  ),
]

const failureRule = (field: string, { action, onExitCodes, onPodConditions = [] }: FailureRule): Causes => {
  const [codes, conditions] = [onExitCodes !== undefined, onPodConditions.length > 0]
  const which = codes
    ? 'both OnExitCodes and OnPodConditions is not supported'
    : 'one of OnExitCodes and OnPodConditions is required'
  return [
    ...when(!action, () =>
      cause.required(`${field}.action`, `valid values: [${actions.map((each) => `"${each}"`).join(' ')}]`),
    ),
    ...(onExitCodes ? exitCodes(`${field}.onExitCodes`, onExitCodes) : []),
    ...when(codes === conditions, () => cause.invalid(field, undefined, `specifying ${which}`)),
  ]
}

const longestManager = 63

const managedBy = (field: string, name: string): Causes => [
  ...when(!domainPath.test(name), () =>
    cause.invalid(field, name, 'must be a domain-prefixed path (such as "acme.io/foo")'),
  ),
  ...when(name.length > longestManager, () => cause.tooLong(field, longestManager)),
]

const jobSpec = (field: string, spec: JobSpec): Causes => [
  ...jobNumbers.flatMap((name) => notNegative(`${field}.${name}`, spec[name])),
  ...(spec.managedBy === undefined ? [] : managedBy(`${field}.managedBy`, spec.managedBy)),
  ...when(spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined, () =>
    cause.required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'),
  ),
  ...indexed(field, spec),
  ...(spec.podFailurePolicy?.rules ?? []).flatMap((each, i) =>
    failureRule(`${field}.podFailurePolicy.rules[${i}]`, each),
  ),
  ...(spec.successPolicy && spec.completionMode === 'Indexed'
    ? successRules(`${field}.successPolicy`, spec.successPolicy)
    : []),
  ...selector(`${field}.selector`, spec.selector),
  ...jobTemplate(`${field}.template`, spec.template),
]

/** Its own selector has to select the Pods of its template. */
const ownPods = ({ spec: { selector: selected, template } }: Job): Causes =>
  when(selected !== undefined && !matchesLabels(selected, template.metadata?.labels), () =>
    cause.invalid(
      'spec.template.metadata.labels',
      template.metadata?.labels ?? null,
      '`selector` does not match template `labels`',
    ),
  )

const held = ({ status }: Job, type: string): boolean =>
  (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True')

const jobStatus = (job: Job, before: Job | undefined): Causes => {
  const { status } = job
  const { startTime } = before?.status ?? {}
  return [
    ...counts(status, ['active', 'succeeded', 'failed', 'ready', 'terminating']),
    ...when(Boolean(startTime) && !job.spec.suspend && status?.startTime !== startTime, () =>
      cause.invalid('status.startTime', status?.startTime ?? null, 'field is immutable for unsuspended job once set'),
    ),
    ...when(held(job, 'Complete') && !status?.completionTime, () =>
      cause.required('status.completionTime', 'completionTime is required for Complete jobs'),
    ),
    ...ended(job, 'Complete', 'SuccessCriteriaMet'),
    ...ended(job, 'Failed', 'FailureTarget'),
  ]
}

/** A Job says first that it will end, and then that it has. */
const ended = (job: Job, condition: string, first: string): Causes =>
  when(held(job, condition) && !held(job, first), () =>
    cause.invalid(
      'status.conditions',
      undefined,
      `cannot set ${condition}=True condition without the ${first}=true condition`,
    ),
  )

/** While a Job waits to be started, where its Pods go may still be changed, and how much they need. */
const isWaiting = ({ spec, status }: Job): boolean => spec.suspend === true && !status?.startTime

const placing = ['affinity', 'nodeSelector', 'tolerations', 'schedulingGates', 'containers', 'initContainers'] as const

const withoutPlacing = ({ spec, metadata }: PodTemplate): object => {
  const rest: Record<string, unknown> = { ...spec }
  for (const name of placing) delete rest[name]
  const kept = (containers: PodTemplate['spec']['containers'] = []) =>
    containers.map(({ resources: _, ...each }) => each)
  return { spec: rest, containers: [kept(spec.containers), kept(spec.initContainers)], isNamed: metadata !== undefined }
}

const isSuspendedUpdate = ({ spec: { template } }: Job, { spec: { template: before } }: Job): Causes =>
  when(!deepEqual(withoutPlacing(template), withoutPlacing(before)), () =>
    cause.immutable('spec.template.spec', template.spec),
  )

const jobUpdate = (job: Job, before: Job): Causes => [
  ...(job.spec.completionMode === 'Indexed'
    ? []
    : immutable('spec.completions', job.spec.completions, before.spec.completions)),
  ...immutable('spec.selector', job.spec.selector, before.spec.selector),
  ...(isWaiting(before)
    ? isSuspendedUpdate(job, before)
    : immutable('spec.template', job.spec.template, before.spec.template)),
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
  deletion: { orphans: true },
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
  validate: (object, before, subresource) =>
    subresource
      ? jobStatus(object, before)
      : [
          ...jobSpec('spec', object.spec),
          ...when(object.spec.selector === undefined, () => cause.required('spec.selector')),
          ...ownPods(object),
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
    ...when(timeZone === '', () => cause.invalid('spec.timeZone', '', 'timeZone must be nil or non-empty string')),
    ...when(Boolean(timeZone) && !isTimeZone(timeZone ?? ''), () =>
      cause.invalid('spec.timeZone', timeZone, `unknown time zone ${timeZone}`),
    ),
  ]
}

const cronJobName = (name = '') =>
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
    ...when(object.spec.jobTemplate.spec.selector !== undefined, () =>
      cause.invalid(
        'spec.jobTemplate.spec.selector',
        object.spec.jobTemplate.spec.selector,
        '`selector` will be auto-generated',
      ),
    ),
    ...when(object.spec.jobTemplate.spec.manualSelector === true, () =>
      cause.notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']),
    ),
  ],
})

export const jobs: readonly Resource[] = [job, cronJob]
