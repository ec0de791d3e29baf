import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment, DeploymentStatus, ReplicaSet } from '../api/workloads.ts'
import { ago, deployment, now, replicaSet, template } from '../testing/objects.ts'
import { planRollout } from './rollout.ts'
import { deploymentStatus, isSettled, untilDeadline } from './status.ts'

const set = (name: string, replicas: number, ready: number, image = 'web:1'): ReplicaSet =>
  replicaSet(
    name,
    { replicas, template: template(image) },
    {
      status: { replicas, readyReplicas: ready, availableReplicas: ready, observedGeneration: 1 },
    },
  )

const progressing = (reason: string, seconds: number): DeploymentStatus => ({
  updatedReplicas: 4,
  replicas: 4,
  readyReplicas: 2,
  availableReplicas: 2,
  conditions: [
    {
      type: 'Progressing',
      status: 'True',
      reason,
      message: 'x',
      lastUpdateTime: ago(seconds),
      lastTransitionTime: ago(900),
    },
  ],
})

const says = ({ conditions = [] }: DeploymentStatus) =>
  conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`)

const status = (wanted: Deployment, ...sets: readonly ReplicaSet[]) =>
  deploymentStatus(wanted, planRollout(wanted, sets), now)

const complete = ['Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable']
const lacking = 'Available=False MinimumReplicasUnavailable'

const cases: readonly [name: string, Deployment, readonly ReplicaSet[], readonly string[]][] = [
  ['all there', deployment(), [set('new', 4, 4)], complete],
  ['nothing wanted', deployment({ replicas: 0 }), [set('new', 0, 0)], complete],
  ['just begun', deployment(), [set('new', 4, 0)], [lacking, 'Progressing=True ReplicaSetUpdated']],
  [
    'enough for now',
    deployment(),
    [set('new', 4, 3)],
    ['Available=True MinimumReplicasAvailable', 'Progressing=True ReplicaSetUpdated'],
  ],
  [
    'old ones are still there',
    deployment(),
    [set('old', 1, 1, 'web:0'), set('new', 4, 4)],
    ['Available=True MinimumReplicasAvailable', 'Progressing=True ReplicaSetUpdated'],
  ],
  [
    'standing still for a while',
    deployment({}, progressing('ReplicaSetUpdated', 599)),
    [set('new', 4, 2)],
    [lacking, 'Progressing=True ReplicaSetUpdated'],
  ],
  [
    'standing still for too long',
    deployment({}, progressing('ReplicaSetUpdated', 600)),
    [set('new', 4, 2)],
    [lacking, 'Progressing=False ProgressDeadlineExceeded'],
  ],
  [
    'moving again',
    deployment({}, progressing('ReplicaSetUpdated', 700)),
    [set('new', 4, 3)],
    ['Available=True MinimumReplicasAvailable', 'Progressing=True ReplicaSetUpdated'],
  ],
  [
    'failing after it was complete',
    deployment({}, progressing('NewReplicaSetAvailable', 700)),
    [set('new', 4, 1)],
    [lacking, 'Progressing=True NewReplicaSetAvailable'],
  ],
  [
    'paused',
    deployment({ paused: true }),
    [set('new', 4, 4)],
    ['Available=True MinimumReplicasAvailable', 'Progressing=Unknown DeploymentPaused'],
  ],
]
for (const [name, wanted, sets, expected] of cases)
  test(`conditions: ${name}`, () => assert.deepEqual(says(status(wanted, ...sets)), expected))

test('counters are sums, zeros are left out', () => {
  const { conditions: _, ...counters } = status(deployment(), set('old', 2, 2, 'web:0'), set('new', 3, 1))
  assert.deepEqual(counters, {
    observedGeneration: 1,
    replicas: 5,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    unavailableReplicas: 2,
  })
  const { conditions: __, ...none } = status(deployment({ replicas: 0 }), set('new', 0, 0))
  assert.deepEqual(none, { observedGeneration: 1 })
})

test('a status that says the same is the same', () => {
  const first = status(deployment(), set('new', 4, 4))
  const later = deploymentStatus(
    deployment({}, first),
    planRollout(deployment(), [set('new', 4, 4)]),
    new Date(now.getTime() + 9000),
  )
  assert.deepEqual(later, first)
})

test('a rollout fails when its time is up, and only while it runs', () => {
  assert.equal(untilDeadline(deployment({}, progressing('ReplicaSetUpdated', 590)), now), 10_000)
  assert.equal(untilDeadline(deployment({}, progressing('NewReplicaSetAvailable', 590)), now), undefined)
  assert.equal(untilDeadline(deployment({ paused: true }, progressing('ReplicaSetUpdated', 590)), now), undefined)
})

test('a status is worth writing when every ReplicaSet has said what became of it', () => {
  const settled = set('new', 4, 4)
  const unseen = { ...settled, metadata: { ...settled.metadata, generation: 2 } }
  const { status: _, ...fresh } = settled
  assert.equal(isSettled(planRollout(deployment(), [settled])), true)
  assert.equal(isSettled(planRollout(deployment(), [unseen])), false)
  assert.equal(isSettled(planRollout(deployment(), [fresh])), false)
  assert.equal(isSettled(planRollout(deployment(), [])), false)
})
