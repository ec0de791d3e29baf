import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { errors, type Work, type WorkStatus, workKind } from '@flotilla/sdk'
import { type TestMachine, testMachine } from '../extension/machine.test-support.ts'
import { createWorkStatusWriter, Meanwhile, type StatusEdit, type WorkStatusWriter } from './work-status.ts'

const key = { namespace: 'karmada-es-member1', name: 'w' }
const work: Work = {
  apiVersion: workKind.apiVersion,
  kind: workKind.kind,
  metadata: { ...key, generation: 1 },
  spec: {},
}

let machine: TestMachine
let writer: WorkStatusWriter
const start = async (...objects: readonly Work[]) => {
  machine = testMachine({ objects })
  writer = createWorkStatusWriter(machine)
  await machine.quiet()
}
afterEach(() => machine.end())

/** Says a condition that stands for anything. */
const says =
  (type: string): StatusEdit =>
  (status): WorkStatus => ({
    ...status,
    conditions: [
      ...(status.conditions ?? []).filter((each) => each.type !== type),
      { type, status: 'True', reason: '', message: '', lastTransitionTime: '' },
    ],
  })

const said = () =>
  (machine.objects.get(workKind, key) as Work | undefined)?.status?.conditions?.map(({ type }) => type).join()
const writes = () => machine.writes.length
const settled = () => new Promise((resolve) => setTimeout(resolve, 60))

describe('the one hand that writes the status of Works', () => {
  test('says what several have to say with one write', async () => {
    await start(work)
    writer.edit(key, 'apply', says('Applied'))
    writer.edit(key, 'reflect', says('Reflected'))
    await machine.until(() => said() === 'Applied,Reflected')
    assert.equal(writes(), 1)
  })
  test('says the last of what one has to say', async () => {
    await start(work)
    writer.edit(key, 'apply', says('Old'))
    writer.edit(key, 'apply', says('New'))
    await machine.until(() => said() === 'New')
  })
  test('writes nothing that is said already, and nothing of a Work that is gone', async () => {
    await start(work)
    writer.edit(key, 'apply', (status) => status)
    writer.edit({ ...key, name: 'gone' }, 'apply', says('Applied'))
    await settled()
    assert.equal(writes(), 0)
  })
  test('says it again when somebody else wrote first', async () => {
    await start(work)
    let isFirst = true
    writer.edit(key, 'apply', (status, seen) => {
      if (isFirst) machine.objects.put({ ...seen, spec: { suspendDispatching: true } }) // the cache has not heard of it
      isFirst = false
      return says('Applied')(status, seen)
    })
    await machine.until(() => said() === 'Applied')
    assert.equal((machine.objects.get(workKind, key) as Work).spec.suspendDispatching, true)
  })
  test('lets nobody who fails keep the others from being heard, and asks him again', async () => {
    await start(work)
    let failures = 0
    writer.edit(key, 'reflect', (status, seen) => {
      if (failures++ < 2) throw new Error('not now')
      return says('Reflected')(status, seen)
    })
    writer.edit(key, 'apply', says('Applied'))
    await machine.until(() => said() === 'Applied')
    await machine.until(() => said() === 'Applied,Reflected')
    assert.equal(failures, 3)
  })
  test('says what one has to say who fails, and asks him again', async () => {
    await start(work)
    let failures = 0
    writer.edit(key, 'reflect', (status, seen) => {
      if (failures++ < 2) throw new Meanwhile(says('Failed')(status, seen) as WorkStatus, new Error('not now')) // it does not wait
      return says('Reflected')(status, seen)
    })
    await machine.until(() => said() === 'Failed')
    await machine.until(() => said() === 'Failed,Reflected')
    assert.equal(writes(), 2, 'what is said already is not said again')
  })
  test('does not ask again who can never succeed', async () => {
    await start(work)
    let asked = 0
    writer.edit(key, 'reflect', () => {
      asked++
      throw errors.PLUGIN_INVALID('x', 'y')
    })
    await settled()
    assert.equal(asked, 1)
  })
})
