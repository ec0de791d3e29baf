import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { annotation, type Binding, type Index, interpret, label, on, Registry } from '@flotilla/sdk'
import { type BindingWords, binding, manifest } from '@flotilla/sdk/testing'
import {
  attach,
  dependedBy,
  dependenciesOf,
  disagreements,
  heardAnew,
  isLeftover,
  neededBy,
  recorded,
  referrers,
} from './dependencies.ts'

const config = { apiVersion: 'v1', kind: 'ConfigMap', name: 'settings' }
const secrets = { apiVersion: 'v1', kind: 'Secret', labelSelector: { matchLabels: { app: 'web' } } }
const settings = manifest('v1', 'ConfigMap', { namespace: 'default', name: 'settings', uid: 'u', resourceVersion: '3' })

const needing = (name: string, dependencies: readonly interpret.Dependency[], words: BindingWords = {}): Binding =>
  binding({
    name,
    labels: { [label.bindingId]: `id-${name}` },
    annotations: { [annotation.dependencies]: JSON.stringify(dependencies) },
    propagateDeps: true,
    clusters: { member1: 1 },
    ...words,
  })

const bindingsOf = (...all: readonly Binding[]) => ({
  by: (index: Index<Binding>, value: string) => all.filter((each) => [...index.values(each)].includes(value)),
})

describe('what a template needs', () => {
  const registry = new Registry()
  registry.add(on(interpret.dependencies, () => [config, { ...config, namespace: 'elsewhere' }]))
  const template = manifest('apps/v1', 'Deployment')

  test('is asked for and stays in its namespace', async () =>
    assert.deepEqual(await dependenciesOf(registry.ask, binding({ propagateDeps: true }), template), [config]))
  test('is not asked for unless the policy takes it along', async () =>
    assert.deepEqual(await dependenciesOf(registry.ask, binding(), template), []))
  const nameless: Record<string, Record<string, unknown>> = {
    'no name and no selector': { apiVersion: 'v1', kind: 'ConfigMap' },
    'an empty name': { apiVersion: 'v1', kind: 'ConfigMap', name: '' },
    'no kind': { apiVersion: 'v1', name: 'x' },
    'no apiVersion': { kind: 'ConfigMap', name: 'x' },
  }
  for (const [name, dependency] of Object.entries(nameless))
    test(`is refused with ${name}, and all of it is shown`, async () => {
      const odd = new Registry()
      odd.add(on(interpret.dependencies, () => [config, dependency as unknown as interpret.Dependency]))
      const known = { code: 'DEPENDENCY_INVALID', message: /^\{.*\} is no dependency: / }
      await assert.rejects(dependenciesOf(odd.ask, binding({ propagateDeps: true }), template), known)
    })
  test('goes with the binding', async () => {
    const going = binding({ propagateDeps: true, deletionTimestamp: '2026-01-01T00:00:00Z' })
    assert.deepEqual(await dependenciesOf(registry.ask, going, template), [])
  })
  test('is nothing when nobody knows', async () =>
    assert.deepEqual(await dependenciesOf(new Registry().ask, binding({ propagateDeps: true }), template), []))
})

test('what is recorded badly is recorded as nothing', () => {
  for (const text of ['{', '"x"', '[1]'])
    assert.deepEqual(recorded(binding({ annotations: { [annotation.dependencies]: text } })), [])
  assert.deepEqual(recorded(binding()), [])
})

describe('an object is needed', () => {
  const web = (labels: Record<string, string>) =>
    manifest('v1', 'Secret', { namespace: 'default', name: 'key', labels })
  const named = needing('a', [config])
  const chosen = needing('b', [secrets])
  const all = bindingsOf(chosen, named)
  const names = (found: readonly Binding[]) => found.map(({ metadata }) => metadata.name)

  test('by name', () => assert.deepEqual(names(referrers(all, settings)), ['a']))
  test('by label', () => assert.deepEqual(names(referrers(all, web({ app: 'web' }))), ['b']))
  test('not by another label', () => assert.deepEqual(referrers(all, web({ app: 'api' })), []))
  test('not in another namespace', () =>
    assert.deepEqual(referrers(all, manifest('v1', 'ConfigMap', { namespace: 'other', name: 'settings' })), []))
  const idle: Record<string, BindingWords> = {
    'one that is going': { deletionTimestamp: '2026-01-01T00:00:00Z' },
    'one that is not scheduled': { clusters: {} },
    'one that no longer takes its dependencies along': { propagateDeps: false },
  }
  for (const [name, words] of Object.entries(idle))
    test(`not by ${name}`, () => assert.deepEqual(referrers(bindingsOf(needing('a', [config], words)), settings), []))
})

test('a change of a binding concerns what it needed and what it needs', () => {
  const web = manifest('v1', 'Secret', { namespace: 'default', name: 'key', labels: { app: 'web' } })
  const templates = { of: () => ({ list: () => [web, manifest('v1', 'Secret', { name: 'other' })] }) as never }
  const at = neededBy(templates, { before: needing('a', [config]), after: needing('a', [secrets]) })
  assert.deepEqual(at, [
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'settings' },
    { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'key' },
  ])
})

describe('an attached binding', () => {
  const a = needing('a', [config])
  const b = needing('b', [config], { clusters: { member2: 2 }, conflictResolution: 'Overwrite' })

  test('goes where those go that need its object', () => {
    const { metadata, spec } = attach(settings, undefined, [a, b]) as Binding
    assert.equal(metadata.name, 'settings-configmap')
    assert.deepEqual(metadata.finalizers, ['karmada.io/binding-controller'])
    assert.equal(metadata.ownerReferences?.[0]?.uid, 'u')
    assert.deepEqual(metadata.labels, { [dependedBy(a.metadata)]: 'id-a', [dependedBy(b.metadata)]: 'id-b' })
    assert.deepEqual(spec.requiredBy, [
      { namespace: 'default', name: 'a', clusters: [{ name: 'member1', replicas: 1 }] },
      { namespace: 'default', name: 'b', clusters: [{ name: 'member2', replicas: 2 }] },
    ])
    assert.equal(spec.placement, undefined)
    assert.equal(spec.resource.resourceVersion, '3')
  })
  const task = { reason: 'TaintUntolerated', producer: 'TaintManager' }
  const leaving: Record<string, readonly [words: BindingWords, places: readonly string[]]> = {
    'stays where it is needed until an eviction is over': [
      { gracefulEvictionTasks: [{ ...task, fromCluster: 'member2' }] },
      ['member1', 'member2'],
    ],
    'stays where all that needs it is being evicted': [
      { clusters: {}, gracefulEvictionTasks: [{ ...task, fromCluster: 'member2' }] },
      ['member2'],
    ],
    'goes at once with what is evicted at once': [
      { gracefulEvictionTasks: [{ ...task, fromCluster: 'member2', purgeMode: 'Directly' }] },
      ['member1'],
    ],
    'is where it is once, whoever comes back there': [
      { gracefulEvictionTasks: [{ ...task, fromCluster: 'member1' }] },
      ['member1'],
    ],
  }
  for (const [name, [words, places]] of Object.entries(leaving))
    test(name, () => {
      const by = referrers(bindingsOf(needing('a', [config], words)), settings)
      const clusters = attach(settings, undefined, by)?.spec.requiredBy?.flatMap((each) => each.clusters ?? [])
      assert.deepEqual(
        clusters?.map(({ name }) => name),
        places,
      )
    })
  test('is as bold as the boldest, and says that they disagree', () => {
    assert.equal(attach(settings, undefined, [a, b])?.spec.conflictResolution, 'Overwrite')
    assert.equal(attach(settings, undefined, [a])?.spec.conflictResolution, 'Abort')
    assert.deepEqual(disagreements([a, b]), ['ConflictResolution conflicted (Overwrite vs Abort)'])
    assert.deepEqual(disagreements([a]), [])
    assert.equal(
      attach(settings, undefined, [needing('c', [config], { preserveResourcesOnDeletion: true }), a])?.spec
        .preserveResourcesOnDeletion,
      true,
    )
  })
  test('names those it heard something new of', () => {
    const attached = attach(settings, undefined, [a, b]) as Binding
    assert.deepEqual(heardAnew([a, b], undefined), [a, b])
    assert.deepEqual(heardAnew([a, b], attached), [])
    const moved = needing('b', [config], { clusters: { member3: 1 } })
    assert.deepEqual(heardAnew([a, moved], attached), [moved])
  })
  test('is named as Karmada names it', () => {
    assert.equal(dependedBy({ namespace: 'default', name: 'web-deployment' }), `${label.dependedByPrefix}69c6c647cc`)
  })
  test('of a claimed object does as its own policy says', () => {
    const claimed = binding({ name: 'settings-configmap', placement: {}, conflictResolution: 'Abort' })
    const { spec } = attach(settings, claimed, [b]) as Binding
    assert.equal(spec.conflictResolution, 'Abort')
    assert.equal(spec.requiredBy?.length, 1)
  })
  test('lets go of who no longer needs it, and of all', () => {
    const both = attach(settings, undefined, [a, b]) as Binding
    const one = attach(settings, both, [b]) as Binding
    assert.deepEqual(one.metadata.labels, { [dependedBy(b.metadata)]: 'id-b' })
    const none = attach(settings, one, []) as Binding
    assert.deepEqual(none.metadata.labels, {})
    assert.deepEqual([none.spec.requiredBy, none.spec.conflictResolution], [undefined, undefined])
    assert.equal(attach(settings, none, []), none)
    assert.deepEqual([one, none].map(isLeftover), [false, true])
    assert.equal(isLeftover(attach(settings, binding({ placement: {} }), []) as Binding), false)
  })
  test('is not made for what nobody needs', () => assert.equal(attach(settings, undefined, []), undefined))
  test('stays as it is while nothing changes', () => {
    const attached = attach(settings, undefined, [a, b]) as Binding
    assert.deepEqual(attach(settings, attached, [a, b]), attached)
  })
})
