import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { type Extension, findCondition, interpret, type Manifest, on, type Work, workKind } from '@flotilla/sdk'
import { deployment } from '@flotilla/sdk/testing'
import { deploymentKind } from '../../extension/machine.test-support.ts'
import { type Fleet, testFleet } from '../../member/fleet.test-support.ts'
import { reflectControllers } from './controller.ts'

let fleet: Fleet
afterEach(() => fleet.machine.end())

const key = { namespace: 'karmada-es-member1', name: 'web-x' }
const traces = { 'work.karmada.io/namespace': key.namespace, 'work.karmada.io/name': key.name }
const web = deployment({ labels: { 'karmada.io/managed': 'true' }, annotations: traces })
const applied = {
  type: 'Applied',
  status: 'True',
  reason: 'R',
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
} as const

const work: Work = {
  apiVersion: workKind.apiVersion,
  kind: workKind.kind,
  metadata: { ...key, generation: 1 },
  spec: { workload: { manifests: [web] } },
}

const start = async (objects: readonly Manifest[], held: readonly Manifest[], ...extensions: readonly Extension[]) => {
  fleet = testFleet({ members: { member1: held }, objects, extensions })
  fleet.machine.run(reflectControllers(fleet.machine))
  await fleet.machine.until(() => fleet.machine.members.get('member1') !== undefined)
  await fleet.machine.members.get('member1')?.managed(deploymentKind).synced
}

const workNow = () => fleet.machine.objects.get(workKind, key) as Work
const reflected = () => workNow().status?.manifestStatuses?.[0]
const says = (status: object) => fleet.member('member1').objects.put({ ...web, status })
const statusWrites = () => fleet.machine.writes.filter(({ what }) => what.startsWith('works/status')).length

describe('what a member says', () => {
  test('is collected when it changes, and written once when it has settled', async () => {
    await start([work], [web])
    for (let replicas = 1; replicas <= 5; replicas++) says({ replicas })
    await fleet.machine.until(() => (reflected()?.status as { replicas: number } | undefined)?.replicas === 5)
    assert.equal(reflected()?.health, 'Healthy')
    assert.equal(statusWrites(), 1)
  })
  test('is written a few times a second while it changes all the time', async () => {
    await start([work], [web])
    const begun = performance.now()
    for (let replicas = 1; performance.now() - begun < 2_000; replicas++) {
      says({ replicas })
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const most = 3 + (performance.now() - begun) / 500
    assert.ok(statusWrites() > 2 && statusWrites() <= most, `${statusWrites()} writes`)
  })
  test('is not written again when it is the same', async () => {
    await start([work], [{ ...web, status: { replicas: 1 } }])
    await fleet.machine.until(() => reflected() !== undefined)
    fleet.member('member1').objects.put({ ...web, metadata: { ...web.metadata, annotations: { ...traces, other: '1' } }, status: { replicas: 1 } }) // biome-ignore format: one object
    await new Promise((resolve) => setTimeout(resolve, 50))
    await fleet.machine.quiet()
    assert.equal(statusWrites(), 1)
  })
  test('leaves alone what else the status says', async () => {
    await start([{ ...work, status: { conditions: [applied] } }], [{ ...web, status: { replicas: 1 } }])
    await fleet.machine.until(() => reflected() !== undefined)
    assert.deepEqual(findCondition(workNow().status?.conditions, 'Applied'), applied)
  })
  test('is collected of a Work whose object was there before it', async () => {
    await start([], [{ ...web, status: { replicas: 1 } }])
    await fleet.machine.quiet()
    fleet.machine.objects.put({ ...work, status: { conditions: [applied] } })
    await fleet.machine.until(() => reflected() !== undefined)
  })
})

describe('what a member does not say any more', () => {
  const told = { ...work, status: { conditions: [applied] } }
  const replicas = () => (reflected()?.status as { replicas?: number } | undefined)?.replicas
  test('is not said of what was deleted there', async () => {
    await start([told], [{ ...web, status: { replicas: 1 } }])
    await fleet.machine.until(() => replicas() === 1)
    fleet.member('member1').objects.remove(web)
    await fleet.machine.until(() => workNow().status?.manifestStatuses?.length === 0)
  })
  test('is not said of what belongs to another Work', async () => {
    const annotations = { ...traces, 'work.karmada.io/name': 'web-y' }
    await start([told], [{ ...web, metadata: { ...web.metadata, annotations }, status: { replicas: 1 } }])
    fleet.machine.objects.put({ ...told, metadata: { ...key, generation: 2 } })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await fleet.machine.quiet()
    assert.equal(reflected(), undefined)
  })
  test('stays while the member is away', async () => {
    await start([told], [{ ...web, status: { replicas: 1 } }])
    await fleet.machine.until(() => replicas() === 1)
    fleet.member('member1').isThere = false
    fleet.machine.objects.put({ ...workNow(), metadata: { ...key, generation: 2 } })
    await fleet.machine.quiet()
    assert.equal(replicas(), 1)
  })
})

test('a suspended Work goes on saying what its member has', async () => {
  const suspended = { ...work, spec: { ...work.spec, suspendDispatching: true } }
  fleet = testFleet({ members: { member1: [{ ...web, status: { replicas: 1 } }] }, objects: [{ ...suspended, status: { conditions: [applied], manifestStatuses: [{ identifier: { ordinal: 0, group: 'apps', version: 'v1', kind: 'Deployment', resource: '', namespace: 'default', name: 'web' }, status: { replicas: 9 }, health: 'Healthy' }] } }] }) // biome-ignore format: one object
  fleet.machine.run(reflectControllers(fleet.machine))
  await fleet.machine.until(() => (reflected()?.status as { replicas?: number } | undefined)?.replicas === 1)
})

test('good news is told of what is new', async () => {
  await start([work], [web])
  says({ replicas: 1 })
  await fleet.machine.until(() => reflected()?.status !== undefined)
  assert.deepEqual(
    fleet.machine.events.map(({ about, reason, message }) => `${about} ${reason}: ${message}`),
    [
      'Work web-x ReflectStatusSucceed: Reflect status for object(Deployment/default/web) succeed.',
      'Work web-x InterpretHealthSucceed: Interpret health of object(Deployment/default/web) as healthy.',
    ],
  )
})

describe('a plugin that fails', () => {
  const throws = () => {
    throw new Error('no idea')
  }
  test('on health leaves it unknown, and the user is told', async () => {
    await start([work], [{ ...web, status: { replicas: 1 } }], on(interpret.health, throws))
    await fleet.machine.until(() => reflected()?.health === 'Unknown')
    assert.deepEqual(fleet.machine.events[0], {
      about: 'Work web-x',
      reason: 'InterpretHealthFailed',
      message: 'Interpret health of object(Deployment/default/web) failed, err: no idea.',
    })
  })
  test('on status is asked again', async () => {
    let failures = 0
    const late = on(interpret.status, () => (failures++ === 0 ? throws() : { status: { replicas: 7 } }))
    await start([work], [{ ...web, status: { replicas: 1 } }], late)
    await fleet.machine.until(() => (reflected()?.status as { replicas: number } | undefined)?.replicas === 7)
    assert.deepEqual(fleet.machine.events[0], {
      about: 'Work web-x',
      reason: 'ReflectStatusFailed',
      message: 'Reflect status for object(Deployment/default/web) failed, err: no idea.',
    })
  })
  for (const [point, answer] of [
    [interpret.status, { status: {} }],
    [interpret.health, 'Healthy'],
  ] as const) {
    test(`at ${point.id} is named in a condition of the Work, until it answers`, async () => {
      let isMended = false
      const condition = () => workNow().status?.conditions?.find(({ type }) => type === 'Reflected')
      const handler = () => (isMended ? answer : throws())
      await start([work], [{ ...web, status: { replicas: 1 } }], { point, handler })
      await fleet.machine.until(() => condition()?.status === 'False')
      assert.deepEqual([condition()?.reason, condition()?.message], ['ReflectStatusFailed', 'no idea'])
      isMended = true
      await fleet.machine.until(() => condition()?.status === 'True')
      assert.equal(reflected()?.health, 'Healthy')
    })
  }
})
