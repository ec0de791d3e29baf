import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Binding,
  type BindingSpec,
  type Cluster,
  type ClusterSpec,
  deepFreeze,
  type Host,
  type Index,
  type Placement,
  type Plugin,
  Registry,
  schedule,
  type Taint,
} from '@flotilla/sdk'
import { schedulingPlugins } from './index.ts'

const deployments = [{ groupVersion: 'apps/v1', resources: [{ name: 'deployments', kind: 'Deployment' }] }]

interface Rest {
  readonly labels?: Readonly<Record<string, string>>
  readonly enablements?: typeof deployments
}

const cluster = (
  name: string,
  spec: Partial<ClusterSpec> = {},
  { labels = {}, enablements = deployments }: Rest = {},
): Cluster => ({
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  metadata: { name, labels },
  spec: { syncMode: 'Push', ...spec },
  status: { apiEnablements: enablements },
})

const binding = (spec: Partial<BindingSpec> = {}, name = 'web-deployment', namespace = 'shop'): Binding => ({
  apiVersion: 'work.karmada.io/v1alpha2',
  kind: 'ResourceBinding',
  metadata: { name, namespace },
  spec: { resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }, ...spec },
})

const hostWith = (bindings: readonly Binding[]): Host =>
  ({
    store: () => ({
      synced: Promise.resolve(),
      by: (index: Index<Binding>, value: string) => bindings.filter((each) => [...index.values(each)].includes(value)),
    }),
  }) as unknown as Host // all that these plugins ask of it

const registryOf = (plugins: readonly Plugin[], bindings: readonly Binding[]): Registry => {
  const registry = new Registry()
  for (const plugin of plugins) for (const each of plugin.extensions?.(hostWith(bindings)) ?? []) registry.add(each)
  return registry
}

interface Asked {
  readonly binding?: Binding
  readonly placement?: Placement
  readonly affinityName?: string
  readonly clusters: readonly Cluster[]
  /** Other bindings there are. */
  readonly others?: readonly Binding[]
}

async function refusals({ others = [], ...asked }: Asked): Promise<Readonly<Record<string, string>>> {
  const question = deepFreeze({ binding: binding(), placement: {}, ...asked })
  const refused = await registryOf(schedulingPlugins, others).ask(schedule.filter, question)
  return Object.fromEntries(Object.entries(refused).map(([name, { reason }]) => [name, reason]))
}

const cases = (table: Readonly<Record<string, readonly [asked: Asked, refused: Readonly<Record<string, string>>]>>) => {
  for (const [says, [asked, refused]] of Object.entries(table)) {
    test(says, async () => assert.deepEqual(await refusals(asked), refused))
  }
}

describe('cluster affinity', () => {
  const reason = 'cluster(s) did not match the placement cluster affinity constraint'
  const three = [cluster('a'), cluster('b', {}, { labels: { tier: 'gold' } }), cluster('c', { region: 'north' })]
  const terms: Placement = {
    clusterAffinities: [
      {
        affinityName: 'first',
        clusterNames: ['a'],
        overflowAffinities: [{ affinityName: 'more', clusterNames: ['b'] }],
      },
      { affinityName: 'second', clusterNames: ['c'] },
    ],
  }
  cases({
    'no affinity names every cluster': [{ clusters: three }, {}],
    'names and exclusions': [
      { clusters: three, placement: { clusterAffinity: { clusterNames: ['a', 'b'], exclude: ['b'] } } },
      { b: reason, c: reason },
    ],
    labels: [
      { clusters: three, placement: { clusterAffinity: { labelSelector: { matchLabels: { tier: 'gold' } } } } },
      { a: reason, c: reason },
    ],
    fields: [
      {
        clusters: three,
        placement: {
          clusterAffinity: {
            fieldSelector: { matchExpressions: [{ key: 'region', operator: 'In', values: ['north'] }] },
          },
        },
      },
      { a: reason, b: reason },
    ],
    'the term being tried counts': [
      { clusters: three, placement: terms, affinityName: 'second' },
      { a: reason, b: reason },
    ],
    'the first term counts when none is named': [
      { clusters: three, placement: terms },
      { b: reason, c: reason },
    ],
    'a workload may overflow': [
      { clusters: three, placement: terms, binding: binding({ replicas: 2 }), affinityName: 'first' },
      { c: reason },
    ],
  })
})

describe('cluster eviction', () => {
  cases({
    'a cluster that is being left is not one to go to': [
      {
        clusters: [cluster('a'), cluster('b')],
        binding: binding({ gracefulEvictionTasks: [{ fromCluster: 'b', reason: 'X', producer: 'me' }] }),
      },
      { b: 'cluster(s) is in the process of eviction' },
    ],
  })
})

describe('taint toleration', () => {
  const taint = (effect: Taint['effect'], value?: string): Taint => ({ key: 'gpu', effect, ...(value && { value }) })
  const tainted = (...taints: readonly Taint[]) => [cluster('a', { taints })]
  const tolerating: Placement = { clusterTolerations: [{ key: 'gpu', operator: 'Exists' }] }
  cases({
    NoSchedule: [
      { clusters: tainted(taint('NoSchedule', 'yes')) },
      { a: 'cluster(s) had untolerated taint {gpu=yes:NoSchedule}' },
    ],
    NoExecute: [{ clusters: tainted(taint('NoExecute')) }, { a: 'cluster(s) had untolerated taint {gpu:NoExecute}' }],
    'PreferNoSchedule keeps nobody away': [{ clusters: tainted(taint('PreferNoSchedule')) }, {}],
    tolerated: [{ clusters: tainted(taint('NoSchedule'), taint('NoExecute')), placement: tolerating }, {}],
    'one of two is not tolerated': [
      { clusters: tainted(taint('NoSchedule'), { key: 'disk', effect: 'NoSchedule' }), placement: tolerating },
      { a: 'cluster(s) had untolerated taint {disk:NoSchedule}' },
    ],
    'what is there stays': [
      { clusters: tainted(taint('NoExecute')), binding: binding({ clusters: [{ name: 'a' }] }) },
      {},
    ],
  })
})

describe('api enablement', () => {
  const reason = 'cluster(s) did not have the API resource'
  const none = { enablements: [] }
  cases({
    'a cluster that does not serve the kind': [{ clusters: [cluster('a', {}, none), cluster('b')] }, { a: reason }],
    'a cluster that says nothing': [
      { clusters: [{ ...cluster('a'), status: {} }, { ...cluster('b'), status: undefined } as unknown as Cluster] },
      { a: reason, b: reason },
    ],
    'another version is another kind': [
      {
        clusters: [cluster('a')],
        binding: binding({ resource: { apiVersion: 'apps/v2', kind: 'Deployment', name: 'web' } }),
      },
      { a: reason },
    ],
    'what is there stays': [
      { clusters: [cluster('a', {}, none)], binding: binding({ clusters: [{ name: 'a' }] }) },
      {},
    ],
  })
})

describe('spread constraint', () => {
  const by = (...fields: readonly ('region' | 'zone' | 'provider' | 'cluster')[]): Placement => ({
    spreadConstraints: fields.map((spreadByField) => ({ spreadByField, minGroups: 1 })),
  })
  const all = [
    cluster('a', { region: 'r', zones: ['z'], provider: 'p' }),
    cluster('b', { zone: 'z' }),
    cluster('c', {}, { labels: { rack: '1' } }),
  ]
  cases({
    'every cluster is one': [{ clusters: all, placement: by('cluster') }, {}],
    region: [
      { clusters: all, placement: by('cluster', 'region') },
      { b: 'cluster(s) did not have region property', c: 'cluster(s) did not have region property' },
    ],
    'zone, in the list or alone': [
      { clusters: all, placement: by('cluster', 'zone') },
      { c: 'cluster(s) did not have zones property' },
    ],
    provider: [
      { clusters: [cluster('d')], placement: by('provider') },
      { d: 'cluster(s) did not have provider property' },
    ],
    'a label': [
      { clusters: all, placement: { spreadConstraints: [{ spreadByLabel: 'rack' }] } },
      { a: 'cluster(s) did not have label rack property', b: 'cluster(s) did not have label rack property' },
    ],
  })
})

describe('workloads of one group', () => {
  const two = [cluster('a'), cluster('b')]
  const affine = (name: string, clusters: readonly string[], namespace = 'shop') =>
    binding(
      { workloadAffinityGroups: { affinityGroup: 'app=web' }, clusters: clusters.map((each) => ({ name: each })) },
      name,
      namespace,
    )
  const apart = (name: string, clusters: readonly string[]) =>
    binding(
      { workloadAffinityGroups: { antiAffinityGroup: 'app=web' }, clusters: clusters.map((each) => ({ name: each })) },
      name,
    )
  const away = 'ResourceBinding with the same affinity group does not target this cluster'
  const taken = 'cluster already has workload with the same anti-affinity group'
  cases({
    'go where the others are': [
      { clusters: two, binding: affine('x', []), others: [affine('x', []), affine('y', ['b'])] },
      { a: away },
    ],
    'the first may go anywhere': [{ clusters: two, binding: affine('x', []), others: [affine('y', [])] }, {}],
    'another namespace is another group': [
      { clusters: two, binding: affine('x', []), others: [affine('y', ['b'], 'other')] },
      {},
    ],
    'stay where they are': [{ clusters: two, binding: affine('x', ['a']), others: [affine('y', ['b'])] }, {}],
    'keep apart': [{ clusters: two, binding: apart('x', []), others: [apart('y', ['b'])] }, { b: taken }],
    'a binding is not in its own way': [{ clusters: two, binding: apart('x', []), others: [apart('x', ['b'])] }, {}],
  })
})

test('a refusal says whether it can pass: only the others of a group can move away', async () => {
  const [others, clusters] = [
    [binding({ workloadAffinityGroups: { antiAffinityGroup: 'g' }, clusters: [{ name: 'a' }] }, 'other')],
    [cluster('a'), cluster('b', {}, { enablements: [] })],
  ]
  const asked = binding({ workloadAffinityGroups: { antiAffinityGroup: 'g' } })
  const refused = await registryOf(schedulingPlugins, others).ask(schedule.filter, {
    binding: asked,
    placement: {},
    clusters,
  })
  assert.deepEqual(
    Object.entries(refused).map(([name, { resolvable }]) => [name, resolvable]),
    [
      ['b', false],
      ['a', true],
    ],
  )
})

test('what the user asked for is said before what the cluster is like', async () => {
  const asked = { clusters: [cluster('a', { taints: [{ key: 'k', effect: 'NoSchedule' }] }, { enablements: [] })] }
  const placement = { clusterAffinity: { clusterNames: ['b'] } }
  assert.match((await refusals({ ...asked, placement })).a ?? '', /affinity/)
  assert.match((await refusals(asked)).a ?? '', /taint/)
})

test('locality: clusters the binding is in get full marks', async () => {
  const clusters = [cluster('a'), cluster('b')]
  const score = (given: Binding) =>
    registryOf(schedulingPlugins, []).ask(schedule.score, deepFreeze({ binding: given, placement: {}, clusters }))
  assert.deepEqual(await score(binding({ clusters: [{ name: 'b' }, { name: 'gone' }] })), { b: 100 })
  assert.deepEqual(await score(binding()), {})
})
