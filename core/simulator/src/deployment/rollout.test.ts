import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment, ReplicaSet } from '../api/workloads.ts'
import { deployment, replicaSet, template } from '../testing/objects.ts'
import { hashLabel, newReplicaSet, revisionAnnotation } from './replica-set.ts'
import { planRollout } from './rollout.ts'

/** `new:3/2` is a ReplicaSet of the current template that wants 3 pods, of which 2 are available. */
function sets(text: string, { spec }: Deployment): readonly ReplicaSet[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map((each, index) => {
      const [, name = '', wanted, available] = /^(\w+):(\d+)\/(\d+)$/.exec(each) ?? []
      const revision = { annotations: { [revisionAnnotation]: String(index + 1) } }
      return replicaSet(
        name,
        { replicas: Number(wanted), template: name === 'new' ? spec.template : template(`${name}:0`) },
        {
          metadata: { name, ...revision },
          status: { replicas: Number(wanted), availableReplicas: Number(available) },
        },
      )
    })
}

const rolling = (maxSurge: number | string, maxUnavailable: number | string): Partial<Deployment['spec']> => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
})
const recreate: Partial<Deployment['spec']> = { strategy: { type: 'Recreate' } }

const cases: readonly [name: string, spec: Partial<Deployment['spec']>, sets: string, expected: string][] = [
  ['nothing is there', {}, '', 'create 4'],
  ['nothing is wanted', { replicas: 0 }, '', 'create 0'],
  ['all is as it should be', {}, 'new:4/4', ''],
  ['scaling up is no rollout', { replicas: 9 }, 'new:4/4', 'new 9'],
  ['scaling down is no rollout', { replicas: 1 }, 'new:4/4', 'new 1'],
  ['a new template begins with the surge', {}, 'old:4/4', 'create 1'],
  ['without surge it begins with nothing', rolling(0, 1), 'old:4/4', 'create 0'],
  ['without surge old ones make room first', rolling(0, 1), 'old:4/4 new:0/0', 'old 3'],
  ['then a new one comes', rolling(0, 1), 'old:3/3 new:0/0', 'new 1'],
  ['and is waited for', rolling(0, 1), 'old:3/3 new:1/0', ''],
  ['before the next old one goes', rolling(0, 1), 'old:3/3 new:1/1', 'old 2'],
  ['as many old ones go as may be missing', rolling(1, 2), 'old:4/4 new:1/0', 'old 2'],
  ['with nothing to spare old ones stay until new ones work', rolling(1, 0), 'old:4/4 new:1/0', ''],
  ['and go when they do', rolling(1, 0), 'old:4/4 new:1/1', 'old 3'],
  ['all at once, when it may be', rolling('100%', 0), 'old:4/4', 'create 4'],
  ['a quarter is rounded up for the surge, down for what may be missing', { replicas: 5 }, 'old:5/5', 'create 2'],
  ['old ones that do not work go first', rolling(1, 1), 'broken:2/0 old:2/2 new:1/0', 'broken 1'],
  ['the last old one goes', rolling(1, 1), 'old:1/1 new:4/4', 'old 0'],
  [
    'shrinking in the middle takes what is too much from the new ones',
    { replicas: 2, ...rolling(1, 1) },
    'old:2/2 new:3/3',
    'new 2',
  ],
  ['recreating empties the old ones first', recreate, 'old:4/4', 'old 0'],
  ['then makes the new ones', recreate, 'old:0/0', 'create 4'],
  ['recreating fills what is there', recreate, 'old:0/0 new:0/0', 'new 4'],
  ['a pause creates nothing', { paused: true }, 'old:4/4', ''],
  ['a pause follows the number of replicas', { paused: true, replicas: 6 }, 'old:4/4', 'old 6'],
  ['a pause in the middle, too', { paused: true, replicas: 6 }, 'old:3/3 new:1/1', 'new 3'],
  ['history is kept as long as it says', { revisionHistoryLimit: 1 }, 'a:0/0 b:0/0 new:4/4', 'remove a'],
]
for (const [name, spec, text, expected] of cases)
  test(name, () => {
    const wanted = deployment(spec)
    const { create, resize, remove } = planRollout(wanted, sets(text, wanted))
    const steps = [
      ...(create ? [`create ${create.spec.replicas}`] : []),
      ...resize.map(({ set, replicas }) => `${set.metadata.name} ${replicas}`),
      ...remove.map(({ metadata }) => `remove ${metadata.name}`),
    ]
    assert.equal(steps.join(', '), expected)
  })

test('pods being stopped are waited for before others are made', () => {
  const wanted = deployment(recreate)
  const [old] = sets('old:0/0', wanted)
  const stopping = old && { ...old, status: { replicas: 1 } }
  assert.deepEqual(planRollout(wanted, stopping ? [stopping] : []).create, undefined)
})

test('going back to an old template makes its ReplicaSet the newest', () => {
  const wanted = deployment()
  const { current, revision } = planRollout(wanted, sets('new:0/0 other:4/4', wanted))
  assert.equal(current?.metadata.name, 'new')
  assert.equal(revision, 3)
})

test('a ReplicaSet is named after its template and belongs to its Deployment', () => {
  const set = newReplicaSet(deployment({ minReadySeconds: 5 }), 4, 2)
  const hash = set.metadata.labels?.[hashLabel] ?? ''
  assert.match(hash, /^[bcdfghjklmnpqrstvwxz2456789]+$/)
  assert.equal(set.metadata.name, `web-${hash}`)
  assert.deepEqual(set.metadata.annotations, {
    [revisionAnnotation]: '2',
    'deployment.kubernetes.io/desired-replicas': '4',
    'deployment.kubernetes.io/max-replicas': '5',
  })
  assert.equal(set.metadata.ownerReferences?.[0]?.uid, 'uid-web')
  assert.deepEqual(set.spec.selector, { matchLabels: { app: 'web', [hashLabel]: hash } })
  assert.deepEqual(set.spec.template.metadata?.labels, { app: 'web', [hashLabel]: hash })
  assert.equal(set.spec.minReadySeconds, 5)
  assert.equal(planRollout(deployment(), [set]).current, set, 'and is found again')
})

test('a name that was taken leads to another one', () => {
  const [first, second] = [deployment(), deployment({}, { collisionCount: 1 })].map((each) => newReplicaSet(each, 1, 1))
  assert.notEqual(first?.metadata.name, second?.metadata.name)
})
