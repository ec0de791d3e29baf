import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze, type MetricSpec } from '@flotilla/sdk'
import type { Autoscaler } from '../api/autoscaler.ts'
import type { Pod } from '../api/pod.ts'
import { ago, pod, ready } from '../testing/objects.ts'
import { blank, type Memory } from './behavior.ts'
import { conditionsWith, look } from './look.ts'

const now = 1_000_000

const cpu = (averageUtilization = 50): MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})

const autoscaler = (spec: Partial<Autoscaler['spec']> = {}): Autoscaler =>
  deepFreeze({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { namespace: 'default', name: 'web' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 10, metrics: [cpu()], ...spec },
  })

const requests = { cpu: '100m', memory: '64Mi' }
const pods = (count: number, more: object = { requests }): readonly Pod[] =>
  Array.from({ length: count }, (_, i) =>
    pod(`web-${i}`, { containers: [{ name: 'main', resources: more }] }, { status: ready }),
  )

/** Every pod uses so many thousandths of a core, and 32Mi. */
const using = (milli: number | undefined) => () =>
  milli === undefined ? [] : [{ name: 'main', usage: { cpu: milli, memory: 32 * 2 ** 20 * 1000 } }]

interface Case {
  readonly spec?: Partial<Autoscaler['spec']>
  readonly pods?: readonly Pod[]
  readonly used?: number
  readonly current?: number
  readonly memory?: Memory
  /** How many, and why it is not what there is. */
  readonly replicas: number | undefined
  readonly why?: string
  readonly says: readonly string[]
}

const ready0 = 'AbleToScale=True ReadyForNewScale'
const valid = 'ScalingActive=True ValidMetricFound'
const free = 'ScalingLimited=False DesiredWithinRange'
const above = 'cpu resource utilization (percentage of request) above target'
const below = 'All metrics below target'

const byMemory: MetricSpec = {
  type: 'Resource',
  resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '16Mi' } },
}
const ofContainer: MetricSpec = {
  type: 'ContainerResource',
  containerResource: { name: 'cpu', container: 'main', target: { type: 'Utilization', averageUtilization: 50 } },
}
const external: MetricSpec = {
  type: 'External',
  external: { metric: { name: 'queue' }, target: { type: 'Value', value: '5' } },
}
const ofPods: MetricSpec = {
  type: 'Pods',
  pods: { metric: { name: 'requests' }, target: { type: 'AverageValue', averageValue: '5' } },
}
const ofObject: MetricSpec = {
  type: 'Object',
  object: {
    metric: { name: 'hits' },
    describedObject: { kind: 'Ingress', name: 'web' },
    target: { type: 'Value', value: '5' },
  },
}

const cases: Readonly<Record<string, Case>> = {
  'stays where all is as it should be': { used: 50, replicas: 2, says: [ready0, valid, free] },
  'grows when too much is used': { used: 100, replicas: 4, why: above, says: [ready0, valid, free] },
  'grows no faster than it may': {
    used: 500,
    replicas: 6,
    why: above,
    says: [ready0, valid, 'ScalingLimited=True ScaleUpLimit'],
  },
  'grows no further than it may': {
    used: 500,
    spec: { maxReplicas: 3 },
    replicas: 3,
    why: above,
    says: [ready0, valid, 'ScalingLimited=True TooManyReplicas'],
  },
  'does not shrink at once': {
    used: 10,
    replicas: 2,
    says: ['AbleToScale=True ScaleDownStabilized', valid, free],
  },
  'shrinks when it was so for long': {
    used: 10,
    memory: { ...blank, recommended: [{ at: now - 299_000, replicas: 1 }] },
    replicas: 1,
    why: below,
    says: [ready0, valid, free],
  },
  'shrinks no further than it may': {
    used: 0,
    memory: { ...blank, recommended: [{ at: now - 299_000, replicas: 0 }] },
    replicas: 1,
    why: below,
    says: [ready0, valid, 'ScalingLimited=True TooFewReplicas'],
  },
  'heeds another tolerance': {
    used: 70,
    spec: { behavior: { scaleUp: { tolerance: '500m' } } },
    replicas: 2,
    says: [ready0, valid, free],
  },
  'takes the metric that wants most': {
    used: 50,
    spec: { metrics: [cpu(), byMemory] },
    replicas: 4,
    why: 'memory resource above target',
    says: [ready0, valid, free],
  },
  'looks at one container alone': {
    used: 100,
    spec: { metrics: [ofContainer] },
    replicas: 4,
    why: 'cpu container resource utilization (percentage of request) above target',
    says: [ready0, valid, free],
  },
  'grows though one metric is not known': {
    used: 100,
    spec: { metrics: [external, cpu()] },
    replicas: 4,
    why: above,
    says: [ready0, valid, free],
  },
  'does not shrink while one metric is not known': {
    used: 10,
    spec: { metrics: [external, cpu()] },
    replicas: undefined,
    says: ['ScalingActive=False FailedGetExternalMetric'],
  },
  'knows no metrics of pods': {
    spec: { metrics: [ofPods] },
    replicas: undefined,
    says: ['ScalingActive=False FailedGetPodsMetric'],
  },
  'knows no metrics of objects': {
    spec: { metrics: [ofObject] },
    replicas: undefined,
    says: ['ScalingActive=False FailedGetObjectMetric'],
  },
  'does not know what is not measured': { replicas: undefined, says: ['ScalingActive=False FailedGetResourceMetric'] },
  'does not know shares of what is not said': {
    used: 50,
    pods: pods(2, {}),
    replicas: undefined,
    says: ['ScalingActive=False FailedGetResourceMetric'],
  },
  'leaves alone what is switched off': {
    pods: [],
    current: 0,
    replicas: 0,
    says: ['ScalingActive=False ScalingDisabled'],
  },
  'brings back what is too much': {
    used: 50,
    spec: { maxReplicas: 1 },
    replicas: 1,
    why: 'Current number of replicas above Spec.MaxReplicas',
    says: [],
  },
  'brings back what is too little': {
    used: 50,
    spec: { minReplicas: 3 },
    replicas: 3,
    why: 'Current number of replicas below Spec.MinReplicas',
    says: [],
  },
}
for (const [name, { spec, used, current = 2, memory = blank, replicas, why, says, ...given }] of Object.entries(cases))
  test(`an autoscaler ${name}`, () => {
    const found = { namespace: 'default', pods: given.pods ?? pods(current), meter: using(used), current }
    const seen = look(autoscaler(spec), found, memory, now)
    assert.deepEqual([seen.replicas, seen.why], [replicas, why])
    assert.deepEqual(
      seen.conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`),
      says,
    )
  })

test('it says what it measured, and what it could not', () => {
  const given = { namespace: 'default', pods: pods(2), current: 2 }
  const { metrics } = look(autoscaler({ metrics: [cpu(), byMemory] }), { ...given, meter: using(75) }, blank, now)
  assert.deepEqual(metrics, [
    { type: 'Resource', resource: { name: 'cpu', current: { averageValue: '75m', averageUtilization: 75 } } },
    { type: 'Resource', resource: { name: 'memory', current: { averageValue: '32Mi' } } },
  ])
  const { told } = look(autoscaler(), { ...given, pods: pods(2, {}), meter: using(75) }, blank, now)
  const missing = 'failed to get cpu utilization: missing request for cpu in container main of Pod web-0'
  assert.deepEqual(
    told.map(({ reason, message }) => `${reason}: ${message}`),
    [
      `FailedGetResourceMetric: ${missing}`,
      `FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${missing}`,
    ],
  )
})

test('a condition has the time since when it says so', () => {
  const before = [
    { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', lastTransitionTime: ago(60) },
    { type: 'ScalingLimited', status: 'True', reason: 'ScaleUpLimit', lastTransitionTime: ago(60) },
  ]
  const drafts = [
    { type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale' },
    { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound' },
  ]
  assert.deepEqual(conditionsWith(before, drafts, ago(0)), [
    { ...drafts[0], lastTransitionTime: ago(60) },
    before[1],
    { ...drafts[1], lastTransitionTime: ago(0) },
  ])
})
