import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Component, ReplicaRequirements, ResourceList, schedule } from '@flotilla/sdk'
import fc from 'fast-check'
import { amountsOf } from './amounts.ts'
import type { NodeState } from './nodes.ts'
import type { QuotaState } from './quota.ts'
import { availableReplicas, availableSets, type ClusterState } from './simulation.ts'

let count = 0
const node = (free: ResourceList, more: Partial<NodeState> = {}): NodeState => ({
  name: `n${count++}`,
  labels: {},
  taints: [],
  isCordoned: false,
  free: amountsOf({ pods: 110, ...free }),
  ...more,
})

const cluster = (nodes: readonly NodeState[], quotas: readonly QuotaState[] = []): ClusterState => ({ nodes, quotas })

const asking = (resourceRequest: ResourceList, more: Partial<ReplicaRequirements> = {}): ReplicaRequirements => ({
  resourceRequest,
  ...more,
})

const part = (name: string, replicas: number, resourceRequest: ResourceList = {}): Component => ({
  name,
  replicas,
  replicaRequirements: { resourceRequest },
})

const workload = (replicas: number, request: ResourceList, namespace = 'shop'): schedule.AssumedWorkload => ({
  namespace,
  components: [part('web', replicas, request)],
})

describe('replicas on nodes', () => {
  const two = cluster([node({ cpu: '3', memory: '4Gi' }), node({ cpu: '1500m', memory: '16Gi' })])
  const cases: Readonly<Record<string, readonly [state: ClusterState, needs: ReplicaRequirements, replicas: number]>> =
    {
      'each node rounded down': [two, asking({ cpu: '1' }), 4],
      'the scarcest resource of each': [two, asking({ cpu: '1', memory: '2Gi' }), 3],
      'none where no node has room for one': [two, asking({ cpu: '4' }), 0],
      'as many as there are places for pods': [
        cluster([node({ cpu: 8, pods: 3 }), node({ cpu: 8, pods: 0 })]),
        asking({ cpu: '1m' }),
        3,
      ],
      'without a request, places for pods alone': [two, {}, 220],
      'a request of nothing': [two, asking({ cpu: 0 }), 220],
      'a resource no node has': [two, asking({ 'nvidia.com/gpu': 1 }), 0],
      'a device': [cluster([node({ 'nvidia.com/gpu': 3 })]), asking({ 'nvidia.com/gpu': 2 }), 1],
      'a node with more on it than it has counts as full': [
        cluster([node({ cpu: '-2' }), node({ cpu: 1 })]),
        asking({ cpu: 1 }),
        1,
      ],
      'no node, no replica': [cluster([]), asking({ cpu: 1 }), 0],
      'only where they may run': [
        cluster([
          node({ cpu: 9 }, { labels: { disk: 'ssd' } }),
          node({ cpu: 9 }),
          node({ cpu: 9 }, { isCordoned: true }),
        ]),
        asking({ cpu: 1 }, { nodeClaim: { nodeSelector: { disk: 'ssd' } } }),
        9,
      ],
      'more than there are numbers for is the largest number': [
        cluster([node({ cpu: '1E', pods: '1E' })]),
        asking({ cpu: '1m' }),
        2_147_483_647,
      ],
    }
  for (const [name, [state, needs, replicas]] of Object.entries(cases))
    test(name, () => assert.equal(availableReplicas(state, needs), replicas))
})

describe('what was assumed to come has its place before', () => {
  const state = cluster([node({ cpu: 4 }), node({ cpu: 4 })])
  const cases: Readonly<Record<string, readonly [assumed: schedule.AssumedWorkload[], replicas: number]>> = {
    'on the first node with room': [[workload(1, { cpu: 3 })], 2],
    'and what is too big for any takes none': [[workload(5, { cpu: 5 })], 4],
    'more of it than there is room for': [[workload(50, { cpu: 4 })], 0],
    'of a negative number there is none': [[workload(-3, { cpu: 4 })], 4],
    'of a number that is none, too': [[workload(Number.NaN, { cpu: 4 })], 4],
    'several workloads, in their order': [[workload(1, { cpu: 1 }), workload(1, { cpu: 4 })], 1],
  }
  for (const [name, [assumed, replicas]] of Object.entries(cases))
    test(name, () => assert.equal(availableReplicas(state, asking({ cpu: 2 }), assumed), replicas))
  test('the state itself stays what it was', () => {
    availableReplicas(state, asking({ cpu: 2 }), [workload(5, { cpu: 1 })])
    assert.deepEqual(state.nodes[0]?.free, amountsOf({ cpu: 4, pods: 110 }))
  })
})

describe('sets of components run whole or not at all', () => {
  const three = cluster([node({ cpu: 4 }), node({ cpu: 4 }), node({ cpu: 4 })])
  const cases: Readonly<Record<string, readonly [components: readonly Component[], sets: number]>> = {
    'one component': [[part('a', 2, { cpu: 1 })], 6],
    several: [[part('manager', 1, { cpu: 2 }), part('worker', 2, { cpu: 1 })], 3],
    'what does not fit node by node does not fit': [[part('big', 1, { cpu: 3 }), part('wide', 2, { cpu: 1 })], 2],
    'one that is too big': [[part('big', 1, { cpu: 5 }), part('small', 1, { cpu: 1 })], 0],
    'a component without replicas asks for nothing': [[part('a', 2, { cpu: 1 }), part('none', 0, { cpu: 99 })], 6],
    'nothing but such, any number': [[part('none', 0, { cpu: 99 })], 2_147_483_647],
  }
  for (const [name, [components, sets]] of Object.entries(cases))
    test(name, () => assert.equal(availableSets(three, components, undefined), sets))
  test('after a hundred thousand pods it is enough', () => {
    const vast = cluster([node({ cpu: 1e6, pods: 1e7 })])
    assert.equal(availableSets(vast, [part('a', 5_000, { cpu: '1m' }), part('b', 5_000, { cpu: '1m' })], undefined), 10)
  })
})

describe('quotas of the namespace', () => {
  const wide = [node({ cpu: 100, memory: '100Gi', 'nvidia.com/gpu': 100 })]
  const quota = (hard: ResourceList, used: ResourceList = {}, scopes: QuotaState['scopes'] = []): QuotaState => ({
    namespace: 'shop',
    scopes,
    hard: amountsOf(hard),
    used: amountsOf(used),
  })
  const class_ = (operator: string, ...values: readonly string[]): QuotaState['scopes'] => [
    { scopeName: 'PriorityClass', operator, values },
  ]
  const five = { cpu: 5 }
  const here = { namespace: 'shop' }
  const cases: Readonly<
    Record<string, readonly [quotas: readonly QuotaState[], needs: ReplicaRequirements, replicas: number]>
  > = {
    'what is left of it': [[quota({ 'requests.cpu': 5 }, { 'requests.cpu': 2 })], asking({ cpu: 1 }, here), 3],
    'under its short name, too': [[quota(five, { cpu: 1 })], asking({ cpu: 2 }, here), 2],
    'the tightest': [[quota(five), quota({ memory: '2Gi' })], asking({ cpu: 1, memory: '1Gi' }, here), 2],
    devices: [[quota({ 'requests.nvidia.com/gpu': 3 })], asking({ 'nvidia.com/gpu': 1 }, here), 3],
    pods: [[quota({ pods: 10 }, { pods: 6 })], asking({ cpu: 1 }, here), 4],
    'one that is used up': [[quota(five, { cpu: 7 })], asking({ cpu: 1 }, here), 0],
    'limits bound nothing': [[quota({ 'limits.cpu': 1 })], asking({ cpu: 1 }, here), 100],
    'what is not requested is not bounded': [[quota({ memory: '1Gi' })], asking({ cpu: 1 }, here), 100],
    'of another namespace are not about it': [[quota(five)], asking({ cpu: 1 }, { namespace: 'other' }), 100],
    'nobody said which namespace': [[quota(five)], asking({ cpu: 1 }), 100],
    'of its priority class': [
      [quota(five, {}, class_('In', 'high'))],
      asking({ cpu: 1 }, { ...here, priorityClassName: 'high' }),
      5,
    ],
    'of another class': [
      [quota(five, {}, class_('In', 'high'))],
      asking({ cpu: 1 }, { ...here, priorityClassName: 'low' }),
      100,
    ],
    'not of a class': [[quota(five, {}, class_('NotIn', 'low'))], asking({ cpu: 1 }, here), 5],
    'of any class, where there is none': [[quota(five, {}, class_('Exists'))], asking({ cpu: 1 }, here), 100],
    'of no class': [[quota(five, {}, class_('DoesNotExist'))], asking({ cpu: 1 }, here), 5],
    'by another scope are not about it': [
      [quota(five, {}, [{ scopeName: 'BestEffort', operator: 'Exists' }])],
      asking({ cpu: 1 }, here),
      100,
    ],
  }
  for (const [name, [quotas, needs, replicas]] of Object.entries(cases))
    test(name, () => assert.equal(availableReplicas(cluster(wide, quotas), needs), replicas))

  test('a set counts with all its components, each by its class', () => {
    const components = [part('a', 2, { cpu: 1 }), { name: 'b', replicas: 1, replicaRequirements: { priorityClassName: 'high', resourceRequest: { cpu: 1 } } }] // biome-ignore format: a table
    assert.equal(availableSets(cluster(wide, [quota({ cpu: 9 })]), components, 'shop'), 3)
    assert.equal(availableSets(cluster(wide, [quota({ cpu: 9 }, {}, class_('In', 'high'))]), components, 'shop'), 9)
  })
  test('what was assumed in the namespace counts, what was elsewhere does not', () => {
    const state = cluster(wide, [quota({ cpu: 9 })])
    assert.equal(availableReplicas(state, asking({ cpu: 1 }, here), [workload(4, { cpu: 1 })]), 5)
    assert.equal(availableReplicas(state, asking({ cpu: 1 }, here), [workload(4, { cpu: 1 }, 'other')]), 9)
  })
})

/** What users write, and what they never should. */
const amount = fc.integer({ min: -2, max: 12 })
const lists = fc.record({ cpu: amount, memory: amount, pods: amount })
const nodes = fc.array(
  lists.map((free) => node(free)),
  { maxLength: 6 },
)
const requests = fc.record({ cpu: fc.integer({ min: 0, max: 4 }), memory: fc.integer({ min: 0, max: 4 }) })
const parts = fc.array(fc.tuple(fc.integer({ min: -1, max: 3 }), requests), { minLength: 1, maxLength: 3 })
const componentsOf = (drawn: readonly (readonly [number, ResourceList])[]): readonly Component[] =>
  drawn.map(([replicas, request], i) => part(`c${i}`, replicas, request))
const assumptions = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 5 }), requests).map(([replicas, request]) => workload(replicas, request)),
  { maxLength: 3 },
)

describe('whatever a cluster is like', () => {
  test('a number is a whole number from 0', () =>
    fc.assert(
      fc.property(nodes, requests, parts, assumptions, (given, request, drawn, assumed) => {
        for (const number of [
          availableReplicas(cluster(given), asking(request), assumed),
          availableSets(cluster(given), componentsOf(drawn), 'shop', assumed),
        ])
          assert.ok(Number.isInteger(number) && number >= 0 && number < 2 ** 31)
      }),
    ))
  test('one more node, or more on each, never makes it less', () =>
    fc.assert(
      fc.property(nodes, lists, requests, (given, more, request) => {
        const before = availableReplicas(cluster(given), asking(request))
        assert.ok(availableReplicas(cluster([...given, node(more)]), asking(request)) >= before)
        const richer = given.map(({ free }) => node({ cpu: 1 + Number((free.get('cpu') ?? 0n) / 1000n), memory: 1 + Number((free.get('memory') ?? 0n) / 1000n), pods: Number((free.get('pods') ?? 0n) / 1000n) })) // biome-ignore format: one node
        assert.ok(availableReplicas(cluster(richer), asking(request)) >= before)
      }),
    ))
  test('so many fit, and one more does not', () =>
    fc.assert(
      fc.property(nodes, requests, (given, request) => {
        const number = availableReplicas(cluster(given), asking(request))
        const left = (replicas: number) =>
          availableReplicas(cluster(given), asking(request), [workload(replicas, request)])
        assert.equal(left(number), 0)
        if (number > 0) assert.equal(left(number - 1), 1)
      }),
    ))
  test('sets never need more than all nodes have together', () =>
    fc.assert(
      fc.property(nodes, parts, (given, drawn) => {
        const components = componentsOf(drawn)
        const sets = availableSets(cluster(given), components, 'shop')
        const needed = (name: string) => components.reduce((sum, { replicas, replicaRequirements }) => sum + Math.max(0, replicas) * Number(replicaRequirements?.resourceRequest?.[name] ?? 0), 0) // biome-ignore format: a sum
        for (const name of ['cpu', 'memory']) {
          const there = given.reduce((sum, { free }) => sum + Math.max(0, Number(free.get(name)) / 1000), 0)
          if (needed(name) > 0) assert.ok(sets * needed(name) <= there)
        }
      }),
    ))
  test('a set of one replica is a replica', () =>
    fc.assert(
      fc.property(nodes, requests, assumptions, (given, request, assumed) =>
        assert.equal(
          availableSets(cluster(given), [part('only', 1, request)], 'shop', assumed),
          availableReplicas(cluster(given), asking(request, { namespace: 'shop' }), assumed),
        ),
      ),
    ))
})
