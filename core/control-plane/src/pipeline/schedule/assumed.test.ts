import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Binding, TargetCluster } from '@flotilla/sdk'
import { type BindingWords, binding } from '@flotilla/sdk/testing'
import { Assumed } from './assumed.ts'

const minute = 60_000
const resourceRequest = { cpu: '1' }
const to = (name: string, replicas: number): TargetCluster => ({ name, replicas })
const web = (words: BindingWords = {}): Binding =>
  binding({ replicas: 5, replicaRequirements: { resourceRequest }, ...words })

/** Replicas still to come, by cluster. */
const toCome = (assumed: Assumed, now = 0): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(assumed.byCluster(now)).map(([cluster, workloads]) => [
      cluster,
      workloads.flatMap(({ components }) => components).reduce((sum, { replicas }) => sum + replicas, 0),
    ]),
  )

describe('room is kept', () => {
  test('for what was given, as what needs it', () => {
    const assumed = new Assumed()
    assumed.place(web(), [to('a', 2), to('b', 3)], 0)
    assert.deepEqual(assumed.byCluster(0), {
      a: [
        { namespace: 'default', components: [{ name: 'web', replicas: 2, replicaRequirements: { resourceRequest } }] },
      ],
      b: [
        { namespace: 'default', components: [{ name: 'web', replicas: 3, replicaRequirements: { resourceRequest } }] },
      ],
    })
  })
  test('only for what is new, when a workload grows', () => {
    const assumed = new Assumed()
    assumed.place(web({ clusters: { a: 2 } }), [to('a', 2), to('b', 3)], 0)
    assert.deepEqual(toCome(assumed), { b: 3 })
  })
  test('for less, when it shrinks again', () => {
    const assumed = new Assumed()
    assumed.place(web(), [to('a', 5)], 0)
    assumed.place(web({ clusters: { a: 5 } }), [to('a', 3)], 0)
    assert.deepEqual(toCome(assumed), { a: 3 })
  })
  test('once for all that need the same, so that questions stay short', () => {
    const assumed = new Assumed()
    for (let i = 0; i < 100; i++) assumed.place(web({ name: `web-${i}` }), [to('a', 2)], 0)
    assert.equal(assumed.byCluster(0).a?.length, 1)
    assert.deepEqual(toCome(assumed), { a: 200 })
  })
  test('for each component of a set', () => {
    const assumed = new Assumed()
    const components = [{ name: 'manager', replicas: 1 }, { name: 'worker', replicas: 4 }] // biome-ignore format: a table
    assumed.place(binding({ components }), [{ name: 'a' }], 0)
    assert.deepEqual(
      assumed.byCluster(0).a?.map((workload) => workload.components),
      components.map((component) => [component]),
    )
    assumed.place(binding({ components, clusters: { a: undefined } }), [{ name: 'a' }, { name: 'b' }], 0)
    assert.deepEqual(toCome(assumed), { a: 5, b: 5 })
  })
})

describe('room is given back', () => {
  const placed = (): Assumed => {
    const assumed = new Assumed()
    assumed.place(web(), [to('a', 2), to('b', 3)], 0)
    return assumed
  }
  const there = web({ clusters: { a: 2, b: 3 } })
  const healthy = (status: object, ...names: readonly string[]) =>
    web({
      clusters: { a: 2, b: 3 },
      status: {
        aggregatedStatus: names.map((clusterName) => ({ clusterName, health: 'Healthy', status: { ...status } })),
      },
    })

  test('by a cluster that says that all is well', () => {
    const assumed = placed()
    assumed.heard({ before: there, after: healthy({ readyReplicas: 2 }, 'a') })
    assert.deepEqual(toCome(assumed), { b: 3 })
  })
  test('not by what a cluster said before', () => {
    const assumed = placed()
    assumed.heard({ before: healthy({ readyReplicas: 1 }, 'a'), after: healthy({ readyReplicas: 1 }, 'a') })
    assert.deepEqual(toCome(assumed), { a: 2, b: 3 })
  })
  test('by a cluster that the binding leaves', () => {
    const assumed = placed()
    assumed.heard({ before: there, after: web({ clusters: { b: 3 } }) })
    assert.deepEqual(toCome(assumed), { b: 3 })
  })
  test('not by a change from before the binding was there', () => {
    const assumed = placed()
    assumed.heard({ before: web(), after: web({ labels: { some: 'label' } }) })
    assert.deepEqual(toCome(assumed), { a: 2, b: 3 })
  })
  test('by a binding that is gone', () => {
    const assumed = placed()
    assumed.heard({ before: there })
    assert.deepEqual(assumed.byCluster(0), {})
  })
  test('after five minutes, whatever happens', () => {
    const assumed = placed()
    assert.deepEqual(toCome(assumed, 5 * minute - 1), { a: 2, b: 3 })
    assert.deepEqual(toCome(assumed, 6 * minute), {})
  })
  test('when it could not be written', () => {
    const assumed = placed()
    assumed.place(web({ name: 'other' }), [to('a', 4)], 0)()
    assert.deepEqual(toCome(assumed), { a: 2, b: 3 })
  })
  test('by the same again, not anew for five minutes', () => {
    const assumed = placed()
    assumed.place(there, [to('a', 2), to('b', 3)], 4 * minute)
    assert.deepEqual(toCome(assumed, 6 * minute), {})
  })
})

test('one decides after the other, also after one that failed', async () => {
  const assumed = new Assumed()
  const order: number[] = []
  const turns = [1, 2, 3].map((number) =>
    assumed.inTurn(async () => {
      await new Promise((resolve) => setImmediate(resolve))
      order.push(number)
      if (number === 1) throw new Error('no idea')
    }),
  )
  assert.deepEqual(
    (await Promise.allSettled(turns)).map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled'],
  )
  assert.deepEqual(order, [1, 2, 3])
})
