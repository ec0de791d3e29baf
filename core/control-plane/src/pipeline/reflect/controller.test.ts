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
      message: 'no idea',
    })
  })
  test('on status is asked again', async () => {
    let failures = 0
    const late = on(interpret.status, () => (failures++ === 0 ? throws() : { status: { replicas: 7 } }))
    await start([work], [{ ...web, status: { replicas: 1 } }], late)
    await fleet.machine.until(() => (reflected()?.status as { replicas: number } | undefined)?.replicas === 7)
    assert.equal(fleet.machine.events[0]?.reason, 'ReflectStatusFailed')
  })
})
