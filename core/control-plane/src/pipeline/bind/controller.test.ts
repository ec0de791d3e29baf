import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import {
  annotation,
  type Binding,
  deepFreeze,
  interpret,
  label,
  type Manifest,
  on,
  type PropagationPolicy,
  propagationPolicyKind,
  resourceBindingKind,
} from '@flotilla/sdk'
import { deployment, manifest, overridePolicy, policy } from '@flotilla/sdk/testing'
import { type MachineOptions, type TestMachine, testMachine } from '../../extension/machine.test-support.ts'
import { claimOf, withClaim } from '../../manifest/claim.ts'
import { bindControllers } from './controller.ts'

const labels = { [label.propagationPolicyId]: 'id-a' }
const claim = withClaim({}, { policy: { namespace: 'default', name: 'a' }, id: 'id-a' })
const pp = (words: Parameters<typeof policy>[0] = {}) => policy({ name: 'a', labels, ...words })
const claimed = (words: Parameters<typeof deployment>[0] = {}) => deployment({ uid: 'uid-web', ...claim, ...words })

const countsReplicas = on(interpret.replicas, ({ manifest: { spec } }) => ({
  replicas: (spec as { replicas: number }).replicas, // only Deployments are asked about
}))
const needsSettings = on(interpret.dependencies, () => [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'settings' }])

let machine: TestMachine
const start = (options: MachineOptions = {}): TestMachine => {
  machine = testMachine({ extensions: [countsReplicas, needsSettings], ...options })
  machine.run(bindControllers(machine))
  return machine
}
afterEach(() => machine.end())

const bindingAt = (name: string): Binding | undefined =>
  machine.objects.get(resourceBindingKind, { namespace: 'default', name }) as Binding | undefined
const web = (): Binding | undefined => bindingAt('web-deployment')
const attached = (): Binding | undefined => bindingAt('settings-configmap')

/** Changes an object as a user, or another stage, would. */
const change = (object: Manifest, fields: Partial<Manifest>): void => {
  const generation = (object.metadata.generation ?? 0) + 1
  machine.objects.put(
    deepFreeze({ ...object, ...fields, metadata: { ...object.metadata, ...fields.metadata, generation } }),
  )
}
const editPolicy = (spec: Partial<PropagationPolicy['spec']>): void => {
  const before = machine.objects.get(propagationPolicyKind, { namespace: 'default', name: 'a' }) as PropagationPolicy
  change(before, { spec: { ...before.spec, ...spec } })
}
const scheduleTo = (...names: readonly string[]): void => {
  const before = web() as Binding
  change(before, { spec: { ...before.spec, clusters: names.map((name) => ({ name, replicas: 1 })) } })
}
const verbs = () => machine.writes.map(({ verb, what }) => `${verb} ${what}`)

describe('a claimed template has a binding', () => {
  test('made with one write, and its owner hears of it', async () => {
    start({ objects: [pp(), claimed()] })
    await machine.quiet()
    assert.deepEqual(verbs(), ['create resourcebindings default/web-deployment'])
    assert.deepEqual(machine.events, [
      { about: 'Deployment web', reason: 'ApplyPolicySucceed', message: 'Apply policy(default/a) succeed' },
    ])
    assert.equal(web()?.spec.replicas, 1)
    assert.deepEqual(machine.complaints, [])
  })
  test('that a new status of the template does not touch, even across a restart', async () => {
    start({ objects: [pp(), claimed()] })
    await machine.quiet()
    const objects = [pp(), claimed({ status: { replicas: 1 } }), web() as Binding]
    machine.end()
    start({ objects })
    await machine.quiet()
    change(claimed(), { status: { replicas: 2 } })
    await machine.quiet()
    assert.deepEqual(machine.writes, [])
  })
  test('that follows the template, with only what differs', async () => {
    start({ objects: [pp(), claimed()] })
    await machine.quiet()
    scheduleTo('member1')
    change(claimed({ replicas: 4 }), {})
    await machine.until(() => web()?.spec.replicas === 4)
    const { spec } = (machine.writes.at(-1)?.body ?? {}) as Binding // as far as it was changed
    assert.deepEqual(Object.keys(spec).sort(), ['replicas', 'resource'])
    assert.deepEqual(web()?.spec.clusters, [{ name: 'member1', replicas: 1 }])
  })
  test('that follows the policy', async () => {
    start({ objects: [pp(), claimed()] })
    await machine.quiet()
    editPolicy({ conflictResolution: 'Overwrite' })
    await machine.until(() => web()?.spec.conflictResolution === 'Overwrite')
    editPolicy({ priority: 7 })
    await machine.quiet()
    assert.equal(machine.writes.length, 2)
  })
  test('that a lazy policy leaves alone until the template is edited', async () => {
    start({ objects: [pp({ activationPreference: 'Lazy' }), claimed()] })
    await machine.quiet()
    editPolicy({ conflictResolution: 'Overwrite' })
    await machine.quiet()
    assert.equal(web()?.spec.conflictResolution, 'Abort')
    change(claimed({ replicas: 2 }), {})
    await machine.until(() => web()?.spec.conflictResolution === 'Overwrite')
  })
  test('that is made again when someone deletes it', async () => {
    start({ objects: [pp(), claimed()] })
    await machine.until(() => web() !== undefined)
    machine.objects.remove(web() as Binding)
    await machine.until(() => web() !== undefined)
  })
  test('that stays when the claim goes, without the claim', async () => {
    start({ objects: [pp(), claimed()] })
    await machine.until(() => web() !== undefined)
    change(deployment({ uid: 'uid-web' }), {})
    await machine.until(() => claimOf(web() as Binding) === undefined)
    assert.equal(web()?.spec.replicas, 1)
  })
})

describe('a binding waits', () => {
  test('for the one of an object that was there before', async () => {
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'old', controller: true }]
    const resource = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web', uid: 'old' }
    const old = {
      ...manifest('work.karmada.io/v1alpha2', 'ResourceBinding', {
        namespace: 'default',
        name: 'web-deployment',
        ownerReferences,
      }),
      spec: { resource },
    }
    start({ objects: [pp(), claimed(), old] })
    await machine.quiet()
    assert.deepEqual(machine.writes, [])
    machine.objects.remove(old)
    await machine.until(() => web()?.spec.resource.uid === 'uid-web')
  })
  test('for overrides the policy depends on', async () => {
    start({ objects: [pp({ dependentOverrides: ['override'] }), claimed()] })
    await machine.quiet()
    assert.equal(web(), undefined)
    machine.objects.put(overridePolicy())
    await machine.until(() => web() !== undefined)
  })
  test('for the priority class its policy names', async () => {
    const schedulePriority = { priorityClassSource: 'KubePriorityClass', priorityClassName: 'high' } as const
    start({ objects: [pp({ schedulePriority }), claimed()] })
    await machine.until(() => machine.events.length > 0)
    assert.match(machine.events[0]?.message ?? '', /^Apply policy\(default\/a\) failed: there is no PriorityClass high/)
    machine.objects.put(manifest('scheduling.k8s.io/v1', 'PriorityClass', { name: 'high', value: 1000 }))
    await machine.until(() => web()?.spec.schedulePriority?.priority === 1000)
  })
})

describe('what a template needs goes along', () => {
  const settings = manifest('v1', 'ConfigMap', { namespace: 'default', name: 'settings', uid: 'uid-settings' })
  const along = async (...more: readonly Manifest[]): Promise<void> => {
    start({ objects: [pp({ propagateDeps: true }), claimed(), ...more] })
    await machine.until(() => web()?.metadata.annotations?.[annotation.dependencies] !== undefined)
    scheduleTo('member1', 'member2')
  }
  const clustersOf = (binding: Binding | undefined) =>
    binding?.spec.requiredBy?.flatMap(({ clusters = [] }) => clusters.map(({ name }) => name))

  test('where the template goes, once it is scheduled', async () => {
    await along(settings)
    await machine.until(() => clustersOf(attached())?.length === 2)
    await machine.quiet()
    assert.deepEqual(clustersOf(attached()), ['member1', 'member2'])
    assert.equal(attached()?.spec.placement, undefined)
    const count = machine.writes.length
    scheduleTo('member2')
    await machine.until(() => clustersOf(attached())?.length === 1)
    assert.equal(machine.writes.length, count + 1)
    assert.deepEqual(machine.complaints, [])
  })
  test('when it appears later', async () => {
    await along()
    await machine.quiet()
    assert.equal(attached(), undefined)
    machine.objects.put(settings)
    await machine.until(() => attached() !== undefined)
  })
  test('with its changes', async () => {
    await along(settings)
    await machine.until(() => attached() !== undefined)
    const version = attached()?.spec.resource.resourceVersion
    change(settings, { data: { a: 'b' } })
    await machine.until(() => attached()?.spec.resource.resourceVersion !== version)
  })
  test('until the policy says no more', async () => {
    await along(settings)
    await machine.until(() => attached() !== undefined)
    editPolicy({ propagateDeps: false })
    await machine.until(() => attached()?.spec.requiredBy === undefined)
    assert.equal(web()?.metadata.annotations?.[annotation.dependencies], undefined)
  })
  test('until the template goes, be it while nobody looks', async () => {
    await along(settings)
    await machine.until(() => attached() !== undefined)
    const left = attached() as Binding
    machine.end()
    start({ objects: [settings, left] })
    await machine.until(() => attached()?.spec.requiredBy === undefined)
  })
  test('and nothing that Karmada held is held for ever', async () => {
    await along(settings)
    const before = web() as Binding
    const finalizers = ['karmada.io/binding-dependencies-distributor']
    change(before, { metadata: { ...before.metadata, finalizers, deletionTimestamp: '2026-01-01T00:00:00Z' } })
    await machine.until(() => web()?.metadata.deletionTimestamp === undefined)
  })
})
