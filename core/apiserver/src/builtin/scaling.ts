import type { LabelSelector, Manifest } from '@flotilla/sdk'
import { pathSegment } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { none } from './cells.ts'
import { type Causes, countOrPercent, positive, requiredName, selector, when } from './checks.ts'
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
  readonly resource?: { readonly name: string; readonly target?: Target; readonly current?: Value }
  readonly containerResource?: { readonly name: string; readonly target?: Target; readonly current?: Value }
  readonly pods?: { readonly target?: Target; readonly current?: Value }
  readonly object?: { readonly target?: Target; readonly current?: Value }
  readonly external?: { readonly target?: Target; readonly current?: Value }
}

interface ScalingRules {
  readonly stabilizationWindowSeconds?: number
  readonly selectPolicy?: string
  readonly policies?: readonly { readonly type: string; readonly value: number; readonly periodSeconds: number }[]
}

export interface Autoscaler extends Manifest {
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string }
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

interface DisruptionBudget extends Manifest {
  readonly spec?: {
    readonly minAvailable?: number | string
    readonly maxUnavailable?: number | string
    readonly selector?: LabelSelector
  }
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
        ...(behavior.scaleUp && { scaleUp: completed(behavior.scaleUp, upward) }),
        ...(behavior.scaleDown && { scaleDown: completed(behavior.scaleDown, downward) }),
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

const metric = (field: string, found: Metric): Causes => {
  const wanted = `${found.type.charAt(0).toLowerCase()}${found.type.slice(1)}`
  const has = sources.filter((name) => found[name] !== undefined)
  return [
    ...when(!has.some((name) => name === wanted), () =>
      cause.required(`${field}.${wanted}`, `must populate the given metric source`),
    ),
    ...has
      .filter((name) => name !== wanted)
      .map((name) => cause.forbidden(`${field}.${name}`, `must populate the given metric source only`)),
  ]
}

/** What it scales, and between which numbers. */
export const bounds = (autoscaler: Pick<Autoscaler, 'spec'>): Causes => [
  ...requiredName('spec.scaleTargetRef.kind', autoscaler.spec.scaleTargetRef.kind, pathSegment),
  ...requiredName('spec.scaleTargetRef.name', autoscaler.spec.scaleTargetRef.name, pathSegment),
  ...replicas(autoscaler),
]

const replicas = ({ spec: { minReplicas = 1, maxReplicas } }: Pick<Autoscaler, 'spec'>): Causes => [
  ...when(minReplicas < 1, () => cause.invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1')),
  ...positive('spec.maxReplicas', maxReplicas),
  ...when(maxReplicas < minReplicas, () =>
    cause.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'),
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
  validate: (object) => [
    ...bounds(object),
    ...(object.spec.metrics ?? []).flatMap((each, i) => metric(`spec.metrics[${i}]`, each)),
  ],
})

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
  validate: ({ spec = {} }) => [
    ...when(spec.minAvailable !== undefined && spec.maxUnavailable !== undefined, () =>
      cause.invalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set'),
    ),
    ...countOrPercent('spec.minAvailable', spec.minAvailable),
    ...countOrPercent('spec.maxUnavailable', spec.maxUnavailable),
    ...selector('spec.selector', spec.selector),
  ],
})

export const scaling: readonly Resource[] = [autoscaler, disruptionBudget]
