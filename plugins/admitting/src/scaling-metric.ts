import {
  chosen,
  compareQuantities,
  type Field,
  type MetricSpec,
  type MetricTarget,
  named,
  type Problems,
  present,
  quantityText,
} from '@flotilla/sdk'
import { pathSegment, scaleTargetProblems } from './scaling-target.ts'

/** A type of metric, and the field that describes it. A federation has no external metrics of its own. */
const sources = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
} as const satisfies Readonly<Record<string, keyof MetricSpec>>

type Source = (typeof sources)[keyof typeof sources]
type Amount = 'averageUtilization' | 'averageValue' | 'value'

/** By what each type of metric can be measured. */
const amounts: Readonly<Record<Source, readonly Amount[]>> = {
  resource: ['averageUtilization', 'averageValue'],
  containerResource: ['averageUtilization', 'averageValue'],
  pods: ['averageValue'],
  object: ['averageValue', 'value'],
}

function* quantityProblems(quantity: Field<string | number | undefined>): Problems {
  const { value } = quantity
  if (value === undefined) return
  const wrong = quantityText(String(value))
  if (wrong) yield quantity.invalid(wrong)
  else if (compareQuantities(value, 0) <= 0) yield quantity.invalid('must be positive')
}

function* targetProblems(target: Field<MetricTarget | undefined>, source: Source): Problems {
  const utilization = target.at('averageUtilization')
  yield* chosen(target.at('type'), ['Utilization', 'Value', 'AverageValue'])
  yield* quantityProblems(target.at('value'))
  yield* quantityProblems(target.at('averageValue'))
  if (utilization.value !== undefined && utilization.value < 1) yield utilization.invalid('must be at least 1')
  const set = amounts[source].filter((amount) => target.at(amount).value !== undefined)
  if (set.length !== 1)
    yield target.invalid(`must set ${amounts[source].join(' or ')}${set.length > 1 ? ', one of them' : ''}`)
}

function* sourceProblems(metric: Field<MetricSpec>, source: Source): Problems {
  yield* targetProblems(metric.at(source).at('target'), source)
  if (source === 'resource' || source === 'containerResource') yield* present(metric.at(source).at('name'))
  else yield* named(metric.at(source).at('metric').at('name'), pathSegment)
  if (source === 'containerResource') yield* present(metric.at(source).at('container'))
  if (source === 'object') yield* scaleTargetProblems(metric.at(source).at('describedObject'))
}

/** A metric that cannot be measured, or not that way. */
export function* metricProblems(metric: Field<MetricSpec>): Problems {
  yield* chosen(metric.at('type'), Object.keys(sources))
  for (const [type, source] of Object.entries(sources)) {
    const field = metric.at(source)
    if (type !== metric.value.type) {
      if (field.value !== undefined) yield field.forbidden(`the type of the metric is ${metric.value.type}`)
    } else if (field.value === undefined) {
      yield field.required(`it describes a metric of type ${type}`)
    } else {
      yield* sourceProblems(metric, source)
    }
  }
  if (metric.value.external !== undefined) yield metric.at('external').forbidden('external metrics are not supported')
}
