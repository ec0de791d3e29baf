import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Change, Key, Manifest, Store } from '@flotilla/sdk'
import type { Node } from '../api/node.ts'
import type { Pod, PodSpec } from '../api/pod.ts'
import { node, pod, ready } from '../testing/objects.ts'
import { Capacity } from './capacity.ts'

/** A store whose changes a test makes itself. */
function storeOf<T extends Manifest>(...objects: readonly T[]): Store<T> & { tell(change: Change<T>): void } {
  const listeners: ((change: Change<T>) => void)[] = []
  return {
    get: ({ name }: Key) => objects.find(({ metadata }) => metadata.name === name),
    list: () => objects,
    by: () => [],
    synced: Promise.resolve(),
    listen: (listener) => {
      for (const after of objects) listener({ after, initial: true })
      listeners.push(listener)
      return () => undefined
    },
    tell: (change) => {
      for (const listener of listeners) listener(change)
    },
  }
}

const spec = (requests: Record<string, string> = {}, more: Partial<PodSpec> = {}): PodSpec => ({
  containers: [{ name: 'main', resources: { requests } }],
  ...more,
})

const place = (capacity: Capacity, name: string, wanted = spec()) => {
  const found = capacity.place({ namespace: 'default', name }, wanted)
  return 'node' in found ? found.node : found.unschedulable
}

test('the emptiest node is taken, until all are full', () => {
  const capacity = new Capacity(storeOf(node('a'), node('b')), storeOf<Pod>())
  const found = ['1', '2', '3', '4', '5', '6', '7'].map((name) => place(capacity, name))
  assert.deepEqual(found, ['a', 'b', 'a', 'b', 'a', 'b', '0/2 nodes are available: 2 Too many pods.'])
})

test('pods that are there count, those that have finished do not', () => {
  const running = pod('x', { ...spec({ cpu: '2' }), nodeName: 'a' }, { status: ready })
  const over = pod('y', { ...spec({ cpu: '2' }), nodeName: 'b' }, { status: { phase: 'Succeeded' } })
  const capacity = new Capacity(storeOf(node('a'), node('b')), storeOf(running, over))
  assert.equal(place(capacity, 'new', spec({ cpu: '1' })), 'b')
})

test('room is given back once, when a pod goes or did not come to be', () => {
  const pods = storeOf<Pod>()
  const capacity = new Capacity(storeOf(node('a')), pods)
  const bound = pod('x', { ...spec({ cpu: '2' }), nodeName: 'a' })
  let freed = 0
  capacity.listen(() => freed++)
  assert.equal(place(capacity, 'x', spec({ cpu: '2' })), 'a')
  pods.tell({ after: bound })
  assert.match(place(capacity, 'y', spec({ cpu: '1' })), /Insufficient cpu/)
  pods.tell({ before: bound })
  capacity.release({ namespace: 'default', name: 'x' })
  assert.equal(freed, 1)
  assert.equal(place(capacity, 'y', spec({ cpu: '2' })), 'a')
  assert.match(place(capacity, 'z', spec({ cpu: '1m' })), /Insufficient cpu/)
})

const misfits: readonly [name: string, PodSpec, Partial<Node>, expected: string][] = [
  ['too little memory', spec({ memory: '5Gi' }), {}, '0/1 nodes are available: 1 Insufficient memory.'],
  [
    'an unknown resource',
    spec({ 'example.com/gpu': '1' }),
    {},
    '0/1 nodes are available: 1 Insufficient example.com/gpu.',
  ],
  [
    'a cordoned node',
    spec(),
    { spec: { unschedulable: true } },
    '0/1 nodes are available: 1 node(s) were unschedulable.',
  ],
  [
    'a taint',
    spec(),
    { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }] } },
    '0/1 nodes are available: 1 node(s) had untolerated taint {gpu: yes}.',
  ],
  ['a taint that only prefers others', spec(), { spec: { taints: [{ key: 'gpu', effect: 'PreferNoSchedule' }] } }, 'a'],
  [
    'a taint it tolerates',
    spec({}, { tolerations: [{ key: 'gpu', operator: 'Exists' }] }),
    { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } },
    'a',
  ],
  [
    'a selector',
    spec({}, { nodeSelector: { disk: 'ssd' } }),
    {},
    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
  ],
  [
    'a selector that selects it',
    spec({}, { nodeSelector: { disk: 'ssd' } }),
    { metadata: { name: 'a', labels: { disk: 'ssd' } } },
    'a',
  ],
]
for (const [name, wanted, more, expected] of misfits)
  test(`a pod and ${name}`, () => {
    assert.equal(place(new Capacity(storeOf(node('a', more)), storeOf<Pod>()), 'x', wanted), expected)
  })

const affinities: readonly [operator: string, values: readonly string[], fits: boolean][] = [
  ['In', ['4', '8'], true],
  ['In', ['2'], false],
  ['NotIn', ['2'], true],
  ['NotIn', ['4'], false],
  ['Exists', [], true],
  ['DoesNotExist', [], false],
  ['Gt', ['3'], true],
  ['Gt', ['4'], false],
  ['Lt', ['5'], true],
  ['Lt', ['4'], false],
]
for (const [operator, values, fits] of affinities)
  test(`a node with cores=4 ${fits ? 'is' : 'is not'} one with cores ${operator} ${values}`, () => {
    const matchExpressions = [{ key: 'cores', operator: operator as 'In', values }] // one of the operators above
    const nodeSelectorTerms = [{}, { matchExpressions }]
    const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } }
    const wanted = spec({}, { affinity: { nodeAffinity: required } })
    const labelled = node('a', { metadata: { name: 'a', labels: { cores: '4' } } })
    assert.equal(place(new Capacity(storeOf(labelled), storeOf<Pod>()), 'x', wanted) === 'a', fits)
  })
