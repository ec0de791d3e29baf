import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Binding,
  type BindingSpec,
  type BindingStatus,
  type Condition,
  deepFreeze,
  type Extension,
  interpret,
  type Manifest,
  on,
  Registry,
  type Work,
  type WorkStatus,
} from '@flotilla/sdk'
import { aggregate } from './aggregate.ts'

const now = new Date('2026-01-02T03:04:05Z')
const then = '2026-01-01T00:00:00Z'

const bindingWith = (spec: Partial<BindingSpec>, status?: BindingStatus): Binding => ({
  apiVersion: 'work.karmada.io/v1alpha2',
  kind: 'ResourceBinding',
  metadata: { name: 'web-deployment', namespace: 'default' },
  spec: {
    resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' },
    clusters: [{ name: 'a' }, { name: 'b' }],
    ...spec,
  },
  ...(status && { status }),
})

const condition = (type: string, status: Condition['status'], message = ''): Condition => ({
  type,
  status,
  message,
  reason: 'R',
  lastTransitionTime: then,
})

const workIn = (cluster: string, status: WorkStatus, deletionTimestamp?: string): Work => ({
  apiVersion: 'work.karmada.io/v1alpha1',
  kind: 'Work',
  metadata: { name: 'web-x', namespace: `karmada-es-${cluster}`, ...(deletionTimestamp && { deletionTimestamp }) },
  spec: {},
  status,
})

const says = (replicas: number): WorkStatus => ({
  conditions: [condition('Applied', 'True')],
  manifestStatuses: [
    { identifier: { ordinal: 0, version: 'v1', kind: 'Secret', resource: '', name: 'web' }, health: 'Unhealthy' },
    {
      identifier: {
        ordinal: 1,
        group: 'apps',
        version: 'v1',
        kind: 'Deployment',
        resource: '',
        namespace: 'default',
        name: 'web',
      },
      status: { replicas },
      health: 'Healthy',
    },
  ],
})

const asked = (binding: Binding, works: readonly Work[], template?: Manifest, ...extensions: readonly Extension[]) => {
  const registry = new Registry()
  for (const extension of extensions) registry.add(extension)
  return aggregate(registry.ask, deepFreeze({ binding, works, now, ...(template && { template }) }))
}

const isFull = ({ conditions }: BindingStatus) => conditions?.find(({ type }) => type === 'FullyApplied')?.status

test('every cluster has an item, by name, and all of them make it fully applied', async () => {
  const { status } = await asked(bindingWith({}), [workIn('b', says(2)), workIn('a', says(1))])
  assert.deepEqual(status, {
    aggregatedStatus: [
      { clusterName: 'a', status: { replicas: 1 }, applied: true, health: 'Healthy' },
      { clusterName: 'b', status: { replicas: 2 }, applied: true, health: 'Healthy' },
    ],
    conditions: [
      {
        type: 'FullyApplied',
        status: 'True',
        reason: 'FullyAppliedSuccess',
        message: 'All works have been successfully applied',
        lastTransitionTime: '2026-01-02T03:04:05Z',
      },
    ],
  })
})

describe('an item', () => {
  const itemOf = async (status: WorkStatus) =>
    (await asked(bindingWith({}), [workIn('a', status)])).status.aggregatedStatus?.[0]

  test('says why nothing was applied', async () => {
    const failed = { ...says(1), conditions: [condition('Applied', 'False', 'no room')] }
    assert.deepEqual(await itemOf(failed), {
      clusterName: 'a',
      applied: false,
      appliedMessage: 'no room',
      health: 'Unknown',
    })
  })
  test('says nothing of what was not heard of yet', async () => {
    assert.deepEqual(await itemOf({}), { clusterName: 'a', applied: false, health: 'Unknown' })
    assert.deepEqual(await itemOf({ conditions: [condition('Applied', 'True')] }), {
      clusterName: 'a',
      applied: true,
      health: 'Unknown',
    })
  })
  test('is not made of a Work that is going', async () => {
    const { status } = await asked(bindingWith({}), [workIn('a', says(1), then)])
    assert.deepEqual(status.aggregatedStatus, [])
  })
})

describe('fully applied', () => {
  const cases: Record<string, readonly [Partial<BindingSpec>, readonly Work[], string]> = {
    'with a Work in every cluster': [{}, [workIn('a', says(1)), workIn('b', says(1))], 'True'],
    'not with one missing': [{}, [workIn('a', says(1))], 'False'],
    'not with one that failed': [
      {},
      [workIn('a', says(1)), workIn('b', { conditions: [condition('Applied', 'False')] })],
      'False',
    ],
    'not with one too many': [{ clusters: [{ name: 'a' }] }, [workIn('a', says(1)), workIn('b', says(1))], 'False'],
    'not without clusters': [{ clusters: [] }, [], 'False'],
    'with the clusters of a dependent': [
      { clusters: [{ name: 'a' }], requiredBy: [{ name: 'x', clusters: [{ name: 'b' }] }] },
      [workIn('a', says(1)), workIn('b', says(1))],
      'True',
    ],
    'with the clusters it leaves gracefully': [
      {
        clusters: [{ name: 'a' }],
        gracefulEvictionTasks: [{ fromCluster: 'b', reason: 'R', producer: 'P', purgeMode: 'Gracefully' }],
      },
      [workIn('a', says(1)), workIn('b', says(1))],
      'True',
    ],
  }
  for (const [name, [spec, works, expected]] of Object.entries(cases)) {
    test(name, async () => assert.equal(isFull((await asked(bindingWith(spec), works)).status), expected))
  }
})

test('a binding that says it all already keeps its status, and what others said in it', async () => {
  const works = [workIn('a', says(1)), workIn('b', says(2))]
  const scheduled = condition('Scheduled', 'True')
  const { status } = await asked(bindingWith({}, { schedulerObservedGeneration: 3, conditions: [scheduled] }), works)
  assert.equal(status.schedulerObservedGeneration, 3)
  assert.deepEqual(status.conditions?.[0], scheduled)
  const binding = bindingWith({}, status)
  assert.equal((await asked(binding, works)).status, binding.status)
})

describe('the template', () => {
  const template: Manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    status: { sum: 3 },
  }
  const works = [workIn('a', says(1)), workIn('b', says(2))]
  const sums = (extra: number) =>
    on(interpret.aggregate, ({ template, items }) => ({
      ...template,
      status: { sum: items.reduce((sum, { status }) => sum + (status as { replicas: number }).replicas, extra) },
    }))

  test('gets the status a plugin makes of all items', async () => {
    assert.deepEqual((await asked(bindingWith({}), works, template, sums(4))).template?.status, { sum: 7 })
  })
  test('is left alone when that is what it says', async () => {
    assert.equal((await asked(bindingWith({}), works, template, sums(0))).template, undefined)
  })
  test('is left alone when nobody knows better', async () => {
    assert.equal((await asked(bindingWith({}), works, template)).template, undefined)
  })
})
