import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import {
  ApiError,
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
import {
  counting,
  deploymentKind,
  type MachineOptions,
  type TestMachine,
  testMachine,
} from '../../extension/machine.test-support.ts'
import { claimOf, withClaim } from '../../manifest/claim.ts'
import { bindControllers } from './controller.ts'

const labels = { [label.propagationPolicyId]: 'id-a' }
const claim = withClaim({}, { policy: { namespace: 'default', name: 'a' }, id: 'id-a' })
const pp = (words: Parameters<typeof policy>[0] = {}) => policy({ name: 'a', labels, ...words })
const claimed = (words: Parameters<typeof deployment>[0] = {}) => deployment({ uid: 'uid-web', ...claim, ...words })

const countsReplicas = on(interpret.replicas, ({ manifest: { kind, spec } }) =>
  kind === 'Deployment' ? { replicas: (spec as { replicas: number }).replicas } : undefined,
)
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
      { about: 'Deployment web', reason: 'GetReplicasSucceed', message: 'Get replicas({"replicas":1}) succeed.' },
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
  test('that follows the expressions of the policy about clusters', async () => {
    start({ objects: [claimed(), pp()] })
    await machine.until(() => web() !== undefined)
    const before = machine.objects.get(propagationPolicyKind, { namespace: 'default', name: 'a' }) as PropagationPolicy
    const annotations = { [annotation.clusterSelector]: 'cluster.spec.region == "eu"' }
    machine.objects.put({ ...before, metadata: { ...before.metadata, annotations } })
    await machine.until(() => web()?.metadata.annotations?.[annotation.clusterSelector] !== undefined)
    machine.objects.put(before)
    await machine.until(() => web()?.metadata.annotations?.[annotation.clusterSelector] === undefined)
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

describe('a lazy policy waits for the next edit of the template', () => {
  const lazy = pp({ activationPreference: 'Lazy' })
  const template = () => machine.objects.get(deploymentKind, { namespace: 'default', name: 'web' }) as Manifest
  const edit = () =>
    change(template(), {
      metadata: { ...template().metadata, annotations: { ...template().metadata.annotations, edited: 'yes' } },
    })
  /** As match does. */
  const claimIt = () => {
    const { metadata } = template()
    machine.objects.put({
      ...template(),
      metadata: { ...metadata, ...withClaim(metadata, { policy: { namespace: 'default', name: 'a' }, id: 'id-a' }) },
    })
  }
  const free = deployment({ uid: 'uid-web' })

  test('when it changes', async () => {
    start({ objects: [lazy, claimed()] })
    await machine.quiet()
    editPolicy({ conflictResolution: 'Overwrite' })
    await machine.quiet()
    assert.equal(web()?.spec.conflictResolution, 'Abort')
    edit()
    await machine.until(() => web()?.spec.conflictResolution === 'Overwrite')
  })
  test('across a restart, too', async () => {
    start({ objects: [lazy, claimed()] })
    await machine.until(() => web() !== undefined)
    const binding = web() as Binding
    machine.end()
    start({ objects: [{ ...lazy, spec: { ...lazy.spec, conflictResolution: 'Overwrite' } }, claimed(), binding] })
    await machine.quiet()
    assert.deepEqual(machine.writes, [])
    edit()
    await machine.until(() => web()?.spec.conflictResolution === 'Overwrite')
  })
  test('and finds the one made while nobody looked', async () => {
    start({ objects: [lazy, claimed()] })
    await machine.until(() => web() !== undefined)
    const binding = web() as Binding
    machine.end()
    start({
      objects: [
        { ...lazy, spec: { ...lazy.spec, conflictResolution: 'Overwrite' } },
        claimed({ replicas: 2 }),
        binding,
      ],
    })
    await machine.until(() => web()?.spec.conflictResolution === 'Overwrite')
  })
  test('when it came after the template, which it claims', async () => {
    start({ objects: [free] })
    await machine.quiet()
    machine.objects.put(lazy)
    claimIt()
    await machine.quiet()
    assert.equal(web(), undefined)
    edit()
    await machine.until(() => web() !== undefined)
  })
  test('not when it was there first', async () => {
    start({ objects: [lazy] })
    await machine.quiet()
    machine.objects.put(free)
    claimIt()
    await machine.until(() => web() !== undefined)
  })
  describe('when it takes a template over, whose binding stays with the policy it was made by', () => {
    const other = policy({
      name: 'b',
      labels: { [label.propagationPolicyId]: 'id-b' },
      conflictResolution: 'Overwrite',
    })
    const byOther = withClaim({}, { policy: { namespace: 'default', name: 'b' }, id: 'id-b' })
    const takeOver = async () => {
      start({ objects: [other, deployment({ uid: 'uid-web', ...byOther })] })
      await machine.until(() => web() !== undefined)
      machine.objects.put(lazy)
      claimIt()
      await machine.quiet()
      assert.equal(claimOf(web() as Binding)?.id, 'id-b')
      assert.equal(web()?.spec.conflictResolution, 'Overwrite')
    }

    test('until the next edit', async () => {
      await takeOver()
      edit()
      await machine.until(() => claimOf(web() as Binding)?.id === 'id-a')
      assert.equal(web()?.spec.conflictResolution, 'Abort')
    })
    test('or until that policy goes', async () => {
      await takeOver()
      machine.objects.remove(
        machine.objects.get(propagationPolicyKind, { namespace: 'default', name: 'b' }) as Manifest,
      )
      await machine.until(() => claimOf(web() as Binding) === undefined)
      assert.equal(web()?.spec.conflictResolution, 'Overwrite')
    })
  })
  test('not for a binding that somebody deletes', async () => {
    start({ objects: [lazy, claimed()] })
    await machine.until(() => web() !== undefined)
    machine.objects.remove(web() as Binding)
    await machine.until(() => web() !== undefined)
  })
})

describe('what cannot be found out about one template', () => {
  const other = deployment({ name: 'other', uid: 'uid-other', ...claim })
  const unless = <T>(name: string, failure: () => T) =>
    on(interpret.replicas, ({ manifest: { metadata } }) =>
      metadata.name === name ? (failure() as never) : { replicas: 1 },
    )
  const fails = () => {
    throw new Error('no field spec.size')
  }
  const about = (name: string) =>
    machine.events.filter(({ about }) => about === name).map(({ reason, message }) => [reason, message])

  test('is told to its owner, and delays nobody', async () => {
    start({ objects: [pp(), claimed(), other], extensions: [unless('web', fails)] })
    await machine.until(() => bindingAt('other-deployment') !== undefined && about('Deployment web').length > 1)
    assert.equal(web(), undefined)
    assert.deepEqual(about('Deployment web').slice(0, 2), [
      ['GetReplicasFailed', 'no field spec.size'],
      ['ApplyPolicyFailed', 'Apply policy(default/a) failed: no field spec.size'],
    ])
  })
  test('stands on the binding there is, until it is found out', async () => {
    let isBroken = false
    const flaky = on(interpret.replicas, ({ manifest: { spec } }) =>
      isBroken ? fails() : { replicas: (spec as { replicas: number }).replicas },
    )
    start({ objects: [pp(), claimed()], extensions: [flaky] })
    await machine.until(() => web() !== undefined)
    isBroken = true
    change(claimed({ replicas: 2 }), {})
    await machine.until(() => web()?.status?.conditions !== undefined)
    const said = () =>
      web()?.status?.conditions?.map(({ type, status, reason, message }) => ({ type, status, reason, message }))
    assert.deepEqual(said(), [
      { type: 'PolicyApplied', status: 'False', reason: 'ApplyPolicyFailed', message: 'no field spec.size' },
    ])
    isBroken = false
    await machine.until(() => web()?.status?.conditions?.[0]?.status === 'True')
    assert.equal(web()?.spec.replicas, 2)
  })
  test('holds up nobody while there is no answer', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    start({ objects: [pp(), claimed(), other], extensions: [unless('web', () => promise)] })
    await machine.until(() => bindingAt('other-deployment') !== undefined)
    assert.equal(web(), undefined)
    resolve()
    await machine.until(() => web() !== undefined)
  })
  test('is no longer said where no policy asks for it', async () => {
    start({ objects: [pp(), claimed()] })
    await machine.until(() => web() !== undefined)
    editPolicy({ dependentOverrides: ['missing'] })
    await machine.until(() => web()?.status?.conditions?.[0]?.status === 'False')
    change(deployment({ uid: 'uid-web' }), {})
    await machine.until(() => web()?.status?.conditions?.[0]?.status === 'True')
    assert.equal(claimOf(web() as Binding), undefined)
  })
  test('of its components is told as well', async () => {
    start({ objects: [pp(), claimed()], extensions: [on(interpret.components, fails)] })
    await machine.until(() => machine.events.length > 0)
    assert.deepEqual(about('Deployment web')[0], ['GetComponentsFailed', 'no field spec.size'])
  })
  test('of its dependencies stands on the binding, which is there', async () => {
    const extensions = [countsReplicas, on(interpret.dependencies, fails)]
    start({ objects: [pp({ propagateDeps: true }), claimed()], extensions })
    await machine.until(() => web()?.status?.conditions !== undefined)
    assert.ok(
      about('Deployment web').some(
        ([reason, message]) => reason === 'GetDependenciesFailed' && message === 'no field spec.size',
      ),
    )
    const [said] = web()?.status?.conditions ?? []
    assert.deepEqual(
      [said?.type, said?.status, said?.reason],
      ['DependenciesRecorded', 'False', 'GetDependenciesFailed'],
    )
    editPolicy({ propagateDeps: false })
    await machine.until(() => web()?.status?.conditions?.[0]?.status === 'True')
  })
})

test('of a template in two versions, the one its policy names is bound', async () => {
  const kinds = [deploymentKind, { ...deploymentKind, apiVersion: 'apps/v1beta2' }]
  const resourceSelectors = [{ apiVersion: 'apps/v1beta2', kind: 'Deployment' }]
  const old = { ...claimed(), apiVersion: 'apps/v1beta2' }
  start({ kinds, objects: [pp({ resourceSelectors }), claimed(), old] })
  await machine.until(() => web() !== undefined)
  await machine.quiet()
  assert.equal(web()?.spec.resource.apiVersion, 'apps/v1beta2')
  assert.deepEqual(verbs(), ['create resourcebindings default/web-deployment'])
  assert.deepEqual(machine.complaints, [])
})

test('two kinds of one name share the name of a binding: the second one hears who has it', async () => {
  const kinds = [deploymentKind, { ...deploymentKind, apiVersion: 'example.io/v1' }]
  const resourceSelectors = kinds.map(({ apiVersion, kind }) => ({ apiVersion, kind }))
  const second = { ...deployment({ uid: 'uid-2', ...claim }), apiVersion: 'example.io/v1' }
  start({ kinds, objects: [pp({ resourceSelectors }), claimed()] })
  await machine.until(() => web() !== undefined)
  machine.objects.put(second)
  await machine.until(() => machine.events.some(({ reason }) => reason === 'ApplyPolicyFailed'))
  assert.match(
    machine.events.at(-1)?.message ?? '',
    /^binding default\/web-deployment belongs to the Deployment of apps\/v1 of the same name; .* rename one of the two$/,
  )
  assert.equal(web()?.spec.resource.uid, 'uid-web')
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
    assert.deepEqual(
      machine.events.map(({ about, message }) => [about, message]),
      ['Deployment web', 'PropagationPolicy a'].map((about) => [
        about,
        'Apply policy(default/a) failed: policy(default/a) waits for dependent overrides override',
      ]),
    )
    machine.objects.put(overridePolicy())
    await machine.until(() => web() !== undefined)
  })
  test('for the priority class its policy names', async () => {
    const schedulePriority = { priorityClassSource: 'KubePriorityClass', priorityClassName: 'high' } as const
    start({ objects: [pp({ schedulePriority }), claimed()] })
    await machine.until(() => machine.events.length > 0)
    assert.match(machine.events[0]?.message ?? '', /^Apply policy\(default\/a\) failed: there is no PriorityClass high/)
    const count = machine.events.length
    await machine.quiet()
    assert.equal(machine.events.length, count)
    const high = (value: number) => manifest('scheduling.k8s.io/v1', 'PriorityClass', { name: 'high', value })
    machine.objects.put(high(1000))
    await machine.until(() => web()?.spec.schedulePriority?.priority === 1000)
    machine.objects.remove(high(1000))
    machine.objects.put(high(7))
    await machine.until(() => web()?.spec.schedulePriority?.priority === 7)
    assert.ok(machine.events.some(({ about }) => about === 'PropagationPolicy a'))
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
    await machine.until(() => attached()?.metadata.deletionTimestamp !== undefined)
    assert.equal(web()?.metadata.annotations?.[annotation.dependencies], undefined)
  })
  test('until the template goes, be it while nobody looks', async () => {
    await along(settings)
    await machine.until(() => attached() !== undefined)
    const left = attached() as Binding
    machine.end()
    start({ objects: [settings, left] })
    await machine.until(() => attached()?.metadata.deletionTimestamp !== undefined)
    machine.objects.remove(attached() as Binding) // as render does, once the Works are gone
    await machine.quiet()
    assert.equal(attached(), undefined)
  })
  test('again, when it is needed while its binding still goes', async () => {
    await along(settings)
    await machine.until(() => attached() !== undefined)
    editPolicy({ propagateDeps: false })
    await machine.until(() => attached()?.metadata.deletionTimestamp !== undefined)
    editPolicy({ propagateDeps: true })
    await machine.until(() => web()?.metadata.annotations?.[annotation.dependencies] !== undefined)
    machine.objects.remove(attached() as Binding)
    await machine.until(() => clustersOf(attached())?.length === 2)
  })
  test('by the policy of its own, which stays when nobody needs it', async () => {
    const own = policy({
      name: 'b',
      labels: { [label.propagationPolicyId]: 'id-b' },
      resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap' }],
    })
    const byOwn = withClaim({}, { policy: { namespace: 'default', name: 'b' }, id: 'id-b' })
    const mine = { ...settings, metadata: { ...settings.metadata, ...byOwn } }
    await along(own, mine)
    await machine.until(
      () => attached()?.spec.requiredBy !== undefined && claimOf(attached() as Binding)?.id === 'id-b',
    )
    assert.deepEqual(attached()?.spec.placement, {})
    editPolicy({ propagateDeps: false })
    await machine.until(() => attached()?.spec.requiredBy === undefined)
    assert.deepEqual(Object.keys(attached()?.metadata.labels ?? {}), [label.propagationPolicyId])
    assert.equal(attached()?.metadata.deletionTimestamp, undefined)
  })
  test('by a label, as long as it has it', async () => {
    const slice = (app: string) =>
      manifest('v1', 'ConfigMap', { namespace: 'default', name: 'settings', uid: 'uid-settings', labels: { app } })
    const chooses = on(interpret.dependencies, () => [
      { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: { matchLabels: { app: 'web' } } },
    ])
    start({ objects: [pp({ propagateDeps: true }), claimed(), slice('web')], extensions: [countsReplicas, chooses] })
    await machine.until(() => web()?.metadata.annotations?.[annotation.dependencies] !== undefined)
    scheduleTo('member1')
    await machine.until(() => attached() !== undefined)
    machine.objects.put(slice('api'))
    await machine.until(() => attached()?.metadata.deletionTimestamp !== undefined)
    machine.objects.remove(attached() as Binding)
    machine.objects.put(slice('web'))
    await machine.until(() => attached()?.spec.requiredBy !== undefined)
  })
  test('from several at once, as bold as the boldest, and all hear of it', async () => {
    const bold = policy({
      name: 'b',
      labels: { [label.propagationPolicyId]: 'id-b' },
      propagateDeps: true,
      conflictResolution: 'Overwrite',
      preserveResourcesOnDeletion: true,
    })
    const byBold = withClaim({}, { policy: { namespace: 'default', name: 'b' }, id: 'id-b' })
    await along(settings, bold, deployment({ name: 'bold', uid: 'uid-bold', ...byBold }))
    await machine.until(
      () => bindingAt('bold-deployment')?.metadata.annotations?.[annotation.dependencies] !== undefined,
    )
    const before = bindingAt('bold-deployment') as Binding
    change(before, { spec: { ...before.spec, clusters: [{ name: 'member3' }] } })
    await machine.until(() => clustersOf(attached())?.length === 3)
    assert.equal(attached()?.spec.conflictResolution, 'Overwrite')
    assert.equal(attached()?.spec.preserveResourcesOnDeletion, true)
    const about = (name: string) => machine.events.filter((event) => event.about === name).map(({ reason }) => reason)
    for (const name of ['web-deployment', 'bold-deployment'])
      assert.deepEqual(about(`ResourceBinding ${name}`), ['SyncScheduleResultToDependenciesSucceed'])
    const conflict = machine.events.find(({ reason }) => reason === 'DependencyPolicyConflict')
    assert.equal(conflict?.about, 'ResourceBinding settings-configmap')
    assert.equal(
      conflict?.message,
      'Dependency policy conflict detected: ConflictResolution conflicted (Overwrite vs Abort); PreserveResourcesOnDeletion conflicted (true vs false).',
    )
    machine.objects.remove(bindingAt('bold-deployment') as Binding)
    machine.objects.remove(deployment({ name: 'bold' }))
    await machine.until(() => clustersOf(attached())?.length === 2)
    assert.deepEqual(
      [attached()?.spec.conflictResolution, attached()?.spec.preserveResourcesOnDeletion],
      ['Abort', undefined],
    )
  })
  test('in a circle, and no further than what is scheduled', async () => {
    const circle = on(interpret.dependencies, ({ manifest: { kind } }) =>
      kind === 'ConfigMap'
        ? [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }]
        : [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'settings' }],
    )
    start({ objects: [pp({ propagateDeps: true }), claimed(), settings], extensions: [countsReplicas, circle] })
    await machine.until(() => web()?.metadata.annotations?.[annotation.dependencies] !== undefined)
    scheduleTo('member1')
    await machine.until(() => attached() !== undefined)
    await machine.quiet()
    assert.equal(web()?.spec.requiredBy, undefined)
    assert.equal(attached()?.metadata.annotations?.[annotation.dependencies], undefined)
  })
  const once = (verb: 'create' | 'patch', error: Error) => {
    const inner = machine.client[verb] as (...args: unknown[]) => Promise<unknown>
    let isFirst = true
    const fails = async (...args: unknown[]) => {
      if (!isFirst) return inner(...args)
      isFirst = false
      throw error
    }
    Object.assign(machine.client, { [verb]: fails })
  }
  const full = new ApiError({
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    code: 422,
    message: 'Too long',
    details: { causes: [{ reason: 'FieldValueTooLong', message: 'Too long', field: 'metadata.annotations' }] },
  })
  const heard = (about: string) =>
    machine.events.filter((event) => event.about === about).map(({ reason, message }) => `${reason}: ${message}`)

  test('or those that need it hear why it cannot, until it can', async () => {
    await along(settings)
    once('create', new Error('the disk is full'))
    await machine.until(() => attached() !== undefined)
    for (const about of ['ConfigMap settings', 'ResourceBinding web-deployment'])
      assert.ok(heard(about).includes('SyncScheduleResultToDependenciesFailed: the disk is full'))
  })
  test('or they hear that there is no room for so many, which nobody tries in vain', async () => {
    await along(settings)
    once('create', full)
    const words =
      'SyncScheduleResultToDependenciesFailed: binding default/settings-configmap has no room for the 1 bindings that need its object: Too long; let a policy select the object, and their policies not propagate it'
    await machine.until(() => heard('ConfigMap settings').includes(words))
    await machine.quiet()
    assert.equal(attached(), undefined)
    scheduleTo('member1')
    await machine.until(() => attached() !== undefined)
  })
  test('in the write that makes its binding', async () => {
    start({ objects: [pp({ propagateDeps: true }), claimed(), settings] })
    await machine.until(() => web() !== undefined)
    await machine.quiet()
    assert.deepEqual(verbs(), ['create resourcebindings default/web-deployment'])
    const recorded = web()?.metadata.annotations?.[annotation.dependencies]
    assert.equal(recorded, '[{"apiVersion":"v1","kind":"ConfigMap","name":"settings"}]')
    assert.equal(machine.events.filter(({ reason }) => reason === 'GetDependenciesSucceed').length, 1)
  })
  test('or its owner hears that there is no room to record it', async () => {
    const names = Array.from({ length: 400 }, (_, index) => `settings-${index}`)
    const needsMuch = on(interpret.dependencies, () =>
      names.map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', name })),
    )
    start({ objects: [pp({ propagateDeps: true }), claimed()], extensions: [countsReplicas, needsMuch] })
    once('patch', full)
    await machine.until(() => web()?.status?.conditions !== undefined)
    const words =
      'binding default/web-deployment has no room for 400 dependencies: Too long; let a policy select what is needed, by a label for instance, instead of propagateDeps'
    assert.equal(web()?.status?.conditions?.[0]?.message, words)
    assert.ok(heard('Deployment web').includes(`SyncScheduleResultToDependenciesFailed: ${words}`))
  })
  test('and nothing that Karmada held is held for ever', async () => {
    await along(settings)
    const before = web() as Binding
    const finalizers = ['karmada.io/binding-dependencies-distributor']
    change(before, { metadata: { ...before.metadata, finalizers, deletionTimestamp: '2026-01-01T00:00:00Z' } })
    await machine.until(() => web()?.metadata.deletionTimestamp === undefined)
  })
})

test('what is measured is how policies are applied, by the result', async () => {
  let isBroken = true
  const flaky = on(interpret.replicas, () => {
    if (isBroken) throw new Error('no field spec.size')
    return { replicas: 1 }
  })
  machine = testMachine({ extensions: [flaky], objects: [pp(), claimed()] })
  const { metrics, counted } = counting()
  machine.run(bindControllers({ ...machine, metrics }))
  await machine.until(() => (counted.get('policy_apply_attempts_total error') ?? 0) > 0)
  isBroken = false
  await machine.until(() => counted.get('policy_apply_attempts_total success') === 1)
  assert.equal(counted.get('resource_apply_policy_duration_seconds success'), 1)
  const errors = counted.get('resource_apply_policy_duration_seconds error')
  assert.equal(errors, counted.get('policy_apply_attempts_total error'))
})
