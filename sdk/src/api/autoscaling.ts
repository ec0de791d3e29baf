import type { LabelSelector } from '../manifest.ts'
import {
  type AnyFields,
  type Fields,
  int32,
  int64,
  list,
  object,
  quantity,
  required,
  type Schema,
  text,
  time,
} from '../schema.ts'
import { labelSelectorSchema } from './kubernetes.ts'

/** The object that is scaled, in the same namespace. */
export interface ScaleTarget {
  readonly apiVersion?: string
  readonly kind: string
  readonly name: string
}

/** How much of a metric there should be. `type` is `Utilization`, `Value` or `AverageValue`. */
export interface MetricTarget {
  readonly type: string
  readonly value?: string | number
  readonly averageValue?: string | number
  readonly averageUtilization?: number
}

/** How much of a metric there is. */
export type MetricValue = Omit<MetricTarget, 'type'>

export interface MetricIdentifier {
  readonly name: string
  readonly selector?: LabelSelector
}

interface ResourceMetric {
  readonly name: string
}

interface ContainerResourceMetric {
  readonly name: string
  readonly container: string
}

interface NamedMetric {
  readonly metric: MetricIdentifier
}

interface ObjectMetric {
  readonly metric: MetricIdentifier
  readonly describedObject: ScaleTarget
}

/** A metric of any type, and what is said of its amount. */
interface MetricOf<Amount> {
  readonly type: string
  readonly resource?: ResourceMetric & Amount
  readonly containerResource?: ContainerResourceMetric & Amount
  readonly pods?: NamedMetric & Amount
  readonly object?: ObjectMetric & Amount
  readonly external?: NamedMetric & Amount
}

/** What to scale by (`autoscaling/v2`). */
export type MetricSpec = MetricOf<{ readonly target: MetricTarget }>

/** What a metric was last (`autoscaling/v2`). */
export type MetricStatus = MetricOf<{ readonly current: MetricValue }>

export interface ScalingPolicy {
  /** `Pods` or `Percent`. */
  readonly type: string
  readonly value: number
  readonly periodSeconds: number
}

export interface ScalingRules {
  readonly stabilizationWindowSeconds?: number
  /** `Max`, `Min` or `Disabled`. */
  readonly selectPolicy?: string
  readonly policies?: readonly ScalingPolicy[]
  readonly tolerance?: string | number
}

export interface ScalingBehavior {
  readonly scaleUp?: ScalingRules
  readonly scaleDown?: ScalingRules
}

/** How the HorizontalPodAutoscaler last saw its target (`autoscaling/v2`). */
export interface AutoscalerStatus {
  readonly observedGeneration?: number
  readonly lastScaleTime?: string
  readonly currentReplicas?: number
  readonly desiredReplicas: number
  readonly currentMetrics?: readonly MetricStatus[]
  readonly conditions?: readonly AutoscalerCondition[]
}

/** Less strict than the standard condition. */
export interface AutoscalerCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

export const scaleTargetSchema = (description: string): Schema =>
  object<ScaleTarget>(description, {
    apiVersion: text('Version of the object.'),
    kind: required(text('Kind of the object.')),
    name: required(text('Name of the object.')),
  })

const amountFields: Fields<MetricValue> = {
  value: quantity('In all.'),
  averageValue: quantity('For each pod.'),
  averageUtilization: int32('For each pod, in percent of what it asks for.'),
}

const metric = required(
  object<MetricIdentifier>('The metric.', {
    name: required(text('Name of the metric.')),
    selector: labelSelectorSchema('Labels of the metric.'),
  }),
)

const metricSchema = (amount: AnyFields): Schema =>
  object<MetricOf<unknown>>('A metric.', {
    type: required(text('Resource, ContainerResource, Pods, Object or External.')),
    resource: object<ResourceMetric>('A resource of the pods.', {
      name: required(text('Name of the resource.')),
      ...amount,
    }),
    containerResource: object<ContainerResourceMetric>('A resource of one container of the pods.', {
      name: required(text('Name of the resource.')),
      container: required(text('Name of the container.')),
      ...amount,
    }),
    pods: object<NamedMetric>('A metric of the pods.', { metric, ...amount }),
    object: object<ObjectMetric>('A metric of another object.', {
      metric,
      describedObject: required(scaleTargetSchema('The object.')),
      ...amount,
    }),
    external: object<NamedMetric>('A metric of something outside.', { metric, ...amount }),
  })

const target = required(
  object<MetricTarget>('How much there should be.', {
    type: required(text('Utilization, Value or AverageValue.')),
    ...amountFields,
  }),
)

export const metricSpecsSchema = (description: string): Schema => list(description, metricSchema({ target }))

const current = required(object<MetricValue>('How much there is.', amountFields))

const scalingPolicySchema = object<ScalingPolicy>('How much may change in a while.', {
  type: required(text('Pods or Percent.')),
  value: required(int32('How many, or how much.')),
  periodSeconds: required(int32('The while: 1 to 1800 seconds.')),
})

const scalingRulesSchema = (description: string): Schema =>
  object<ScalingRules>(description, {
    stabilizationWindowSeconds: int32('How far back the most careful recommendation counts: 0 to 3600.'),
    selectPolicy: text('Which policy counts: Max, Min or Disabled.'),
    policies: list('How much may change.', scalingPolicySchema, { atomic: true }),
    tolerance: quantity('How far off the target nothing happens.'),
  })

export const scalingBehaviorSchema = object<ScalingBehavior>('How fast it scales.', {
  scaleUp: scalingRulesSchema('How fast it grows.'),
  scaleDown: scalingRulesSchema('How fast it shrinks.'),
})

const conditionSchema = object<AutoscalerCondition>('One aspect of the current state.', {
  type: required(text('Type of the condition.')),
  status: required(text('True, False or Unknown.')),
  reason: text('Why, in one CamelCase word for programs.'),
  message: text('Why, in words for people.'),
  lastTransitionTime: time('When the status last changed.'),
})

export const autoscalerStatusSchema = object<AutoscalerStatus>('What became of it.', {
  observedGeneration: int64('Generation this was said about.'),
  lastScaleTime: time('When it last scaled.'),
  currentReplicas: int32('How many replicas there are.'),
  desiredReplicas: required(int32('How many there should be.')),
  currentMetrics: list('What the metrics are.', metricSchema({ current }), { atomic: true }),
  conditions: list('AbleToScale, ScalingActive, ScalingLimited.', conditionSchema, { key: 'type' }),
})
