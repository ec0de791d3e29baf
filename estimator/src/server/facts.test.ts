import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ResourceList } from '@flotilla/sdk'
import { amountsOf } from '../simulation/amounts.ts'
import { nodeFacts, podFacts, quotaFacts } from './facts.ts'

const at = '2026-01-01T00:00:00Z'

const pod = (spec: object, status: object = { phase: 'Running' }, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop', labels: { big: 'label' }, ...metadata },
  spec,
  status,
})

const asking = (requests: ResourceList, more: object = {}) => ({ resources: { requests }, ...more })

test('of a node only what the simulation looks at is kept', () => {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', labels: { zone: 'a' }, annotations: { big: 'annotation' } },
    spec: { unschedulable: true, taints: [{ key: 'gpu', effect: 'NoSchedule' }], podCIDR: '10.0.0.0/24' },
    status: { allocatable: { cpu: '2', pods: '110' }, capacity: { cpu: '4' } },
  }
  assert.deepEqual(nodeFacts(node), {
    metadata: { name: 'n' },
    name: 'n',
    labels: { zone: 'a' },
    taints: [{ key: 'gpu', effect: 'NoSchedule' }],
    isCordoned: true,
    allocatable: amountsOf({ cpu: 2, pods: 110 }),
  })
})

describe('a pod asks for', () => {
  const cases: Readonly<Record<string, readonly [spec: object, requests: ResourceList]>> = {
    'the sum of its containers': [
      { containers: [asking({ cpu: '500m' }), asking({ cpu: 1, memory: 1 }), {}] },
      { cpu: '1500m', memory: 1 },
    ],
    'itself, whatever it needs': [{}, {}],
    'the greediest of those that run before': [
      { containers: [asking({ cpu: 1 })], initContainers: [asking({ cpu: 3 }), asking({ cpu: 2 })] },
      { cpu: 3 },
    ],
    'its sidecars all the time': [
      { containers: [asking({ cpu: 1 })], initContainers: [asking({ cpu: 1 }, { restartPolicy: 'Always' })] },
      { cpu: 2 },
    ],
    'sidecars beside what runs before': [
      {
        containers: [asking({ cpu: 1 })],
        initContainers: [asking({ cpu: 1 }, { restartPolicy: 'Always' }), asking({ cpu: 4 })],
      },
      { cpu: 5 },
    ],
    'but not those that start later': [
      { containers: [], initContainers: [asking({ cpu: 4 }), asking({ cpu: 1 }, { restartPolicy: 'Always' })] },
      { cpu: 4 },
    ],
    'what is said of it as a whole': [
      { containers: [asking({ cpu: 1, memory: 5 })], resources: { requests: { cpu: 3 } } },
      { cpu: 3, memory: 5 },
    ],
    'its overhead beside all': [{ containers: [asking({ cpu: 1 })], overhead: { cpu: '250m' } }, { cpu: '1250m' }],
  }
  for (const [name, [spec, requests]] of Object.entries(cases))
    test(name, () =>
      assert.deepEqual(podFacts(pod({ nodeName: 'n', ...spec })).requests, amountsOf({ ...requests, pods: 1 })),
    )
})

describe('a pod takes no room', () => {
  const spec = { containers: [asking({ cpu: 1 })] }
  test('before it has a node', () => assert.equal(podFacts(pod(spec)).node, undefined))
  for (const phase of ['Succeeded', 'Failed'])
    test(`once it has ${phase.toLowerCase()}`, () => {
      const facts = podFacts(pod({ ...spec, nodeName: 'n' }, { phase }))
      assert.equal(facts.node, undefined)
      assert.equal(facts.requests.size, 0)
    })
})

describe('a pod is stuck', () => {
  const owner = {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u1', controller: true }],
  }
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message: '',
    lastTransitionTime: at,
  }
  const stuck = (more: object = {}, metadata: object = owner) =>
    podFacts(pod({}, { phase: 'Pending', conditions: [{ ...condition, ...more }] }, metadata)).stuck
  test('since no node was found for it', () => assert.deepEqual(stuck(), { since: Date.parse(at), owner: 'u1' }))
  test('not when it has one', () => assert.equal(stuck({ status: 'True' }), undefined))
  test('not when it waits for something else', () => assert.equal(stuck({ reason: 'SchedulingGated' }), undefined))
  test('not for nobody', () => assert.equal(stuck({}, {}), undefined))
})

test('of a quota what it bounds and which pods it is about is kept', () => {
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'shop' },
    spec: {
      scopes: ['PriorityClass'],
      scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
    },
    status: { hard: { pods: '4' }, used: { pods: '1' } },
  }
  assert.deepEqual(quotaFacts(quota), {
    metadata: { name: 'q', namespace: 'shop' },
    namespace: 'shop',
    scopes: [
      { scopeName: 'PriorityClass', operator: 'Exists' },
      { scopeName: 'PriorityClass', operator: 'In', values: ['high'] },
    ],
    hard: amountsOf({ pods: 4 }),
    used: amountsOf({ pods: 1 }),
  })
})
