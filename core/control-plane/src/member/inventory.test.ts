import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ResourceModel } from '@flotilla/sdk'
import { nodeFacts, nodeSummary, podFacts, resourceSummary } from './inventory.ts'
import type { Node, Pod } from './kinds.ts'

const node = (name: string, allocatable: Record<string, string>, status: 'True' | 'False' = 'True'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { big: 'label' } },
  status: {
    allocatable,
    conditions: [{ type: 'Ready', status, reason: '', message: '', lastTransitionTime: '' }],
  },
})

const container = (requests: Record<string, string>) => ({ resources: { requests } })

const pod = (spec: Pod['spec'], phase = 'Running'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default', annotations: { big: 'annotation' } },
  spec: spec ?? {},
  status: { phase },
})

const small = { cpu: '500m', memory: '256Mi' }

test('of a node and a pod only what is counted is kept', () => {
  assert.deepEqual(nodeFacts(node('n', { cpu: '2' })), {
    metadata: { name: 'n' },
    isReady: true,
    allocatable: { cpu: 2000n },
  })
  assert.deepEqual(podFacts(pod({ nodeName: 'n', containers: [container({ cpu: '1' })] })), {
    metadata: { name: 'p', namespace: 'default' },
    node: 'n',
    isOver: false,
    requests: { cpu: 1000n },
  })
})

describe('a pod asks for', () => {
  const asks = (spec: Pod['spec']) => podFacts(pod(spec)).requests
  test('the sum of its containers', () => {
    assert.deepEqual(asks({ containers: [container(small), container({ cpu: '1' }), {}] }), {
      cpu: 1500n,
      memory: 256n * 1024n * 1024n * 1000n,
    })
  })
  test('what its greediest init container needs, when that is more', () => {
    const initContainers = [container({ cpu: '3' }), container({ cpu: '2' })]
    assert.deepEqual(asks({ containers: [container({ cpu: '1' })], initContainers }), { cpu: 3000n })
  })
  test('its sidecars beside both', () => {
    const sidecar = { ...container({ cpu: '500m' }), restartPolicy: 'Always' }
    assert.deepEqual(asks({ containers: [container({ cpu: '1' })], initContainers: [sidecar] }), { cpu: 1500n })
    const late = [sidecar, container({ cpu: '2' })]
    assert.deepEqual(asks({ containers: [container({ cpu: '1' })], initContainers: late }), { cpu: 2500n })
    const early = [container({ cpu: '2' }), sidecar]
    assert.deepEqual(asks({ containers: [container({ cpu: '1' })], initContainers: early }), { cpu: 2000n })
  })
  test('what is said of it as a whole in place of that', () => {
    const resources = { requests: { cpu: '4' } }
    const all = asks({ containers: [container(small)], resources })
    assert.deepEqual(all, { cpu: 4000n, memory: 256n * 1024n * 1024n * 1000n })
  })
  test('its overhead beside that', () => {
    assert.deepEqual(asks({ containers: [container({ cpu: '1' })], overhead: { cpu: '250m' } }), { cpu: 1250n })
  })
})

test('nodes are counted, and those that are ready', () => {
  const nodes = [node('a', {}), node('b', {}, 'False')].map(nodeFacts)
  assert.deepEqual(nodeSummary(nodes), { totalNum: 2, readyNum: 1 })
})

test('a cluster has what its nodes have; what runs is in use, what has no node yet waits, what is over is forgotten', () => {
  const nodes = [node('a', { cpu: '2', memory: '4Gi', pods: '110' }), node('b', { cpu: '1500m', pods: '110' })]
  const pods = [
    pod({ nodeName: 'a', containers: [container(small)] }),
    pod({ nodeName: 'b', containers: [container(small)] }),
    pod({ nodeName: 'b', containers: [container(small)] }, 'Succeeded'),
    pod({ nodeName: 'b', containers: [container(small)] }, 'Failed'),
    pod({ containers: [container({ cpu: '4' })] }, 'Pending'),
  ]
  assert.deepEqual(resourceSummary(nodes.map(nodeFacts), pods.map(podFacts)), {
    allocatable: { cpu: '3500m', memory: '4Gi', pods: '220' },
    allocated: { cpu: '1', memory: '512Mi', pods: '2' },
    allocating: { cpu: '4', pods: '1' },
  })
})

describe('with models, nodes are graded by what they have left', () => {
  const models: readonly ResourceModel[] = [
    { grade: 0, ranges: [{ name: 'cpu', min: '0', max: '2' }, { name: 'memory', min: '0', max: '4Gi' }] }, // biome-ignore format: a table
    { grade: 1, ranges: [{ name: 'cpu', min: '2', max: '4' }, { name: 'memory', min: '4Gi', max: '16Gi' }] }, // biome-ignore format: a table
    { grade: 2, ranges: [{ name: 'cpu', min: '4', max: '9' }, { name: 'memory', min: '16Gi', max: '32Gi' }] }, // biome-ignore format: a table
  ]
  const grades = (nodes: readonly Node[], pods: readonly Pod[] = []) =>
    resourceSummary(nodes.map(nodeFacts), pods.map(podFacts), models).allocatableModelings?.map(({ count }) => count)

  test('by the resource there is least of', () => {
    assert.deepEqual(
      grades([
        node('a', { cpu: '8', memory: '64Gi', pods: '9' }),
        node('b', { cpu: '8', memory: '8Gi', pods: '9' }),
        node('c', { cpu: '2', memory: '64Gi', pods: '9' }),
        node('d', { cpu: '1', memory: '1Gi', pods: '9' }),
      ]),
      [1, 2, 1],
    )
  })
  test('less what runs there', () => {
    const busy = pod({ nodeName: 'a', containers: [container({ cpu: '5' })] })
    assert.deepEqual(grades([node('a', { cpu: '8', memory: '64Gi', pods: '9' })], [busy]), [0, 1, 0])
  })
  test('and one that is full hides none of the others', () => {
    const only = pod({ nodeName: 'a', containers: [] })
    const nodes = [
      node('a', { cpu: '8', memory: '64Gi', pods: '1' }),
      node('b', { cpu: '8', memory: '64Gi', pods: '1' }),
    ]
    assert.deepEqual(grades(nodes, [only]), [0, 0, 1])
  })
})
