import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { deepFreeze } from '@flotilla/sdk'
import { held } from './projection.ts'
import { Shared } from './shared.ts'

const list = (length: number) => Array.from({ length }, (_, i) => ({ addresses: [`10.0.0.${i}`], conditions: { ready: true } })) // biome-ignore format: one line

const slice = (name: string, endpoints = list(20)) =>
  deepFreeze({ kind: 'EndpointSlice', metadata: { name, managedFields: [] }, endpoints, ports: [] })

const work = (name: string, ...manifests: readonly object[]) =>
  deepFreeze({ kind: 'Work', metadata: { name }, spec: { workload: { manifests } } })

describe('lists that are equal', () => {
  test('are one, and others are not', () => {
    const shared = new Shared()
    const first = list(20)
    assert.equal(shared.of(first), first)
    assert.equal(shared.of(list(20)), first)
    assert.notEqual(shared.of(list(21)), first)
  })

  test('are not remembered when they are small', () => {
    const shared = new Shared()
    const small = list(1)
    assert.equal(shared.of(small), small)
    assert.equal(shared.size, 0)
  })

  test('are forgotten when nobody has them', async () => {
    const shared = new Shared()
    for (let i = 0; i < 50; i++) shared.of(list(20 + i))
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    for (let i = 0; i < 100 && shared.size > 0; i++) {
      collect()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.equal(shared.size, 0)
  })
})

describe('what a cache holds', () => {
  const endpointsIn = (object: unknown) => (object as { endpoints: unknown }).endpoints
  const manifestsIn = (object: unknown) =>
    (object as { spec: { workload: { manifests: readonly unknown[] } } }).spec.workload.manifests

  test('has the endpoints of a slice once, however many clusters have it, and whatever else it says', () => {
    const [first, second] = [held(slice('a')), held(slice('b'))]
    assert.equal(endpointsIn(first), endpointsIn(second))
    assert.equal(endpointsIn(manifestsIn(held(work('w', slice('c'))))[0]), endpointsIn(first))
    assert.notEqual(endpointsIn(held(slice('d', list(19)))), endpointsIn(first))
    assert.ok(Object.isFrozen(second))
    assert.deepEqual(second, { kind: 'EndpointSlice', metadata: { name: 'b' }, endpoints: list(20), ports: [] })
  })

  test('is what came, when there is nothing to share', () => {
    for (const object of [work('w', { kind: 'ConfigMap', metadata: { name: 'c' } }), work('none'), deepFreeze({ metadata: { name: 'x' }, endpoints: 'no list' })]) // biome-ignore format: one list
      assert.equal(held(object), object)
  })
})
