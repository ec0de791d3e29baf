import { formatQuantity, type MetricSpec, type MetricStatus, type MetricTarget, parseQuantity } from '@flotilla/sdk'
import type { Pod } from '../api/pod.ts'
import { isLeaving } from '../owner.ts'
import { isReady } from '../pod/condition.ts'
import type { Meter } from '../usage/meter.ts'
import { type Resource, resources } from '../usage/script.ts'
import { type ContainerUsage, requestOf } from '../usage/usage.ts'
import { replicasFor, type Sample, type Tolerance } from './replicas.ts'

/** What a metric comes to, and what is said of it. */
export interface Proposal {
  readonly replicas: number
  /** As Kubernetes calls the metric when it says why. */
  readonly name: string
  readonly status: MetricStatus
}

/** Why a metric comes to nothing, for a condition and for people. */
export class NoProposal extends Error {
  constructor(
    readonly reason: string,
    message: string,
    /** The same, as an event names it that counts the metrics. */
    readonly what: string,
  ) {
    super(message)
  }
}

export interface Surroundings {
  readonly namespace: string
  /** All that are selected. */
  readonly pods: readonly Pod[]
  readonly meter: Meter
  readonly current: number
  readonly tolerance: Tolerance
}

/** A resource of whole pods, or of one of their containers. */
interface Measured {
  readonly resource: Resource
  readonly container?: string
  readonly target: MetricTarget
}

const isKnown = (name: string): name is Resource => resources.some((each) => each === name)

const isMeant = ({ container }: Measured, { name }: { readonly name: string }): boolean =>
  container === undefined || container === name

function usedBy(usages: readonly ContainerUsage[], measured: Measured): number | undefined {
  const meant = usages.filter((each) => isMeant(measured, each))
  return meant.length === 0 ? undefined : meant.reduce((all, { usage }) => all + usage[measured.resource], 0)
}

/** What the containers of a pod ask for. Throws for one that does not say. */
function asked({ spec, metadata }: Pod, measured: Measured): number {
  const { resource } = measured
  const requests = spec.containers
    .filter((each) => isMeant(measured, each))
    .map((container) => {
      const request = requestOf(container, resource)
      if (request === undefined)
        throw new Error(`missing request for ${resource} in container ${container.name} of Pod ${metadata.name}`)
      return request
    })
  return requests.reduce((all, each) => all + each, 0)
}

const isStarting = (pod: Pod, resource: Resource): boolean =>
  (pod.status?.phase ?? 'Pending') === 'Pending' || (resource === 'cpu' && !isReady(pod))

const counts = (pod: Pod): boolean => !isLeaving(pod) && pod.status?.phase !== 'Failed'

function sampleOf(pod: Pod, measured: Measured, used: number | undefined): Sample {
  const { resource, target } = measured
  const start = isStarting(pod, resource)
  if (target.averageUtilization === undefined) {
    const wanted = Number(parseQuantity(target.averageValue ?? 0))
    return { used, wanted, assumed: wanted, isStarting: start }
  }
  const request = asked(pod, measured)
  const share = target.averageUtilization / 100
  return { used, wanted: request * share, assumed: request * Math.max(1, share), isStarting: start }
}

const average = (numbers: readonly number[]): number =>
  Math.round(numbers.reduce((all, each) => all + each, 0) / Math.max(1, numbers.length))

const writtenAs = { cpu: 'DecimalSI', memory: 'BinarySI' } as const

function statusOf({ type }: MetricSpec, measured: Measured, samples: readonly Sample[]): MetricStatus {
  const { resource, container, target } = measured
  const ready = samples.filter((sample) => !sample.isStarting && sample.used !== undefined)
  const used = ready.map(({ used = 0 }) => used)
  const averageValue = formatQuantity(BigInt(average(used)), writtenAs[resource])
  const wanted = average(ready.map((sample) => sample.wanted))
  const { averageUtilization: share } = target
  const current = {
    averageValue,
    ...(share !== undefined && { averageUtilization: Math.floor((average(used) * share) / wanted) }),
  }
  return container === undefined
    ? { type, resource: { name: resource, current } }
    : { type, containerResource: { name: resource, container, current } }
}

/** Says of a resource how many pods there should be. Throws a plain error that says why not. */
function measure(metric: MetricSpec, measured: Measured, { pods, meter, current, tolerance }: Surroundings): Proposal {
  if (pods.length === 0) throw new Error('no pods returned by selector while calculating replica count')
  const usages = new Map(pods.map((pod) => [pod, usedBy(meter(pod), measured)]))
  const { resource, container, target } = measured
  if (![...usages.values()].some((used) => used !== undefined))
    throw new Error(`unable to get metrics for resource ${resource}: no metrics returned from resource metrics API`)
  const samples = pods.filter(counts).map((pod) => sampleOf(pod, measured, usages.get(pod)))
  const replicas = replicasFor(samples, current, tolerance)
  if (replicas === undefined) throw new Error('did not receive metrics for targeted pods (pods might be unready)')
  const whose = container === undefined ? 'resource' : 'container resource'
  const share = target.averageUtilization === undefined ? '' : ' utilization (percentage of request)'
  return { replicas, name: `${resource} ${whose}${share}`, status: statusOf(metric, measured, samples) }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function ofResource(metric: MetricSpec, measured: Measured, surroundings: Surroundings): Proposal {
  try {
    return measure(metric, measured, surroundings)
  } catch (error) {
    const { resource, target, container } = measured
    const how = target.averageUtilization === undefined ? 'usage' : 'utilization'
    const reason = container === undefined ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric'
    const what = container === undefined ? `${resource} resource metric value` : `${container} container metric value`
    throw new NoProposal(reason, `failed to get ${resource} ${how}: ${messageOf(error)}`, what)
  }
}

const nobody =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'

/** There is nobody who would know anything else than resources, and it is said as it is in a cluster with metrics-server alone. */
function unknown({ pods, object, external }: MetricSpec, namespace: string): NoProposal {
  if (pods)
    return new NoProposal(
      'FailedGetPodsMetric',
      `unable to get metric ${pods.metric.name}: ${nobody}`,
      'pods metric value',
    )
  if (object) {
    const { kind, name } = object.describedObject
    const about = `unable to get metric ${object.metric.name}: ${kind} on ${namespace} ${name}`
    return new NoProposal('FailedGetObjectMetric', `${about}/${nobody}`, 'object metric value')
  }
  const name = external?.metric.name ?? ''
  const absent = `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`
  const about = `unable to get external metric ${namespace}/${name}/nil: unable to fetch metrics from external metrics API`
  const what = `${name} external metric value: failed to get external metric ${name}`
  return new NoProposal('FailedGetExternalMetric', `${about}: ${absent}`, what)
}

/** How many pods there should be by one metric. Throws a `NoProposal`. */
export function propose(metric: MetricSpec, surroundings: Surroundings): Proposal {
  const source = metric.resource ?? metric.containerResource
  if (!source) throw unknown(metric, surroundings.namespace)
  const { name, target } = source
  const container = metric.containerResource?.container
  if (isKnown(name))
    return ofResource(metric, { resource: name, target, ...(container !== undefined && { container }) }, surroundings)
  const reason = container === undefined ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric'
  const message = `unable to get metrics for resource ${name}: no metrics returned from resource metrics API`
  throw new NoProposal(reason, `failed to get ${name} usage: ${message}`, `${name} resource metric value`)
}
