import { deepEqual, type LabelSelector, type Manifest, type StringMap } from '@flotilla/sdk'
import { dnsLabel } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { containerImages, containerNames, labelsText, none, selectorText } from './cells.ts'
import {
  type Causes,
  countOrPercent,
  counts,
  follows,
  immutable,
  notMoreThanAll,
  notNegative,
  ownSelector,
  type SelectorWords,
  when,
} from './checks.ts'
import { type Claim, claimSpec } from './claims.ts'
import { column, count, type Group, type KindOptions, kind, text, wideOnly } from './kind.ts'
import { lastingTemplate } from './pod-checks.ts'
import { defaultTemplate, withFields } from './pod-defaults.ts'
import type { PodTemplate } from './pod-spec.ts'

const apps: Group = { group: 'apps', version: 'v1', schemas: 'io.k8s.api.apps.v1' }
const core: Group = { group: '', version: 'v1', schemas: 'io.k8s.api.core.v1' }

type CountOrPercent = number | string

interface RollingUpdate {
  readonly maxUnavailable?: CountOrPercent
  readonly maxSurge?: CountOrPercent
  readonly partition?: number
}

interface Strategy {
  readonly type?: string
  readonly rollingUpdate?: RollingUpdate
}

interface WorkloadSpec {
  readonly replicas?: number
  readonly selector?: LabelSelector
  readonly template: PodTemplate
  readonly minReadySeconds?: number
  readonly revisionHistoryLimit?: number
}

interface WorkloadStatus {
  readonly replicas?: number
  readonly readyReplicas?: number
  readonly updatedReplicas?: number
  readonly availableReplicas?: number
  readonly fullyLabeledReplicas?: number
}

interface Workload extends Manifest {
  readonly spec: WorkloadSpec
  readonly status?: WorkloadStatus
}

interface Deployment extends Workload {
  readonly spec: WorkloadSpec & {
    readonly strategy?: Strategy
    readonly progressDeadlineSeconds?: number
    readonly paused?: boolean
  }
}

interface StatefulSet extends Workload {
  readonly spec: WorkloadSpec & {
    readonly updateStrategy?: Strategy
    readonly serviceName?: string
    readonly podManagementPolicy?: string
    readonly ordinals?: { readonly start?: number }
    readonly volumeClaimTemplates?: readonly Claim[]
  }
}

interface DaemonSet extends Manifest {
  readonly spec: Omit<WorkloadSpec, 'replicas'> & { readonly updateStrategy?: Strategy }
  readonly status?: {
    readonly desiredNumberScheduled?: number
    readonly currentNumberScheduled?: number
    readonly numberReady?: number
    readonly updatedNumberScheduled?: number
    readonly numberAvailable?: number
  }
}

interface ReplicationController extends Manifest {
  readonly spec: Omit<WorkloadSpec, 'selector' | 'template'> & {
    readonly selector?: Readonly<Record<string, string>>
    readonly template?: PodTemplate
  }
  readonly status?: WorkloadStatus
}

interface ControllerRevision extends Manifest {
  readonly revision?: number
  readonly data?: unknown
}

const scale = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.spec.selector',
} as const

const scalable = { categories: ['all'], subresources: ['status', 'scale'], scale } as const

interface Templated {
  readonly spec: { readonly template: PodTemplate; readonly selector?: LabelSelector }
}

const containers = text<Templated>(
  'Containers',
  ({ spec }) => containerNames(spec.template.spec),
  'Names of each container in the template.',
)
const images = text<Templated>(
  'Images',
  ({ spec }) => containerImages(spec.template.spec),
  'Images referenced by each container in the template.',
)
const selected = text<Templated>('Selector', ({ spec }) => selectorText(spec.selector))

/** A rollout's limits, and what they are when nothing is said. */
function rolling(strategy: Strategy | undefined, limits: RollingUpdate): Strategy | undefined {
  if (strategy?.type !== 'RollingUpdate') return strategy
  const rollingUpdate = { ...limits, ...strategy.rollingUpdate }
  return deepEqual(rollingUpdate, strategy.rollingUpdate) ? strategy : { ...strategy, rollingUpdate }
}

const isNone = (value: CountOrPercent | undefined): boolean => value === 0 || value === '0%'

/** What Go shows of a strategy whose type it does not know. */
const shownStrategy = ({ type, rollingUpdate }: Strategy): object => ({
  Type: type,
  RollingUpdate: rollingUpdate ?? null,
})

const shares = (at: string, { maxUnavailable, maxSurge }: RollingUpdate): Causes => [
  ...countOrPercent(`${at}.maxUnavailable`, maxUnavailable),
  ...countOrPercent(`${at}.maxSurge`, maxSurge),
  ...notMoreThanAll(`${at}.maxUnavailable`, maxUnavailable),
]

function rollout(field: string, strategy: Strategy): Causes {
  const { type, rollingUpdate = {} } = strategy
  const at = `${field}.rollingUpdate`
  if (type === 'Recreate') {
    return when(strategy.rollingUpdate !== undefined, () =>
      cause.forbidden(at, "may not be specified when strategy `type` is 'Recreate'"),
    )
  }
  if (type !== 'RollingUpdate') {
    return [cause.notSupported(field, shownStrategy(strategy), ['Recreate', 'RollingUpdate'])]
  }
  const { maxUnavailable, maxSurge } = rollingUpdate
  return [
    ...shares(at, rollingUpdate),
    ...when(isNone(maxUnavailable) && isNone(maxSurge), () =>
      cause.invalid(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
    ),
  ]
}

function daemonRollout(field: string, strategy: Strategy): Causes {
  const { type, rollingUpdate = {} } = strategy
  const at = `${field}.rollingUpdate`
  if (type === 'OnDelete') return []
  if (type !== 'RollingUpdate') {
    return [cause.notSupported(field, shownStrategy(strategy), ['RollingUpdate', 'OnDelete'])]
  }
  const { maxUnavailable, maxSurge } = rollingUpdate
  return [
    ...shares(at, rollingUpdate),
    ...when(!isNone(maxUnavailable) && !isNone(maxSurge), () =>
      cause.invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'),
    ),
    ...when(isNone(maxUnavailable) && isNone(maxSurge), () =>
      cause.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'),
    ),
  ]
}

function statefulRollout(field: string, strategy: Strategy): Causes {
  const { type, rollingUpdate } = strategy
  const at = `${field}.rollingUpdate`
  if (type === 'RollingUpdate') return notNegative(`${at}.partition`, rollingUpdate?.partition)
  if (type !== 'OnDelete') {
    return [cause.invalid(field, shownStrategy(strategy), "must be 'RollingUpdate' or 'OnDelete'")]
  }
  return when(rollingUpdate !== undefined, () =>
    cause.invalid(
      at,
      { Partition: rollingUpdate?.partition, MaxUnavailable: rollingUpdate?.maxUnavailable ?? null },
      "only allowed for updateStrategy 'RollingUpdate'",
    ),
  )
}

const numbers = (spec: Partial<WorkloadSpec>): Causes => [
  ...notNegative('spec.replicas', spec.replicas),
  ...notNegative('spec.minReadySeconds', spec.minReadySeconds),
  ...notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
]

/** What all workloads with a selector and a template of their own have to keep to. */
const workload = (
  kind: string,
  { spec }: Templated & { spec: Partial<WorkloadSpec> },
  before?: Templated,
  words: SelectorWords = { kind: kind.toLowerCase() },
): Causes => [
  ...numbers(spec),
  ...ownSelector(words, spec.selector, spec.template.metadata?.labels, before?.spec.selector),
  ...lastingTemplate('spec.template', kind, spec.template),
]

const parts = ['readyReplicas', 'availableReplicas']

/** Fewer are available than are ready, as long as that is said of a kind. */
const availableOfReady = ({ status: { readyReplicas = 0, availableReplicas = 0 } = {} }: Workload): Causes =>
  when(availableReplicas > readyReplicas, () =>
    cause.invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'),
  )

const collisions = ({ status }: Workload, before: Workload | undefined): Causes => {
  const { collisionCount: count = 0 } = (status ?? {}) as { readonly collisionCount?: number } // by its schema
  const { collisionCount: old = 0 } = (before?.status ?? {}) as { readonly collisionCount?: number }
  return when(count < old, () => cause.invalid('status.collisionCount', count, 'cannot be decremented'))
}

const deploymentStatus = (object: Workload, before: Workload | undefined): Causes => [
  ...counts(object.status, ['replicas', 'updatedReplicas', ...parts], 'replicas', ['updatedReplicas', ...parts]),
  ...availableOfReady(object),
  ...collisions(object, before),
]

const replicaStatus = (object: Workload): Causes => [
  ...counts(object.status, ['replicas', 'fullyLabeledReplicas', ...parts], 'replicas', [
    'fullyLabeledReplicas',
    ...parts,
  ]),
  ...availableOfReady(object),
]

const deploymentLimits: RollingUpdate = { maxUnavailable: '25%', maxSurge: '25%' }

const progress = ({ spec: { progressDeadlineSeconds: deadline, minReadySeconds = 0 } }: Deployment): Causes => [
  ...notNegative('spec.progressDeadlineSeconds', deadline),
  ...when(deadline !== undefined && deadline <= minReadySeconds, () =>
    cause.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'),
  ),
]

const deployment = kind<Deployment>(apps, 'Deployment', 'deployments', {
  ...scalable,
  shortNames: ['deploy'],
  columns: [
    column.name,
    text(
      'Ready',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
      'Number of the pod with ready state',
    ),
    count('Up-to-date', ({ status }) => status?.updatedReplicas),
    count('Available', ({ status }) => status?.availableReplicas),
    column.age,
    ...wideOnly(containers, images, selected),
  ],
  prepare: (object) => {
    const { template, strategy } = object.spec
    const rolled = rolling(strategy, deploymentLimits)
    const spec = withFields(object.spec, { template: defaultTemplate(template), ...(rolled && { strategy: rolled }) })
    return withFields(object, { spec })
  },
  validate: (object, before, subresource) =>
    subresource
      ? deploymentStatus(object, before)
      : [
          ...workload('Deployment', object, before),
          ...rollout('spec.strategy', object.spec.strategy ?? {}),
          ...progress(object),
        ],
})

const fillTemplate = <T extends { readonly template: PodTemplate }>(spec: T): T => {
  const template = defaultTemplate(spec.template)
  return template === spec.template ? spec : { ...spec, template }
}

const replicaColumns: KindOptions<Workload>['columns'] = [
  column.name,
  count('Desired', ({ spec }) => spec.replicas),
  count('Current', ({ status }) => status?.replicas),
  count('Ready', ({ status }) => status?.readyReplicas),
  column.age,
  ...wideOnly(containers, images, selected),
]

const replicaSet = kind<Workload>(apps, 'ReplicaSet', 'replicasets', {
  ...scalable,
  shortNames: ['rs'],
  columns: replicaColumns,
  selectable: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  prepare: (object) => withFields(object, { spec: fillTemplate(object.spec) }),
  validate: (object, before, subresource) =>
    subresource ? replicaStatus(object) : workload('ReplicaSet', object, before, { kind: 'deployment' }),
})

const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]

const without = (object: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))

const statefulUpdate = ({ spec }: StatefulSet, { spec: before }: StatefulSet): Causes =>
  when(!deepEqual(without(spec, changeable), without(before, changeable)), () =>
    cause.forbidden(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  )

const policies = ['OrderedReady', 'Parallel']

const statefulRules = ({ spec }: StatefulSet): Causes => [
  ...when(!policies.includes(spec.podManagementPolicy ?? ''), () =>
    cause.invalid('spec.podManagementPolicy', spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"),
  ),
  ...statefulRollout('spec.updateStrategy', spec.updateStrategy ?? {}),
  ...notNegative('spec.ordinals.start', spec.ordinals?.start),
  ...(spec.serviceName ? follows('spec.serviceName', spec.serviceName, dnsLabel) : []),
  ...(spec.volumeClaimTemplates ?? []).flatMap((each, i) =>
    claimSpec(`spec.volumeClaimTemplates[${i}].spec`, each.spec),
  ),
]

/** Nobody looks at how much of it a StatefulSet keeps. */
const withoutHistory = ({ spec: { revisionHistoryLimit: _, ...spec } }: StatefulSet): Workload & Templated =>
  ({ spec }) as Workload & Templated // all that is asked about

const statefulStatus = (object: StatefulSet, before: StatefulSet | undefined): Causes => [
  ...counts(object.status, ['replicas', ...parts, 'currentReplicas', 'updatedReplicas'], 'replicas', [
    ...parts,
    'currentReplicas',
    'updatedReplicas',
  ]),
  ...availableOfReady(object),
  ...collisions(object, before),
]

/** The claims of a StatefulSet are whole objects. */
const wholeClaim = (claim: object): object => ({
  kind: 'PersistentVolumeClaim',
  apiVersion: 'v1',
  ...claim,
  status: { phase: 'Pending' },
})

const statefulSet = kind<StatefulSet>(apps, 'StatefulSet', 'statefulsets', {
  ...scalable,
  shortNames: ['sts'],
  columns: [
    column.name,
    text(
      'Ready',
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
      'Number of the pod with ready state',
    ),
    column.age,
    ...wideOnly(containers, images),
  ],
  prepare: (object) => {
    const updateStrategy = rolling(object.spec.updateStrategy, { partition: 0 })
    const claims = object.spec.volumeClaimTemplates
    const volumeClaimTemplates = claims?.map(wholeClaim) as typeof claims // with more than they had
    const spec = withFields(fillTemplate(object.spec), {
      ...(updateStrategy && { updateStrategy }),
      ...(volumeClaimTemplates && !deepEqual(volumeClaimTemplates, claims) && { volumeClaimTemplates }),
    })
    return withFields(object, { spec })
  },
  validate: (object, before, subresource) =>
    subresource
      ? statefulStatus(object, before)
      : [
          ...statefulRules(object),
          ...workload('StatefulSet', withoutHistory(object), undefined, { kind: 'statefulset', wrong: '' }),
          ...(before ? statefulUpdate(object, before) : []),
        ],
})

const daemonCounts = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
]

const templateGeneration = 'deprecated.daemonset.template.generation'

/** How often its template changed, which is told where it always has been. */
function withTemplateGeneration(object: DaemonSet, before: DaemonSet | undefined): DaemonSet {
  const said = before?.metadata.annotations?.[templateGeneration]
  const same = !before || deepEqual(before.spec.template, object.spec.template)
  const own = object.metadata.annotations?.[templateGeneration]
  const generation = before ? String(Number(said ?? 0) + (same ? 0 : 1)) : (own ?? '1')
  if (own === generation) return object
  const annotations = { ...object.metadata.annotations, [templateGeneration]: generation }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

const daemonSet = kind<DaemonSet>(apps, 'DaemonSet', 'daemonsets', {
  shortNames: ['ds'],
  categories: ['all'],
  subresources: ['status'],
  columns: [
    column.name,
    count('Desired', ({ status }) => status?.desiredNumberScheduled),
    count('Current', ({ status }) => status?.currentNumberScheduled),
    count('Ready', ({ status }) => status?.numberReady),
    count('Up-to-date', ({ status }) => status?.updatedNumberScheduled),
    count('Available', ({ status }) => status?.numberAvailable),
    text('Node Selector', ({ spec }) => labelsText(spec.template.spec.nodeSelector)),
    column.age,
    ...wideOnly(containers, images, selected),
  ],
  prepare: (object, before) => {
    const updateStrategy = rolling(object.spec.updateStrategy, { maxSurge: 0, maxUnavailable: 1 })
    const spec = withFields(fillTemplate(object.spec), updateStrategy ? { updateStrategy } : {})
    return withTemplateGeneration(withFields(object, { spec }), before)
  },
  validate: (object, before, subresource) =>
    subresource
      ? [...counts(object.status, daemonCounts), ...collisions(object as Workload, before as Workload | undefined)]
      : [
          ...workload('DaemonSet', object, before, { kind: 'daemonset', mayBeMissing: true }),
          ...daemonRollout('spec.updateStrategy', object.spec.updateStrategy ?? {}),
        ],
})

/** Without a selector, its Pods are those with the labels of the template, which are its own, too, when it has none. */
function prepareController(object: ReplicationController): ReplicationController {
  const { template, selector } = object.spec
  if (!template) return object
  const { labels } = template.metadata ?? {}
  const isUnlabelled = Object.keys(object.metadata.labels ?? {}).length === 0
  const spec = withFields(object.spec, {
    template: defaultTemplate(template),
    ...(!selector && labels && { selector: labels }),
  })
  const whole = withFields(object, { spec })
  return isUnlabelled && labels ? { ...whole, metadata: { ...whole.metadata, labels } } : whole
}

const controllerRules = ({ spec }: ReplicationController): Causes => [
  ...notNegative('spec.minReadySeconds', spec.minReadySeconds),
  ...when(Object.keys(spec.selector ?? {}).length === 0, () => cause.required('spec.selector')),
  ...notNegative('spec.replicas', spec.replicas),
  ...(spec.template ? controllerTemplate(spec.template, spec.selector) : [cause.required('spec.template')]),
]

const controllerTemplate = (template: PodTemplate, selector: StringMap = {}): Causes => {
  const { labels = {} } = template.metadata ?? {}
  const others = Object.keys(selector).some((key) => labels[key] !== selector[key])
  return [
    ...when(others, () =>
      cause.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'),
    ),
    ...lastingTemplate('spec.template', 'ReplicationController', template),
  ]
}

const replicationController = kind<ReplicationController>(core, 'ReplicationController', 'replicationcontrollers', {
  deletion: { orphans: true },
  ...scalable,
  shortNames: ['rc'],
  columns: [
    column.name,
    count('Desired', ({ spec }) => spec.replicas),
    count('Current', ({ status }) => status?.replicas),
    count('Ready', ({ status }) => status?.readyReplicas),
    column.age,
    ...wideOnly<ReplicationController>(
      text('Containers', ({ spec }) => containerNames(spec.template?.spec)),
      text('Images', ({ spec }) => containerImages(spec.template?.spec)),
      text('Selector', ({ spec }) => labelsText(spec.selector)),
    ),
  ],
  selectable: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  prepare: prepareController,
  validate: (object, _, subresource) => (subresource ? replicaStatus(object as Workload) : controllerRules(object)),
})

const controllerOf = ({ metadata: { ownerReferences = [] } }: Manifest): string => {
  const owner = ownerReferences.find(({ controller }) => controller)
  if (!owner) return none
  const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : ['']
  return `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`
}

const controllerRevision = kind<ControllerRevision>(apps, 'ControllerRevision', 'controllerrevisions', {
  columns: [
    column.name,
    text('Controller', controllerOf, 'Controller of the object'),
    count('Revision', ({ revision }) => revision),
    column.age,
  ],
  validate: ({ revision, data }, before) => [
    ...when(data === undefined || data === null, () => cause.required('data', 'data is mandatory')),
    ...notNegative('revision', revision),
    ...(before ? immutable('data', data, before.data) : []),
  ],
})

export const workloads: readonly Resource[] = [
  deployment,
  replicaSet,
  statefulSet,
  daemonSet,
  controllerRevision,
  replicationController,
]
