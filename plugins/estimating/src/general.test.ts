import type { Binding, Cluster, ResourceList, ResourceModel, ResourceSummary } from '@flotilla/sdk'
import { binding, cluster, examineEstimate } from '@flotilla/sdk/testing'
import { general } from './general.ts'

const requesting = (resourceRequest: ResourceList): Binding =>
  binding({ replicas: 3, replicaRequirements: { resourceRequest } })

const asking = (given: Cluster, about: Binding, estimate?: number) => ({
  given: { clusters: [given], binding: about },
  ...(estimate !== undefined && { estimates: { a: estimate } }),
})

const reporting = (resourceSummary: ResourceSummary, resourceModels: readonly ResourceModel[] = []): Cluster =>
  cluster({ name: 'a', resourceModels, status: { resourceSummary } })

const free = reporting({
  allocatable: { cpu: '8', memory: '16Gi', pods: '110', 'nvidia.com/gpu': 2 },
  allocated: { cpu: '2500m', memory: '4Gi', pods: '10' },
  allocating: { cpu: '500m', pods: 5 },
})

examineEstimate(general, {
  'cpu, rounded down': asking(free, requesting({ cpu: '600m' }), 8),
  memory: asking(free, requesting({ memory: '5Gi' }), 2),
  'the scarcest resource': asking(free, requesting({ cpu: '1', memory: '5Gi' }), 2),
  'no more than pods': asking(free, requesting({ cpu: '1m' }), 95),
  'a request of nothing': asking(free, requesting({ cpu: 0 }), 95),
  'no request': asking(free, binding({ replicas: 2 }), 95),
  'a device': asking(free, requesting({ 'nvidia.com/gpu': 1 }), 2),
  'a resource the cluster does not have': asking(free, requesting({ 'amd.com/gpu': 1 }), 0),
  'a cluster that reports nothing takes none': asking(cluster({ name: 'a' }), binding({ replicas: 2 }), 0),
  'a cluster that does not count pods takes none': asking(
    reporting({ allocatable: { cpu: 4 } }),
    requesting({ cpu: 1 }),
    0,
  ),
  'an overcommitted cluster takes none': asking(
    reporting({ allocatable: { cpu: 1, pods: 9 }, allocated: { cpu: 3 } }),
    requesting({ cpu: 1 }),
    0,
  ),
  'more than there are numbers for is the largest number': asking(
    reporting({ allocatable: { cpu: '1E', pods: '1E' } }),
    requesting({ cpu: '1m' }),
    2_147_483_647,
  ),
  'no opinion on what has no replicas': asking(free, binding()),
})

const range = (cpu: readonly [string, string], memory: readonly [string, string]): ResourceModel['ranges'] => [
  { name: 'cpu', min: cpu[0], max: cpu[1] },
  { name: 'memory', min: memory[0], max: memory[1] },
]

const models: readonly ResourceModel[] = [
  { grade: 0, ranges: range(['0', '2'], ['0', '8Gi']) },
  { grade: 1, ranges: range(['2', '4'], ['8Gi', '16Gi']) },
  { grade: 2, ranges: range(['4', '9223372036854775807'], ['16Gi', '9223372036854775807']) },
]

/** So many nodes of each grade. */
const nodes = (...counts: readonly number[]): Cluster =>
  reporting(
    {
      allocatable: { cpu: 100, memory: '100Gi', pods: 500 },
      allocatableModelings: counts.map((count, grade) => ({ grade, count })),
    },
    models,
  )

examineEstimate(general, {
  'each node is the smallest of its grade': asking(nodes(5, 2, 1), requesting({ cpu: 1 }), 8),
  'a replica needs one node with room for all of it': asking(nodes(0, 2, 1), requesting({ cpu: '3' }), 1),
  'the scarcest resource of a node': asking(nodes(0, 2, 1), requesting({ cpu: '1', memory: '8Gi' }), 4),
  'a node takes so many pods and no more': asking(nodes(0, 1, 0), requesting({ cpu: '1m' }), 110),
  'all nodes take no more than pods': asking(nodes(0, 9, 0), requesting({ cpu: '1m' }), 500),
  'what is not modelled is taken from what is free': asking(
    nodes(0, 0, 1),
    requesting({ cpu: 1, 'nvidia.com/gpu': 1 }),
    0,
  ),
  'nodes that are not counted are not modelled': asking(nodes(), requesting({ cpu: 1 }), 100),
})
