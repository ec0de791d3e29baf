import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import {
  annotation,
  type Binding,
  type BindingSpec,
  type Cluster,
  clusterKind,
  clusterOverridePolicyKind,
  label,
  type Manifest,
  on,
  render as renderPoints,
  resourceBindingKind,
  type Work,
  withField,
  workKind,
} from '@flotilla/sdk'
import { binding, cluster, clusterOverridePolicy, clusters, deployment } from '@flotilla/sdk/testing'
import { type TestMachine, testMachine } from '../../extension/machine.test-support.ts'
import { renderControllers } from './controller.ts'

let machine: TestMachine
afterEach(() => machine.end())

/** Writes plaintext values where they are wanted. */
const plaintext = on(renderPoints.override, ({ manifest, overriders }) =>
  (overriders.plaintext ?? []).reduce((done, { path, value }) => {
    if (path === '/broken') throw new Error('no such path')
    return withField(done, path.slice(1).split('/'), value)
  }, manifest),
)

const start = async (...objects: readonly Manifest[]) => {
  machine = testMachine({ objects, extensions: [plaintext] })
  machine.run(renderControllers(machine))
  await machine.quiet()
}

const bound = (
  spec: Omit<Partial<BindingSpec>, 'clusters'> & { readonly clusters?: Readonly<Record<string, number>> } = {},
) =>
  binding({
    labels: { [label.bindingId]: 'id' },
    finalizers: ['karmada.io/binding-controller'],
    generation: 1,
    clusters: { member1: 1, member2: 1 },
    ...spec,
  })

const fleet = clusters('member1', 'member2', 'member3')
const works = () => machine.objects.list(workKind) as readonly Work[]
const where = () => works().map(({ metadata }) => metadata.namespace?.replace('karmada-es-', ''))
const manifestIn = (name: string) =>
  works().find(({ metadata }) => metadata.namespace === `karmada-es-${name}`)?.spec.workload?.manifests?.[0]
const colorIn = (name: string) => (manifestIn(name)?.spec as { color?: string } | undefined)?.color
const writes = () => machine.writes.map(({ verb, what }) => `${verb} ${what.replace(/-\w+$/, '')}`)

/** Changes the binding as the scheduler would. */
const schedule = (spec: Partial<BindingSpec>) => {
  const before = machine.objects.get(resourceBindingKind, bound().metadata) as Binding
  const generation = (before.metadata.generation ?? 0) + 1
  machine.objects.put({ ...before, metadata: { ...before.metadata, generation }, spec: { ...before.spec, ...spec } })
}

const paint = (value: string, targets?: readonly string[]) =>
  clusterOverridePolicy({
    overrideRules: [
      {
        ...(targets && { targetCluster: { clusterNames: targets } }),
        overriders: { plaintext: [{ path: '/spec/color', operator: 'add', value }] },
      },
    ],
  })

describe('a binding', () => {
  test('has a Work in each of its clusters, each written once', async () => {
    await start(...fleet, deployment(), bound())
    assert.deepEqual(writes(), ['create works karmada-es-member1/web', 'create works karmada-es-member2/web'])
    assert.deepEqual(works()[0]?.metadata.finalizers, ['karmada.io/execution-controller'])
    assert.deepEqual(machine.complaints, [])
  })
  test('whose Works are as they should be is not written after a restart', async () => {
    await start(...fleet, deployment(), bound())
    const made = works()
    machine.end()
    await start(...fleet, deployment(), bound(), ...made)
    assert.deepEqual(writes(), [])
  })
  test('that goes elsewhere leaves no Work behind', async () => {
    await start(...fleet, deployment(), bound())
    for (const work of works()) machine.objects.put({ ...work, metadata: { ...work.metadata, finalizers: [] } })
    schedule({ clusters: [{ name: 'member3' }] })
    await machine.until(() => where().join() === 'member3')
  })
  test('gets back a Work that somebody deleted', async () => {
    await start(...fleet, deployment(), bound())
    const [work] = works()
    assert.ok(work)
    machine.objects.remove(work)
    await machine.until(() => works().length === 2)
  })
  test('waits for its id', async () => {
    await start(...fleet, deployment(), { ...bound(), metadata: { ...bound().metadata, labels: {} } })
    assert.deepEqual(works(), [])
    machine.objects.put(bound())
    await machine.until(() => works().length === 2)
  })
  test('waits for its cache when the scheduler has seen a newer template', async () => {
    const { resource } = bound().spec
    await start(...fleet, deployment(), bound({ resource: { ...resource, resourceVersion: '1000' } }))
    assert.deepEqual(works(), [])
  })
  test('without a template is left alone', async () => {
    await start(...fleet, bound())
    assert.deepEqual(writes(), [])
  })
  test('that is deleted takes its Works with it, and is let go', async () => {
    await start(...fleet, deployment(), bound())
    await machine.client.delete(resourceBindingKind, bound().metadata)
    await machine.until(() => machine.objects.get(resourceBindingKind, bound().metadata) === undefined)
    assert.ok(works().every(({ metadata }) => metadata.deletionTimestamp))
  })
})

describe('an eviction', () => {
  const task = { fromCluster: 'member1', reason: 'R', producer: 'P' }
  test('that is graceful keeps the Work', async () => {
    await start(...fleet, deployment(), bound())
    schedule({ clusters: [{ name: 'member3' }], gracefulEvictionTasks: [{ ...task, purgeMode: 'Gracefully' }] })
    await machine.until(() => where().includes('member3'))
    assert.ok(where().includes('member1'))
  })
  test('that is direct takes it away before another is made', async () => {
    await start(...fleet, deployment(), bound({ clusters: { member1: 1 } }))
    schedule({ clusters: [{ name: 'member3' }], gracefulEvictionTasks: [{ ...task, purgeMode: 'Directly' }] })
    await machine.until(() => works()[0]?.metadata.deletionTimestamp !== undefined)
    assert.deepEqual(where(), ['member1'])
    const [going] = works()
    assert.ok(going)
    machine.objects.remove(going)
    await machine.until(() => where().join() === 'member3')
  })
})

describe('an override policy', () => {
  test('changes the Works it is about when it comes, changes and goes', async () => {
    await start(...fleet, deployment(), bound())
    machine.objects.put(paint('red', ['member1']))
    await machine.until(() => colorIn('member1') === 'red')
    assert.equal(colorIn('member2'), undefined)
    machine.objects.put(paint('blue'))
    await machine.until(() => colorIn('member1') === 'blue' && colorIn('member2') === 'blue')
    machine.objects.remove(machine.objects.get(clusterOverridePolicyKind, { name: 'override' }) as Manifest)
    await machine.until(() => colorIn('member1') === undefined && colorIn('member2') === undefined)
    assert.equal(works()[0]?.metadata.annotations?.[annotation.appliedClusterOverrides], undefined)
  })
  test('is about a cluster as soon as that has its labels', async () => {
    const gold = clusterOverridePolicy({
      overrideRules: [
        {
          targetCluster: { labelSelector: { matchLabels: { tier: 'gold' } } },
          overriders: { plaintext: [{ path: '/spec/color', operator: 'add', value: 'gold' }] },
        },
      ],
    })
    await start(...fleet, deployment(), bound(), gold)
    machine.objects.put(cluster({ name: 'member2', labels: { tier: 'gold' } }))
    await machine.until(() => colorIn('member2') === 'gold')
    assert.equal(colorIn('member1'), undefined)
  })
  test('that cannot be applied in one cluster does not keep the others from their turn, and is told of', async () => {
    const broken = clusterOverridePolicy({
      overrideRules: [
        {
          targetCluster: { clusterNames: ['member1'] },
          overriders: { plaintext: [{ path: '/broken', operator: 'add', value: 1 }] },
        },
      ],
    })
    await start(...fleet, deployment(), bound(), broken)
    assert.deepEqual(where(), ['member2'])
    assert.deepEqual(
      machine.events.map(({ about, reason, message }) => [about, reason, message]),
      ['ResourceBinding web-deployment', 'Deployment web'].map((about) => [
        about,
        'SyncWorkFailed',
        'ClusterOverridePolicy override cannot be applied to Deployment default/web: no such path',
      ]),
    )
  })
})

test('a cluster nobody knows is told of, and written to when it comes', async () => {
  await start(...clusters('member1'), deployment(), bound())
  assert.deepEqual(where(), ['member1'])
  assert.match(machine.events[0]?.message ?? '', /there is no cluster member2/)
  machine.objects.put(cluster({ name: 'member2' }))
  await machine.until(() => where().length === 2)
  assert.ok(machine.objects.get(clusterKind, { name: 'member2' }) as Cluster)
})
