import { deepEqual, type LabelSelector, type Manifest } from '@flotilla/sdk'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { containerImages, containerNames, labelsText, none, selectorText } from './cells.ts'
import { type Causes, countOrPercent, immutable, notNegative, ownSelector, when } from './checks.ts'
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
  readonly selector: LabelSelector
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
  readonly spec: WorkloadSpec & { readonly updateStrategy?: Strategy; readonly serviceName?: string }
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
  readonly spec: { readonly template: PodTemplate; readonly selector: LabelSelector }
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

function rollout(field: string, strategy: Strategy | undefined): Causes {
  const { type, rollingUpdate } = strategy ?? {}
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {}
  const at = `${field}.rollingUpdate`
  if (type === 'Recreate') {
    return when(rollingUpdate !== undefined, () =>
      cause.forbidden(at, "may not be specified when strategy `type` is 'Recreate'"),
    )
  }
  return [
    ...countOrPercent(`${at}.maxUnavailable`, maxUnavailable),
    ...countOrPercent(`${at}.maxSurge`, maxSurge),
    ...when(isNone(maxUnavailable) && isNone(maxSurge), () =>
      cause.invalid(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
    ),
    ...notNegative(`${at}.partition`, rollingUpdate?.partition),
  ]
}

const numbers = (spec: Partial<WorkloadSpec>): Causes => [
  ...notNegative('spec.replicas', spec.replicas),
  ...notNegative('spec.minReadySeconds', spec.minReadySeconds),
  ...notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
]

/** What all workloads with a selector and a template of their own have to keep to. */
const workload = (name: string, { spec }: Templated & { spec: Partial<WorkloadSpec> }, before?: Templated): Causes => [
  ...numbers(spec),
  ...ownSelector(name, spec.selector, spec.template.metadata?.labels, before?.spec.selector),
  ...lastingTemplate('spec.template', spec.template),
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
  validate: (object, before) => [
    ...workload('deployment', object, before),
    ...rollout('spec.strategy', object.spec.strategy),
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
  validate: (object, before) => workload('replicaset', object, before),
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
    return withFields(object, { spec: withFields(fillTemplate(object.spec), updateStrategy ? { updateStrategy } : {}) })
  },
  validate: (object, before) => [
    ...workload('statefulset', object),
    ...rollout('spec.updateStrategy', object.spec.updateStrategy),
    ...(before ? statefulUpdate(object, before) : []),
  ],
})

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
  prepare: (object) => {
    const updateStrategy = rolling(object.spec.updateStrategy, { maxSurge: 0, maxUnavailable: 1 })
    return withFields(object, { spec: withFields(fillTemplate(object.spec), updateStrategy ? { updateStrategy } : {}) })
  },
  validate: (object, before) => [
    ...workload('daemonset', object, before),
    ...rollout('spec.updateStrategy', object.spec.updateStrategy),
  ],
})

/** Without a selector, its Pods are those with the labels of the template. */
function prepareController(object: ReplicationController): ReplicationController {
  const { template, selector } = object.spec
  if (!template) return object
  const labels = template.metadata?.labels
  const spec = withFields(object.spec, {
    template: defaultTemplate(template),
    ...(!selector && labels && { selector: labels }),
  })
  return withFields(object, { spec })
}

const replicationController = kind<ReplicationController>(core, 'ReplicationController', 'replicationcontrollers', {
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
  validate: ({ spec }) => [
    ...numbers({ replicas: spec.replicas ?? 0 }),
    ...when(Object.keys(spec.selector ?? {}).length === 0, () => cause.required('spec.selector')),
    ...(spec.template ? lastingTemplate('spec.template', spec.template) : [cause.required('spec.template')]),
  ],
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
