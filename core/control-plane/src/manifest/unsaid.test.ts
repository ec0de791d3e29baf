import assert from 'node:assert/strict'
import { test } from 'node:test'
import { binding } from '@flotilla/sdk/testing'
import { Unsaid } from './unsaid.ts'

const web = binding({ uid: 'one', generation: 2, status: { lastScheduledTime: 'then' } })
const observed = ({ metadata }: typeof web) => ({
  status: { schedulerObservedGeneration: metadata.generation, lastScheduledTime: null },
})

test('what is left is said along, about the generation it was left for', () => {
  const unsaid = new Unsaid(60_000)
  unsaid.leave(web, observed)
  assert.deepEqual(unsaid.along(web).status, { schedulerObservedGeneration: 2 })
  const later = { ...web, metadata: { ...web.metadata, generation: 3 } }
  assert.deepEqual(unsaid.along(later).status, { schedulerObservedGeneration: 2 })
  assert.equal(unsaid.along(later).metadata.generation, 3)
})

test('there is time until there is not, and none when the binding has changed', () => {
  const [patient, hasty] = [new Unsaid(60_000), new Unsaid(0)]
  for (const unsaid of [patient, hasty]) unsaid.leave(web, observed)
  assert.ok((patient.left(web) ?? 0) > 0)
  assert.ok((hasty.left(web) ?? 1) <= 0)
  assert.equal(patient.left({ ...web, metadata: { ...web.metadata, generation: 3 } }), 0)
})

test('it is not said of another binding of that name, nor twice', () => {
  const unsaid = new Unsaid()
  unsaid.leave(web, observed)
  const other = { ...web, metadata: { ...web.metadata, uid: 'two' } }
  assert.equal(unsaid.along(other), other)
  assert.equal(unsaid.left(other), undefined)
  unsaid.forget('default/web-deployment')
  assert.equal(unsaid.along(web), web)
  assert.equal(unsaid.patch(web), undefined)
})

test('the more there is to say, the longer it may wait to be said along, but not for ever', () => {
  const unsaid = new Unsaid(0)
  const left = Array.from({ length: 2000 }, (_, index) => {
    const each = binding({ name: `web-${index}`, uid: `uid-${index}`, generation: 2 })
    unsaid.leave(each, observed)
    return unsaid.left(each) ?? 0
  })
  assert.ok((left[0] ?? 1) <= 0)
  assert.ok((left[10] ?? 0) > 4_000 && (left[10] ?? 0) <= 5_000, `${left[10]}`)
  assert.ok((left.at(-1) ?? 0) > 50_000 && (left.at(-1) ?? 0) <= 60_000, `${left.at(-1)}`)
})
