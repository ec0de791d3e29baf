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

const components = (...parts: readonly (readonly [replicas: number, resourceRequest: ResourceList])[]): Binding =>
  binding({
    components: parts.map(([replicas, resourceRequest], i) => ({
      name: `c${i}`,
      replicas,
      replicaRequirements: { resourceRequest },
    })),
  })

examineEstimate(general, {
  'sets of components, all that each of them needs together': asking(
    free,
    components([1, { cpu: 1 }], [2, { cpu: '500m' }]),
    2,
  ),
  'a set needs a pod for each replica': asking(free, components([50, {}], [10, {}]), 1),
  'sets of one component': asking(free, components([2, { cpu: 1 }]), 2),
  'a component without replicas needs nothing': asking(free, components([1, { cpu: 1 }], [0, { cpu: 99 }]), 5),
  'no opinion on components without replicas': asking(free, components([0, { cpu: 1 }])),
  'a set needs nodes for each of its replicas': asking(nodes(0, 2, 1), components([1, { cpu: 3 }], [2, { cpu: 2 }]), 1),
  'and all that is free': asking(
    reporting(
      { allocatable: { cpu: 3, memory: '9Gi', pods: 9 }, allocatableModelings: [{ grade: 1, count: 9 }] },
      models,
    ),
    components([1, { cpu: 1 }], [1, { cpu: 1 }]),
    1,
  ),
  'a cluster that reports nothing takes no set': asking(cluster({ name: 'a' }), components([1, {}]), 0),
})

/** The same, when so many replicas were given to the cluster and are not counted there yet. */
const besides = (given: Cluster, replicas: number, resourceRequest: ResourceList, about: Binding, estimate: number) => {
  const workload = { components: [{ name: 'other', replicas, replicaRequirements: { resourceRequest } }] }
  return { given: { clusters: [given], binding: about, assumed: { a: [workload] } }, estimates: { a: estimate } }
}

examineEstimate(general, {
  'what is still to come has its room': besides(free, 3, { cpu: 1 }, requesting({ cpu: 1 }), 2),
  'and its pods': besides(free, 90, {}, requesting({ cpu: '1m' }), 5),
  'more of it than there is room for': besides(free, 9, { cpu: 1 }, requesting({ cpu: 1 }), 0),
  'on its nodes': besides(nodes(0, 2, 1), 2, { cpu: 2 }, requesting({ cpu: 2 }), 2),
  'a node that is partly taken has its rest': besides(nodes(0, 0, 2), 1, { cpu: 3 }, requesting({ cpu: 1 }), 5),
  'beside sets, too': besides(nodes(0, 2, 1), 2, { cpu: 2 }, components([1, { cpu: 2 }], [1, { cpu: 1 }]), 1),
})
