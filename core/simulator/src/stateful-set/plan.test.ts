import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '../api/pod.ts'
import type { StatefulSet } from '../api/workloads.ts'
import { broken, now, pod, ready, statefulSet } from '../testing/objects.ts'
import { planStatefulSet } from './plan.ts'
import { podDraft, revisionLabel, updateRevisionOf } from './pod.ts'
import { statefulSetStatus } from './status.ts'

/** `0 1! 2~` are three pods: ready, not ready, ready but of an old template. `3#` has finished. */
function pods(text: string, set: StatefulSet): readonly Pod[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map((each) => {
      const [, ordinal, mark] = /^(\d+)([!~#]?)$/.exec(each) ?? []
      const labels = { [revisionLabel]: mark === '~' ? 'db-old' : updateRevisionOf(set) }
      const status = mark === '!' ? broken : mark === '#' ? ({ phase: 'Failed' } as const) : ready
      return pod(`db-${ordinal}`, {}, { metadata: { name: `db-${ordinal}`, labels }, status })
    })
}

type Spec = Partial<StatefulSet['spec']>
const parallel: Spec = { podManagementPolicy: 'Parallel' }

const cases: readonly [name: string, Spec, pods: string, expected: string][] = [
  ['the first comes first', {}, '', '+0'],
  ['the next when those before are ready', {}, '0', '+1'],
  ['not before', {}, '0!', ''],
  ['a gap is filled', {}, '0 2', '+1'],
  ['all are there', {}, '0 1 2', ''],
  ['numbers may begin elsewhere', { ordinals: { start: 5 } }, '5', '+6'],
  ['the last goes first', { replicas: 1 }, '0 1 2', '-2'],
  ['nobody goes while another is not ready', { replicas: 2 }, '0! 1 2', ''],
  ['in parallel all come at once', parallel, '1!', '+0 +2'],
  ['in parallel all go at once', { ...parallel, replicas: 0 }, '0 1! 2', '-0 -1 -2'],
  ['finished ones are made again', {}, '0 1# 2', '-1'],
  ['new templates come from above', {}, '0~ 1~ 2~', '-2'],
  ['one after the other', {}, '0~ 1~ 2', '-1'],
  ['when the one above is ready', {}, '0~ 1~ 2!', ''],
  ['a partition stays', { updateStrategy: { rollingUpdate: { partition: 2 } } }, '0~ 1~ 2', ''],
  ['and what is above it goes', { updateStrategy: { rollingUpdate: { partition: 1 } } }, '0~ 1~ 2', '-1'],
  ['only whoever deletes them gets new ones', { updateStrategy: { type: 'OnDelete' } }, '0~ 1~ 2~', ''],
  ['in parallel, too, new templates come one by one', parallel, '0~ 1~ 2!', ''],
]
for (const [name, spec, text, expected] of cases)
  test(name, () => {
    const set = statefulSet(spec)
    const { create, remove } = planStatefulSet(set, pods(text, set))
    const steps = [
      ...create.map((ordinal) => `+${ordinal}`),
      ...remove.map(({ metadata }) => `-${metadata.name.slice(3)}`),
    ]
    assert.equal(steps.join(' '), expected)
  })

test('a pod has a name, a host name and claims of its own', () => {
  const claims = [{ metadata: { name: 'data' }, spec: {} }]
  const set = statefulSet({ serviceName: 'db', volumeClaimTemplates: claims })
  assert.deepEqual(podDraft(set, 2, 'db-abc'), {
    name: 'db-2',
    generateName: 'db-',
    labels: {
      'statefulset.kubernetes.io/pod-name': 'db-2',
      'apps.kubernetes.io/pod-index': '2',
      [revisionLabel]: 'db-abc',
    },
    spec: {
      hostname: 'db-2',
      subdomain: 'db',
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-2' } }],
    },
  })
})

test('the status tells the revisions apart until the last pod is new', () => {
  const set = statefulSet({}, { replicas: 3, availableReplicas: 3, currentRevision: 'db-old' })
  const revision = updateRevisionOf(set)
  assert.deepEqual(statefulSetStatus(set, pods('0~ 1~ 2!', set), now), {
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 2,
    currentReplicas: 2,
    updatedReplicas: 1,
    availableReplicas: 2,
    currentRevision: 'db-old',
    updateRevision: revision,
    collisionCount: 0,
  })
  assert.deepEqual(statefulSetStatus(set, pods('0 1 2', set), now), {
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    availableReplicas: 3,
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
  })
})
