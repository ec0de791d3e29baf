import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Binding,
  type BindingSpec,
  type Cluster,
  deepFreeze,
  type ResourceList,
  type ResourceModel,
  type ResourceSummary,
} from '@flotilla/sdk'
import { estimateGenerally } from './general.ts'

const cluster = (resourceSummary?: ResourceSummary, resourceModels: readonly ResourceModel[] = []): Cluster => ({
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name: 'a' },
  spec: { syncMode: 'Push', resourceModels },
  status: resourceSummary ? { resourceSummary } : {},
})

const estimate = (given: Cluster, spec: Partial<BindingSpec>): number | undefined => {
  const resource = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
  const binding = { spec: { resource, ...spec } } as Binding // all that is read
  return estimateGenerally(deepFreeze({ binding, placement: {}, clusters: [given] }))?.a
}

const requesting = (resourceRequest: ResourceList): Partial<BindingSpec> => ({
  replicas: 3,
  replicaRequirements: { resourceRequest },
})

describe('by what is free', () => {
  const summary: ResourceSummary = {
    allocatable: { cpu: '8', memory: '16Gi', pods: '110', 'nvidia.com/gpu': 2 },
    allocated: { cpu: '2500m', memory: '4Gi', pods: '10' },
    allocating: { cpu: '500m', pods: 5 },
  }
  const cases: readonly (readonly [says: string, request: ResourceList, replicas: number])[] = [
    ['cpu, rounded down', { cpu: '600m' }, 8],
    ['memory', { memory: '5Gi' }, 2],
    ['the scarcest resource', { cpu: '1', memory: '5Gi' }, 2],
    ['no more than pods', { cpu: '1m' }, 95],
    ['a request of nothing', { cpu: 0 }, 95],
    ['a device', { 'nvidia.com/gpu': 1 }, 2],
    ['a resource the cluster does not have', { 'amd.com/gpu': 1 }, 0],
  ]
  for (const [says, request, replicas] of cases) {
    test(says, () => assert.equal(estimate(cluster(summary), requesting(request)), replicas))
  }

  test('without requirements only pods count', () => assert.equal(estimate(cluster(summary), { replicas: 2 }), 95))
  test('a cluster that reports nothing takes none', () => assert.equal(estimate(cluster(), { replicas: 2 }), 0))
  test('a cluster that does not count pods takes none', () =>
    assert.equal(estimate(cluster({ allocatable: { cpu: 4 } }), requesting({ cpu: 1 })), 0))
  test('an overcommitted cluster takes none', () =>
    assert.equal(
      estimate(cluster({ allocatable: { cpu: 1, pods: 9 }, allocated: { cpu: 3 } }), requesting({ cpu: 1 })),
      0,
    ))
  test('more than there are numbers for is the largest number', () =>
    assert.equal(
      estimate(cluster({ allocatable: { cpu: '1E', pods: '1E' } }), requesting({ cpu: '1m' })),
      2_147_483_647,
    ))
  test('no opinion on what has no replicas', () => assert.equal(estimate(cluster(summary), {}), undefined))
})

describe('by models of nodes', () => {
  const range = (cpu: readonly [string, string], memory: readonly [string, string]): ResourceModel['ranges'] => [
    { name: 'cpu', min: cpu[0], max: cpu[1] },
    { name: 'memory', min: memory[0], max: memory[1] },
  ]
  const models: readonly ResourceModel[] = [
    { grade: 0, ranges: range(['0', '2'], ['0', '8Gi']) },
    { grade: 1, ranges: range(['2', '4'], ['8Gi', '16Gi']) },
    { grade: 2, ranges: range(['4', '9223372036854775807'], ['16Gi', '9223372036854775807']) },
  ]
  const summary = (...counts: readonly number[]): ResourceSummary => ({
    allocatable: { cpu: 100, memory: '100Gi', pods: 500 },
    allocatableModelings: counts.map((count, grade) => ({ grade, count })),
  })
  const cases: readonly (readonly [says: string, counts: readonly number[], request: ResourceList, fits: number])[] = [
    ['each node is the smallest of its grade', [5, 2, 1], { cpu: 1 }, 8],
    ['a replica needs one node with room for all of it', [0, 2, 1], { cpu: '3' }, 1],
    ['the scarcest resource of a node', [0, 2, 1], { cpu: '1', memory: '8Gi' }, 4],
    ['a node takes so many pods and no more', [0, 1, 0], { cpu: '1m' }, 110],
    ['no more than pods', [0, 9, 0], { cpu: '1m' }, 500],
    ['what is not modelled is taken from what is free', [0, 0, 1], { cpu: 1, 'nvidia.com/gpu': 1 }, 0],
    ['nodes that are not counted are not modelled', [], { cpu: 1 }, 100],
  ]
  for (const [says, counts, request, replicas] of cases) {
    test(says, () => assert.equal(estimate(cluster(summary(...counts), models), requesting(request)), replicas))
  }
})
