import { type LabelSelector, type Manifest, parseQuantity } from '@flotilla/sdk'
import { pathSegment } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { none } from './cells.ts'
import {
  type Causes,
  countOrPercent,
  counts,
  follows,
  notMoreThanAll,
  required,
  requiredName,
  selector,
  when,
} from './checks.ts'
import { column, count, type Group, kind, text } from './kind.ts'
import { withFields } from './pod-defaults.ts'

const autoscaling: Group = { group: 'autoscaling', version: 'v2', schemas: 'io.k8s.api.autoscaling.v2' }
const policy: Group = { group: 'policy', version: 'v1', schemas: 'io.k8s.api.policy.v1' }

interface Target {
  readonly type?: string
  readonly averageUtilization?: number
  readonly averageValue?: number | string
  readonly value?: number | string
}

type Value = Omit<Target, 'type'>

/** A metric: its type, and under the type's own name what it is of. */
export interface Metric {
  readonly type: string
  readonly resource?: Source
  readonly containerResource?: Source
  readonly pods?: Source
  readonly object?: Source
  readonly external?: Source
}

interface Source {
  readonly name?: string
  readonly container?: string
  readonly metric?: { readonly name?: string; readonly selector?: LabelSelector }
  readonly describedObject?: Reference
  readonly target?: Target
  readonly current?: Value
}

interface Reference {
  readonly apiVersion?: string
  readonly kind: string
  readonly name: string
}

interface ScalingPolicy {
  readonly type: string
  readonly value: number
  readonly periodSeconds: number
}

interface ScalingRules {
  readonly stabilizationWindowSeconds?: number
  readonly selectPolicy?: string
  readonly policies?: readonly ScalingPolicy[]
}

export interface Autoscaler extends Manifest {
  readonly spec: {
    readonly scaleTargetRef: Reference
    readonly minReplicas?: number
    readonly maxReplicas: number
    readonly metrics?: readonly Metric[]
    readonly behavior?: { readonly scaleUp?: ScalingRules; readonly scaleDown?: ScalingRules }
  }
  readonly status?: {
    readonly currentReplicas?: number
    readonly currentMetrics?: readonly Metric[]
    readonly conditions?: readonly object[]
  }
}

interface Budget {
  readonly minAvailable?: number | string
  readonly maxUnavailable?: number | string
  readonly selector?: LabelSelector
  readonly unhealthyPodEvictionPolicy?: string
}

interface DisruptionBudget extends Manifest {
  readonly spec?: Budget
  readonly status?: { readonly disruptionsAllowed?: number }
}

/** Of the CPU its Pods ask for, they use this share. */
export const processorAt = (averageUtilization: number): Metric => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})

const processor = processorAt(80)

const upward: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
}

const downward: ScalingRules = {
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
}

/** Whoever speaks of behaviour gets it whole. */
function prepare(autoscaler: Autoscaler): Autoscaler {
  const { metrics, behavior } = autoscaler.spec
  const spec = withFields(autoscaler.spec, {
    metrics: metrics?.length ? metrics : [processor],
    ...(behavior && {
      behavior: withFields(behavior, {
        scaleUp: completed(behavior.scaleUp ?? upward, upward),
        scaleDown: completed(behavior.scaleDown ?? downward, downward),
      }),
    }),
  })
  return withFields(autoscaler, { spec })
}

const completed = (rules: ScalingRules, defaults: ScalingRules): ScalingRules =>
  Object.keys(defaults).every((name) => name in rules) ? rules : { ...defaults, ...rules }

const sources = ['resource', 'containerResource', 'pods', 'object', 'external'] as const

const sourceOf = (metric: Metric) => sources.map((name) => metric[name]).find((source) => source !== undefined)

const nameOf = ({ resource, containerResource }: Metric): string =>
  resource || containerResource ? `${(resource ?? containerResource)?.name}: ` : ''

const amount = ({ averageUtilization, averageValue, value }: Value = {}): string | undefined =>
  averageUtilization === undefined ? (averageValue ?? value)?.toString() : `${averageUtilization}%`

function metricText(metric: Metric, i: number, { status }: Autoscaler): string {
  const target = sourceOf(metric)?.target
  const current = status?.currentMetrics?.[i]
  const found = current && amount(matching(sourceOf(current)?.current, target))
  return `${nameOf(metric)}${found ?? '<unknown>'}/${amount(target) ?? '<auto>'}`
}

/** Of what is measured, the number the target speaks of. */
const matching = (current: Value | undefined, target: Target | undefined): Value => {
  const { averageUtilization, averageValue, value } = current ?? {}
  if (target?.averageUtilization !== undefined) return averageUtilization === undefined ? {} : { averageUtilization }
  if (target?.averageValue !== undefined) return averageValue === undefined ? {} : { averageValue }
  return value === undefined ? {} : { value }
}

const mostMetrics = 2

function targets(autoscaler: Autoscaler): string {
  const metrics = autoscaler.spec.metrics ?? []
  if (metrics.length === 0) return none
  const shown = metrics.slice(0, mostMetrics).map((metric, i) => metricText(metric, i, autoscaler))
  const rest = metrics.length - shown.length
  return rest > 0 ? `${shown.join(', ')} + ${rest} more...` : shown.join(', ')
}

const metricTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource']
const types = ['Utilization', 'Value', 'AverageValue']

const isPositive = (amount: number | string): boolean => parseQuantity(amount) > 0n

const target = (field: string, { type, value, averageValue, averageUtilization }: Target): Causes => [
  ...when(!type, () => cause.required(`${field}.type`, 'must specify a metric target type')),
  ...when(!types.includes(type ?? ''), () =>
    cause.invalid(`${field}.type`, type ?? '', 'must be either Utilization, Value, or AverageValue'),
  ),
  ...when(value !== undefined && !isPositive(value), () =>
    cause.invalid(`${field}.value`, String(value), 'must be positive'),
  ),
  ...when(averageUtilization !== undefined && averageUtilization < 1, () =>
    cause.invalid(`${field}.averageUtilization`, averageUtilization, 'must be greater than 0'),
  ),
  ...when(averageValue !== undefined && !isPositive(averageValue), () =>
    cause.invalid(`${field}.averageValue`, String(averageValue), 'must be positive'),
  ),
]

/** A share of what is asked for, or an amount: one of the two. */
const share = (field: string, found: Target): Causes => [
  ...target(field, found),
  ...when(found.averageUtilization === undefined && found.averageValue === undefined, () =>
    cause.required(`${field}.averageUtilization`, 'must set either a target raw value or a target utilization'),
  ),
  ...when(found.averageUtilization !== undefined && found.averageValue !== undefined, () =>
    cause.forbidden(`${field}.averageValue`, 'may not set both a target raw value and a target utilization'),
  ),
]

/** A value of the whole, or of each Pod, and what is said when it is neither. */
const either = (field: string, found: Target, missing: string): Causes => [
  ...target(field, found),
  ...when(found.value === undefined && found.averageValue === undefined, () =>
    cause.required(`${field}.averageValue`, missing),
  ),
]

const metricName = (field: string, { metric }: Source): Causes => {
  const { name, selector: selected } = metric ?? {}
  return [
    ...(name
      ? follows(`${field}.metric.name`, name, pathSegment)
      : [cause.required(`${field}.metric.name`, 'must specify a metric name')]),
    ...selector(`${field}.metric.selector`, selected),
  ]
}

const resourceName = (field: string, { name }: Source): Causes =>
  required(`${field}.name`, name, 'must specify a resource name')

/** What is wrong with each kind of source. */
const sourceRules: Readonly<Record<(typeof sources)[number], (field: string, source: Source) => Causes>> = {
  resource: (field, source) => [...resourceName(field, source), ...share(`${field}.target`, source.target ?? {})],
  containerResource: (field, source) => [
    ...resourceName(field, source),
    ...required(`${field}.container`, source.container, 'must specify a container'),
    ...share(`${field}.target`, source.target ?? {}),
  ],
  pods: (field, source) => [
    ...metricName(field, source),
    ...target(`${field}.target`, source.target ?? {}),
    ...when(source.target?.averageValue === undefined, () =>
      cause.required(`${field}.target.averageValue`, 'must specify a positive target averageValue'),
    ),
  ],
  object: (field, source) => [
    ...reference(`${field}.describedObject`, source.describedObject ?? {}),
    ...metricName(field, source),
    ...either(`${field}.target`, source.target ?? {}, 'must set either a target value or averageValue'),
  ],
  external: (field, source) => [
    ...metricName(field, source),
    ...either(`${field}.target`, source.target ?? {}, 'must set either a target value for metric or a per-pod target'),
    ...when(source.target?.value !== undefined && source.target.averageValue !== undefined, () =>
      cause.forbidden(`${field}.target.value`, 'may not set both a target value for metric and a per-pod target'),
    ),
  ],
}

const metric = (field: string, found: Metric): Causes => {
  const { type = '' } = found
  const wanted = `${type.charAt(0).toLowerCase()}${type.slice(1)}`
  const has = sources.filter((name) => found[name] !== undefined)
  const isKnown = sources.some((name) => name === wanted)
  return [
    ...(type === ''
      ? [
          cause.required(`${field}.type`, 'must specify a metric source type'),
          cause.notSupported(`${field}.type`, type, metricTypes),
        ]
      : []),
    ...has.flatMap((name) => sourceRules[name](`${field}.${name}`, found[name] ?? {})),
    ...when(isKnown && !has.some((name) => name === wanted), () =>
      cause.required(`${field}.${wanted}`, 'must populate information for the given metric source'),
    ),
    ...(isKnown ? has : [])
      .filter((name) => name !== wanted)
      .map((name) => cause.forbidden(`${field}.${name}`, 'must populate the given metric source only')),
  ]
}

const longestWindow = 3600
const longestPeriod = 1800

const scalingPolicy = (field: string, { value, periodSeconds }: ScalingPolicy): Causes => [
  ...when(value <= 0, () => cause.invalid(`${field}.value`, value, 'must be greater than zero')),
  ...when(periodSeconds <= 0, () =>
    cause.invalid(`${field}.periodSeconds`, periodSeconds, 'must be greater than zero'),
  ),
  ...when(periodSeconds > longestPeriod, () =>
    cause.invalid(`${field}.periodSeconds`, periodSeconds, `must be less than or equal to ${longestPeriod}`),
  ),
]

const scalingRules = (field: string, { stabilizationWindowSeconds = 0, policies = [] }: ScalingRules): Causes => {
  const window = `${field}.stabilizationWindowSeconds`
  return [
    ...when(stabilizationWindowSeconds < 0, () =>
      cause.invalid(window, stabilizationWindowSeconds, 'must be greater than or equal to zero'),
    ),
    ...when(stabilizationWindowSeconds > longestWindow, () =>
      cause.invalid(window, stabilizationWindowSeconds, `must be less than or equal to ${longestWindow}`),
    ),
    ...when(policies.length === 0, () => cause.required(`${field}.policies`, 'must specify at least one Policy')),
    ...policies.flatMap((each, i) => scalingPolicy(`${field}.policies[${i}]`, each)),
  ]
}

const reference = (field: string, { kind: what, name }: Partial<Reference>): Causes => [
  ...requiredName(`${field}.kind`, what, pathSegment),
  ...requiredName(`${field}.name`, name, pathSegment),
]

/** What it scales, and between which numbers. */
export const bounds = (autoscaler: Pick<Autoscaler, 'spec'>, before?: object): Causes => [
  ...replicas(autoscaler),
  ...reference('spec.scaleTargetRef', autoscaler.spec.scaleTargetRef),
  ...(before ? [] : groupOf(autoscaler.spec.scaleTargetRef)),
]

/** Nothing of the core group can be scaled but by what nobody should use any more. */
const groupOf = ({ apiVersion = '', kind: what }: Reference): Causes =>
  when(!apiVersion.includes('/') && !(apiVersion === 'v1' && what === 'ReplicationController'), () =>
    cause.invalid('spec.scaleTargetRef.apiVersion', apiVersion, 'apiVersion must specify API group'),
  )

const replicas = ({ spec: { minReplicas = 1, maxReplicas, metrics = [] } }: BoundSpec): Causes => [
  ...when(minReplicas < 1, () => cause.invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1')),
  ...when(maxReplicas === 0, () => cause.required('spec.maxReplicas', 'must be set and greater than 0')),
  ...when(maxReplicas < 0, () => cause.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1')),
  ...when(maxReplicas < minReplicas, () =>
    cause.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'),
  ),
  ...when(minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External'), () =>
    cause.forbidden(
      'spec.metrics',
      'must specify at least one Object or External metric to support scaling to zero replicas',
    ),
  ),
]

type BoundSpec = Pick<Autoscaler, 'spec'>

const rules = (object: Autoscaler, before: Autoscaler | undefined): Causes => [
  ...bounds(object, before),
  ...(object.spec.metrics ?? []).flatMap((each, i) => metric(`spec.metrics[${i}]`, each)),
  ...(['scaleUp', 'scaleDown'] as const).flatMap((way) =>
    object.spec.behavior?.[way] ? scalingRules(`spec.behavior.${way}`, object.spec.behavior[way]) : [],
  ),
]

const autoscaler = kind<Autoscaler>(autoscaling, 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: ['status'],
  generation: false,
  columns: [
    column.name,
    text('Reference', ({ spec: { scaleTargetRef } }) => `${scaleTargetRef.kind}/${scaleTargetRef.name}`),
    text('Targets', targets),
    text('MinPods', ({ spec }) => String(spec.minReplicas ?? '<unset>')),
    count('MaxPods', ({ spec }) => spec.maxReplicas),
    count('Replicas', ({ status }) => status?.currentReplicas),
    column.age,
  ],
  prepare,
  validate: (object, before, subresource) =>
    subresource ? counts(object.status, ['currentReplicas', 'desiredReplicas']) : rules(object, before),
})

const budgetCounts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods']

/** As a program in Go shows it. */
const shownBudget = (spec: Budget): object => ({
  MinAvailable: spec.minAvailable ?? null,
  Selector: spec.selector ?? null,
  MaxUnavailable: spec.maxUnavailable ?? null,
  UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
})

const budgetRules = ({ spec = {} }: DisruptionBudget): Causes => [
  ...when(spec.minAvailable !== undefined && spec.maxUnavailable !== undefined, () =>
    cause.invalid('spec', shownBudget(spec), 'minAvailable and maxUnavailable cannot be both set'),
  ),
  ...(['minAvailable', 'maxUnavailable'] as const).flatMap((name) => [
    ...countOrPercent(`spec.${name}`, spec[name]),
    ...notMoreThanAll(`spec.${name}`, spec[name]),
  ]),
  ...selector('spec.selector', spec.selector),
]

const disruptionBudget = kind<DisruptionBudget>(policy, 'PodDisruptionBudget', 'poddisruptionbudgets', {
  shortNames: ['pdb'],
  subresources: ['status'],
  columns: [
    column.name,
    text('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
    text('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
    count('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed),
    column.age,
  ],
  validate: (object, _, subresource) => (subresource ? counts(object.status, budgetCounts) : budgetRules(object)),
})

export const scaling: readonly Resource[] = [autoscaler, disruptionBudget]
