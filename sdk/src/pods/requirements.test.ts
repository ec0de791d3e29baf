import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze } from '../freeze.ts'
import type { ResourceList } from '../manifest.ts'
import { needs, resourceRequest } from './requirements.ts'
import type { PodSpec } from './template.ts'

const asks = (requests?: ResourceList, limits?: ResourceList) => ({
  resources: { ...(requests && { requests }), ...(limits && { limits }) },
})

const cases: readonly [name: string, PodSpec, ResourceList | undefined][] = [
  ['nothing asked for', { containers: [{ name: 'a' }, asks()] }, undefined],
  ['zero is nothing', { containers: [asks({ cpu: 0, memory: '0' })] }, undefined],
  [
    'containers add up',
    { containers: [asks({ cpu: '500m', memory: '1Gi' }), asks({ cpu: 1, memory: '512Mi' })] },
    { cpu: '1500m', memory: '1536Mi' },
  ],
  [
    'a limit stands for a request that is missing',
    { containers: [asks({ cpu: '1' }, { cpu: '2', memory: '1Gi' })] },
    { cpu: '1', memory: '1Gi' },
  ],
  [
    'the most demanding init container counts where it needs more',
    {
      containers: [asks({ cpu: '1', memory: '1Gi' })],
      initContainers: [asks({ cpu: '3' }), asks({ cpu: '2' }, { memory: '512Mi' })],
    },
    { cpu: '3', memory: '1Gi' },
  ],
  [
    'overhead comes on top',
    { containers: [asks({ cpu: '1' })], initContainers: [asks({ cpu: '2' })], overhead: { cpu: '100m' } },
    { cpu: '2100m' },
  ],
  [
    'all but CPU is whole, rounded up',
    { containers: [asks({ memory: '1500m', 'example.com/gpu': '1' })] },
    { memory: '2', 'example.com/gpu': '1' },
  ],
  [
    'huge pages and storage are binary',
    { containers: [asks({ 'hugepages-2Mi': '1Gi', 'ephemeral-storage': '2Gi' })] },
    { 'hugepages-2Mi': '1Gi', 'ephemeral-storage': '2Gi' },
  ],
  [
    'names nobody can count are left out',
    { containers: [asks({ storage: '1Gi', 'requests.nvidia.com/gpu': '1' })] },
    undefined,
  ],
]
for (const [name, spec, expected] of cases)
  test(name, () => assert.deepEqual(resourceRequest(deepFreeze(spec)), expected))

test('a node claim is made of selector, tolerations and hard affinity', () => {
  const required = { nodeSelectorTerms: [] }
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: required }
  assert.deepEqual(
    needs(2, { nodeSelector: { disk: 'ssd' }, tolerations: [{ operator: 'Exists' }], affinity: { nodeAffinity } }),
    {
      replicas: 2,
      requirements: {
        nodeClaim: { hardNodeAffinity: required, nodeSelector: { disk: 'ssd' }, tolerations: [{ operator: 'Exists' }] },
      },
    },
  )
})

test('without demands there are no requirements', () => {
  assert.deepEqual(needs(2, { tolerations: [], affinity: {} }), { replicas: 2 })
})

test('a priority class is one of the requirements: quotas may be about it', () => {
  assert.deepEqual(needs(2, { priorityClassName: 'high' }), {
    replicas: 2,
    requirements: { priorityClassName: 'high' },
  })
})
