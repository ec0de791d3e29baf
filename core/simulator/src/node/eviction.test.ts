import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Taint, Toleration } from '@flotilla/sdk'
import { ago, now, pod } from '../testing/objects.ts'
import { untilEvicted } from './eviction.ts'
import { downAnnotation, healthOf, taintsOf } from './health.ts'
import { nodeOf } from './node.ts'

const cluster = { cluster: 'paris', capacity: { cpu: '1' }, kubernetesVersion: 'v1.33.0' }
const node = nodeOf(cluster, 1, new Date(ago(60)))
const taint = (fields: Partial<Taint> = {}): Taint => ({ key: 'a', effect: 'NoExecute', timeAdded: ago(10), ...fields })
const bears = (tolerationSeconds?: number): Toleration => ({
  key: 'a',
  operator: 'Exists',
  ...(tolerationSeconds !== undefined && { tolerationSeconds }),
})

const cases: readonly (readonly [what: string, Taint[], Toleration[], left: number | undefined])[] = [
  ['stays without taints', [], [], undefined],
  ['stays where it may not have come', [taint({ effect: 'NoSchedule' })], [], undefined],
  ['leaves what it does not bear', [taint()], [], 0],
  ['stays where it bears all', [taint()], [bears()], undefined],
  ['leaves in time', [taint()], [bears(30)], 20_000],
  ['leaves when its time is over', [taint()], [bears(5)], 0],
  ['bears a taint for the shortest time it says', [taint()], [bears(30), bears(15)], 5_000],
  ['leaves for the first taint it does not bear', [taint(), taint({ key: 'b' })], [bears(30)], 0],
  [
    'bears a taint without a time from when it was seen',
    [taint({ timeAdded: undefined as never })],
    [bears(30)],
    27_000,
  ],
]
for (const [what, taints, tolerations, left] of cases)
  test(`a pod ${what}`, () => {
    const there = pod('x', { containers: [], tolerations })
    assert.equal(untilEvicted(there, { ...node, spec: { taints } }, now, new Date(ago(3))), left)
  })

test('a node that is down is not heard of, and comes back as it was', () => {
  const own: Taint = { key: 'own', effect: 'NoSchedule' }
  const up = { ...node, spec: { taints: [own] } }
  assert.equal(healthOf(up, now), up.status)
  assert.equal(taintsOf(up, now), up.spec.taints)
  const down = { ...up, metadata: { ...up.metadata, annotations: { [downAnnotation]: 'true' } } }
  const status = healthOf(down, now) ?? {}
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  assert.deepEqual([ready?.status, ready?.reason], ['Unknown', 'NodeStatusUnknown'])
  const taints = taintsOf(down, now)
  assert.deepEqual(
    taints.map(({ key, effect }) => `${key}:${effect}`),
    ['own:NoSchedule', 'node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'],
  )
  const back = { ...up, spec: { taints }, status }
  assert.deepEqual(taintsOf(back, now), [own])
  assert.equal(healthOf(back, now)?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True')
})
