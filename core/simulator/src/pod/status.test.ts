import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze, type OwnerReference } from '@flotilla/sdk'
import type { Container, PodSpec } from '../api/pod.ts'
import { ago, now, pod } from '../testing/objects.ts'
import { isAtRest, isReady, untilAvailable } from './condition.ts'
import { isBroken } from './outcome.ts'
import { startedStatus, startingStatus, unschedulable } from './status.ts'

for (const [image, expected] of Object.entries({
  'nginx:1.25': false,
  fail: true,
  'registry:5000/team/fail:2': true,
  'fail/nginx': false,
  'registry:5000/web:crash': true,
  [`web:crash@sha256:${'0'.repeat(64)}`]: true,
  crash: false,
  failing: false,
}))
  test(`an image ${image} ${expected ? 'does not work' : 'works'}`, () => {
    assert.equal(isBroken({ name: 'main', image }), expected)
  })

const where = { hostIP: '172.16.0.2', podIP: '10.128.0.1' }
const ofJob: OwnerReference = { apiVersion: 'batch/v1', kind: 'Job', name: 'sum', uid: 'u', controller: true }
const spec = (image: string, restartPolicy: PodSpec['restartPolicy'] = 'Always'): PodSpec => ({
  containers: [{ name: 'main', image }],
  restartPolicy,
})

const outcomes: readonly [
  name: string,
  PodSpec,
  owners: readonly OwnerReference[],
  phase: string,
  ready: boolean,
  state: string,
][] = [
  ['runs', spec('web'), [], 'Running', true, 'running'],
  ['runs for ever, even if it may end', spec('web', 'Never'), [], 'Running', true, 'running'],
  ['is tried again and again', spec('fail'), [], 'Running', false, 'waiting'],
  ['fails when it may not be tried again', spec('fail', 'Never'), [], 'Failed', false, 'terminated'],
  ['has something to finish in a job', spec('web', 'OnFailure'), [ofJob], 'Succeeded', false, 'terminated'],
  ['fails in a job', spec('web:crash', 'OnFailure'), [ofJob], 'Failed', false, 'terminated'],
]
for (const [name, podSpec, ownerReferences, phase, ready, state] of outcomes)
  test(`a pod ${name}`, () => {
    const started = pod('x', podSpec, { metadata: { name: 'x', ownerReferences } })
    const status = startedStatus(started, where, now)
    assert.equal(status.phase, phase)
    assert.equal(isReady({ ...started, status }), ready)
    assert.deepEqual(Object.keys(status.containerStatuses?.[0]?.state ?? {}), [state])
    assert.equal(isAtRest({ ...started, status }), true)
  })

test('a pod that runs says all a kubelet says', () => {
  const container: Container = { name: 'main', image: 'web:1', resources: { requests: { cpu: '1' } } }
  const running = pod('x', { containers: [container], initContainers: [{ name: 'init', image: 'init:1' }] })
  const time = ago(0)
  const state = { running: { startedAt: time } }
  const finished = { terminated: { exitCode: 0, reason: 'Completed', startedAt: time, finishedAt: time } }
  const is = (type: string) => ({ type, status: 'True', lastTransitionTime: time })
  const common = { restartCount: 0, lastState: {} }
  assert.deepEqual(startedStatus(running, where, now), {
    phase: 'Running',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(is),
    hostIP: '172.16.0.2',
    hostIPs: [{ ip: '172.16.0.2' }],
    podIP: '10.128.0.1',
    podIPs: [{ ip: '10.128.0.1' }],
    startTime: time,
    qosClass: 'Burstable',
    containerStatuses: [
      {
        name: 'main',
        image: 'web:1',
        imageID: 'simulated://web:1',
        containerID: 'simulated://uid-x/main',
        ready: true,
        started: true,
        state,
        ...common,
      },
    ],
    initContainerStatuses: [
      {
        name: 'init',
        image: 'init:1',
        imageID: 'simulated://init:1',
        containerID: 'simulated://uid-x/init',
        ready: true,
        started: false,
        state: finished,
        ...common,
      },
    ],
  })
})

test('a pod that crashes says which containers, and keeps the others', () => {
  const two = pod('x', {
    containers: [
      { name: 'good', image: 'web' },
      { name: 'bad', image: 'fail' },
    ],
  })
  const { containerStatuses = [], conditions = [] } = startedStatus(two, where, now)
  const ready = conditions.find(({ type }) => type === 'Ready')
  assert.deepEqual(
    containerStatuses.map(({ name, ready, restartCount }) => [name, ready, restartCount]),
    [
      ['good', true, 0],
      ['bad', false, 6],
    ],
  )
  assert.equal(ready?.message, 'containers with unready status: [bad]')
  assert.match(JSON.stringify(containerStatuses[1]?.state), /"reason":"CrashLoopBackOff"/)
})

test('times stay while a condition says the same', () => {
  const before = pod(
    'x',
    {},
    {
      status: {
        phase: 'Running',
        startTime: ago(90),
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ago(60) }],
      },
    },
  )
  const { conditions = [], startTime } = startedStatus(before, where, now)
  assert.equal(startTime, ago(90))
  assert.equal(conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime, ago(60))
})

test('a pod without a node, and one whose containers are being made, wait', () => {
  const waiting = { ...pod('x'), status: unschedulable(pod('x'), '0/0 nodes are available.', now) }
  const starting = { ...pod('x'), status: startingStatus(pod('x'), where, now) }
  assert.equal(waiting.status.phase, 'Pending')
  assert.equal(waiting.status.conditions?.[0]?.message, '0/0 nodes are available.')
  assert.equal(starting.status.phase, 'Pending')
  assert.deepEqual(starting.status.containerStatuses?.[0]?.state, { waiting: { reason: 'ContainerCreating' } })
  assert.equal(isAtRest(waiting), true)
  assert.equal(isAtRest(starting), false)
  assert.equal(isAtRest(pod('x')), false)
})

for (const [qos, containers] of Object.entries(
  deepFreeze({
    BestEffort: [{}],
    Burstable: [{ limits: { cpu: '1' } }],
    Guaranteed: [
      { limits: { cpu: '1', memory: '1Gi' } },
      { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
    ],
  }),
))
  test(`a pod is ${qos}`, () => {
    const all = containers.map((resources, index) => ({ name: String(index), resources }))
    assert.equal(startedStatus(pod('x', { containers: all }), where, now).qosClass, qos)
  })

test('a pod is available when it has been ready for long enough', () => {
  const since = (seconds: number) =>
    pod(
      'x',
      {},
      {
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ago(seconds) }] },
      },
    )
  assert.equal(untilAvailable(since(0), 0, now), 0)
  assert.equal(untilAvailable(since(4), 10, now), 6000)
  assert.equal(untilAvailable(since(11), 10, now), 0)
  assert.equal(untilAvailable(pod('x'), 0, now), undefined)
})
