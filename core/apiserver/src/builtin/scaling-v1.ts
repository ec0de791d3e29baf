import type { Manifest } from '@flotilla/sdk'
import type { Convert, Resource } from '../resource.ts'
import { positive } from './checks.ts'
import { column, count, type Group, kind, text } from './kind.ts'
import { withFields } from './pod-defaults.ts'
import { type Autoscaler, bounds, type Metric, processorAt } from './scaling.ts'

const autoscaling: Group = { group: 'autoscaling', version: 'v1', schemas: 'io.k8s.api.autoscaling.v1' }

/** An autoscaler as the first version has it: it knows no metric but the CPU. */
interface AutoscalerV1 extends Manifest {
  readonly spec: Pick<Autoscaler['spec'], 'scaleTargetRef' | 'minReplicas' | 'maxReplicas'> & {
    readonly targetCPUUtilizationPercentage?: number
  }
  readonly status?: {
    readonly currentReplicas?: number
    readonly desiredReplicas?: number
    readonly currentCPUUtilizationPercentage?: number
  }
}

const share = ({ resource }: Metric): number | undefined =>
  resource?.name === 'cpu' ? resource.target?.averageUtilization : undefined

const usedShare = ({ resource }: Metric): number | undefined =>
  resource?.name === 'cpu' ? resource.current?.averageUtilization : undefined

const firstOf = (metrics: readonly Metric[] = [], number: (metric: Metric) => number | undefined): number | undefined =>
  metrics.map(number).find((found) => found !== undefined)

const older = ({ spec, status, ...rest }: Autoscaler, apiVersion: string): AutoscalerV1 => {
  const { metrics, behavior: _, ...bounded } = spec
  const { currentMetrics, conditions: __, ...counted } = status ?? {}
  const target = firstOf(metrics, share)
  const used = firstOf(currentMetrics, usedShare)
  return {
    ...rest,
    apiVersion,
    spec: { ...bounded, ...(target !== undefined && { targetCPUUtilizationPercentage: target }) },
    ...(status && { status: { ...counted, ...(used !== undefined && { currentCPUUtilizationPercentage: used }) } }),
  }
}

/** The metrics with the CPU's share as it is said; the others stay. */
const metricsWith = (target: number | undefined, before: readonly Metric[] = []): readonly Metric[] => {
  if (target === firstOf(before, share)) return before
  const others = before.filter((metric) => share(metric) === undefined)
  return target === undefined ? others : [processorAt(target), ...others]
}

/** What the first version cannot say is as it was. */
const newer = ({ spec, status, ...rest }: AutoscalerV1, apiVersion: string, before?: Autoscaler): Autoscaler => {
  const { targetCPUUtilizationPercentage: target, ...bounded } = spec
  const { currentCPUUtilizationPercentage: _, ...counted } = status ?? {}
  const metrics = metricsWith(target, before?.spec.metrics)
  const behavior = before?.spec.behavior
  return {
    ...rest,
    apiVersion,
    spec: { ...bounded, ...(metrics.length > 0 && { metrics }), ...(behavior && { behavior }) },
    ...(status && { status: { ...before?.status, ...counted } }),
  } as Autoscaler // the two have the rest in common
}

const hasSpec = (object: Manifest): boolean => typeof object.spec === 'object' && object.spec !== null

const convert: Convert = (object, apiVersion, before) => {
  if (!hasSpec(object)) return undefined // it was not checked yet, and will not pass
  return apiVersion === 'autoscaling/v1'
    ? older(object as Autoscaler, apiVersion)
    : newer(object as AutoscalerV1, apiVersion, before as Autoscaler | undefined)
}

const shareText = (value: number | undefined): string => (value === undefined ? '<unknown>' : `${value}%`)

const autoscaler = kind<AutoscalerV1>(autoscaling, 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: ['status'],
  generation: false,
  viewOf: { id: 'horizontalpodautoscalers.autoscaling', apiVersion: 'autoscaling/v2', convert },
  columns: [
    column.name,
    text('Reference', ({ spec: { scaleTargetRef } }) => `${scaleTargetRef.kind}/${scaleTargetRef.name}`),
    text(
      'Targets',
      ({ spec, status }) =>
        `cpu: ${shareText(status?.currentCPUUtilizationPercentage)}/${shareText(spec.targetCPUUtilizationPercentage)}`,
    ),
    text('MinPods', ({ spec }) => String(spec.minReplicas ?? '<unset>')),
    count('MaxPods', ({ spec }) => spec.maxReplicas),
    count('Replicas', ({ status }) => status?.currentReplicas),
    column.age,
  ],
  prepare: (object, before) =>
    before ? object : withFields(object, { spec: { targetCPUUtilizationPercentage: 80, ...object.spec } }),
  validate: (object, before) => [
    ...bounds(object, before),
    ...positive('spec.metrics[0].resource.target.averageUtilization', object.spec.targetCPUUtilizationPercentage),
  ],
})

/** The first version of what `scaling.ts` has. */
export const scalingV1: readonly Resource[] = [autoscaler]
