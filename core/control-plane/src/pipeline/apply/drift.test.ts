import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { label, type Manifest, withLabel, workKind } from '@flotilla/sdk'
import { deploymentKind } from '../../extension/machine.test-support.ts'
import { at, desired, key, refusal, Scene, workFor } from './scene.test-support.ts'

let scene: Scene
const start = async (...args: Parameters<typeof Scene.start>) => {
  scene = await Scene.start(...args)
}
afterEach(() => scene.end())

const withMetadata = (there: Manifest, metadata: Partial<Manifest['metadata']>): Manifest => ({
  ...there,
  metadata: { ...there.metadata, ...metadata },
})
const scaled = (there: Manifest): Manifest => ({ ...there, spec: { replicas: 9 } })

describe('what somebody does in a member is undone at once', () => {
  const done: readonly [name: string, deed: () => unknown, told: string, writes: readonly string[]][] = [
    ['a change', () => scene.edit(scaled), 'Deployment default/web differed at spec.replicas', ['update']],
    [
      'a deletion',
      () => scene.member().client.delete(deploymentKind, at),
      'Deployment default/web was gone',
      ['delete', 'create'],
    ],
    [
      'the mark taken off',
      () => scene.edit((there) => withMetadata(there, { labels: {} })),
      'Deployment default/web differed at metadata.labels[karmada.io/managed]',
      ['create', 'update'], // who watches the marked ones cannot see it
    ],
    [
      'the traces taken off',
      () => scene.edit((there) => withMetadata(there, { annotations: {} })),
      'Deployment default/web differed at metadata.annotations[work.karmada.io/namespace], metadata.annotations[work.karmada.io/name]',
      ['update'],
    ],
  ]
  for (const [name, deed, told, writes] of done)
    test(name, async () => {
      await start({ objects: [workFor('member1')] })
      await scene.applied()
      await deed()
      await scene.machine.until(() => scene.events('DriftCorrected').length > 0)
      await scene.machine.quiet()
      const { labels, annotations } = desired('member1').metadata
      assert.deepEqual([scene.held()?.metadata.labels, scene.held()?.metadata.annotations], [labels, annotations])
      assert.equal(scene.replicas(), 1)
      assert.deepEqual(scene.events('DriftCorrected'), [
        { about: 'Deployment web', message: `Corrected drift in cluster member1: ${told}` },
      ])
      assert.deepEqual(
        scene
          .member()
          .writes.slice(1)
          .map(({ verb }) => verb),
        writes,
      )
      assert.equal(scene.condition('Drifted'), undefined)
    })
  test('but what the Work itself changes is no drift', async () => {
    await start({ objects: [workFor('member1')] })
    await scene.applied()
    scene.render({ workload: { manifests: [desired('member1', 3)] } })
    await scene.machine.until(() => scene.replicas() === 3)
    await scene.machine.quiet()
    assert.deepEqual(scene.events('DriftCorrected'), [])
  })
  test('an object of the same name that somebody else makes instead is not taken over', async () => {
    await start({ objects: [workFor('member1')] })
    await scene.applied()
    scene.edit((there) => withMetadata(there, { labels: { theirs: 'yes' }, annotations: {} }))
    await scene.machine.until(() => scene.condition('Applied')?.status === 'False')
    assert.match(scene.condition('Applied')?.message ?? '', /is not managed by Flotilla; set spec.conflictResolution/)
    assert.deepEqual(scene.held()?.metadata.labels, { theirs: 'yes' })
  })
  test('unless its policy says so', async () => {
    const overwrites = desired('member1', 1, { 'work.karmada.io/conflict-resolution': 'overwrite' })
    await start({ objects: [workFor('member1', overwrites)] })
    await scene.applied()
    scene.edit((there) => scaled(withMetadata(there, { labels: { theirs: 'yes' }, annotations: {} })))
    await scene.machine.until(() => scene.replicas() === 1)
    assert.deepEqual(scene.held()?.metadata.labels, { theirs: 'yes', 'karmada.io/managed': 'true' })
  })
})

test('a change that comes before the object was heard of is undone, too', async () => {
  await start()
  const { client, objects } = scene.member()
  const { create } = client
  Object.assign(client, {
    create: async (...args: Parameters<typeof create<Manifest>>) => {
      const made = await create(...args)
      if (made.kind === 'Deployment') objects.put(scaled(made))
      return made
    },
  })
  scene.machine.objects.put(workFor('member1'))
  await scene.machine.until(() => scene.writesTo().length === 2)
  await scene.machine.until(() => scene.replicas() === 1)
})

test('somebody who wants something else for ever is contradicted more and more seldom', async () => {
  await start({ objects: [workFor('member1')] })
  await scene.applied()
  const { objects } = scene.member()
  objects.listen(deploymentKind, ({ after }) => {
    if ((after?.spec as { replicas?: number } | undefined)?.replicas === 1) setImmediate(() => scene.edit(scaled))
  })
  scene.edit(scaled)
  const updates = () => scene.writesTo().filter((write) => write.startsWith('update')).length
  await scene.machine.until(() => updates() >= 11)
  const since = performance.now()
  await scene.machine.until(() => updates() >= 13)
  assert.ok(performance.now() - since > 500, 'it does not run hot')
})

describe('a suspended Work', () => {
  const suspend = async () => {
    scene.render({ suspendDispatching: true })
    await scene.machine.until(() => scene.condition('Dispatching')?.status === 'False')
    await scene.machine.quiet()
  }
  const begin = async (manifest = desired('member1')) => {
    await start({ objects: [workFor('member1', manifest)] })
    await scene.applied()
    await suspend()
  }

  test('says nothing of drift while there is none', async () => {
    await begin()
    assert.equal(scene.condition('Drifted'), undefined)
    assert.equal(scene.statusWrites(), 2) // applied, suspended
  })
  test('says where its member differs, and leaves it', async () => {
    await begin()
    scene.edit(scaled)
    await scene.machine.until(() => scene.condition('Drifted')?.status === 'True')
    const { reason, message } = scene.condition('Drifted') ?? {}
    assert.deepEqual([reason, message], ['DriftDetected', 'Deployment default/web differs at spec.replicas'])
    assert.equal(scene.replicas(), 9)
    assert.deepEqual(scene.writesTo(), ['create deployments default/web'])
  })
  test('says that its object is gone, or not its own any more', async () => {
    await begin()
    await scene.member().client.delete(deploymentKind, at)
    await scene.machine.until(() => scene.condition('Drifted')?.message === 'Deployment default/web is gone')
    scene.member().objects.put({ ...desired('member1'), metadata: at })
    scene.render({ suspendDispatching: true })
    await scene.machine.until(() =>
      /is not managed by Flotilla any more/.test(scene.condition('Drifted')?.message ?? ''),
    )
    assert.deepEqual(scene.held()?.metadata.labels, undefined)
  })
  test('says that a change waits', async () => {
    await begin()
    scene.render({ workload: { manifests: [desired('member1', 5)] } })
    await scene.machine.until(
      () => scene.condition('Drifted')?.message === 'Deployment default/web differs at spec.replicas',
    )
    assert.equal(scene.replicas(), 1)
  })
  test('takes for no difference what the member fills in', async () => {
    const fill = (object: Manifest): Manifest => ({ ...object, spec: { paused: false, ...(object.spec as object) } })
    await start({ objects: [workFor('member1')], members: { member1: [fill(desired('member1'))] } })
    const { update } = scene.member().client
    Object.assign(scene.member().client, {
      update: (kind: never, object: Manifest, options: object) => update(kind, fill(object) as never, options),
    })
    await scene.applied()
    await suspend()
    assert.equal(scene.condition('Drifted'), undefined)
  })
  test('says what it can where the member refuses to say what it would do', async () => {
    await begin()
    scene.refusing('update', () => {
      throw refusal(422, 'Invalid', 'no')
    })
    scene.edit((there) => ({ ...there, spec: { replicas: 9, paused: false } }))
    await scene.machine.until(
      () => scene.condition('Drifted')?.message === 'Deployment default/web differs at spec.replicas',
    )
  })
  test('never says what stands there', async () => {
    await begin({ ...desired('member1'), spec: { password: 'kept' } })
    scene.edit((there) => ({ ...there, spec: { password: 'stolen' } }))
    await scene.machine.until(() => scene.condition('Drifted')?.status === 'True')
    assert.equal(scene.condition('Drifted')?.message, 'Deployment default/web differs at spec.password')
  })
  test('names not more places than a message should', async () => {
    const many = (value: number) => Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`field${i}`, value]))
    await begin({ ...desired('member1'), spec: many(1) })
    scene.edit((there) => ({ ...there, spec: many(2) }))
    await scene.machine.until(() => scene.condition('Drifted')?.status === 'True')
    assert.match(scene.condition('Drifted')?.message ?? '', /spec\.field7, and 42 more$/)
  })
  test('says that the drift has ended, whoever ended it', async () => {
    await begin()
    for (const end of [
      () => scene.edit((there) => ({ ...there, spec: { replicas: 1 } })),
      () => scene.render({ suspendDispatching: false }),
    ]) {
      scene.edit(scaled)
      await scene.machine.until(() => scene.condition('Drifted')?.status === 'True')
      end()
      await scene.machine.until(() => scene.condition('Drifted')?.reason === 'NoDrift')
      assert.equal(scene.replicas(), 1)
    }
  })
  test('that was never brought has not drifted', async () => {
    await start({ objects: [workFor('member1', desired('member1'), { suspendDispatching: true })] })
    await scene.machine.until(() => scene.condition('Dispatching')?.status === 'False')
    await scene.machine.quiet()
    assert.equal(scene.condition('Drifted'), undefined)
    await scene.machine.client.delete(workKind, key('member1'))
    await scene.machine.until(() => scene.work() === undefined)
  })
})

test('a Work that only holds what a member has is neither compared with it nor written to', async () => {
  const suspended = workFor('member1', desired('member1'), { suspendDispatching: true })
  const record = withLabel(withMetadata(suspended, { name: 'record' }), label.sliceWantedBy, 'ServiceExport')
  await start({ objects: [record, suspended] })
  await scene.machine.until(() => scene.condition('Dispatching')?.status === 'False')
  await scene.machine.quiet()
  const { namespace = '', name } = record.metadata
  assert.equal(scene.machine.objects.get(workKind, { namespace, name })?.status, undefined)
})
