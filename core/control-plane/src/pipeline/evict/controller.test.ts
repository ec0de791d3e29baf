import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import {
  type Binding,
  type Cluster,
  clusterKind,
  evict as evictPoints,
  type Manifest,
  on,
  resourceBindingKind,
  type Taint,
} from '@flotilla/sdk'
import { binding, cluster } from '@flotilla/sdk/testing'
import { type TestMachine, testMachine } from '../../extension/machine.test-support.ts'
import { evictControllers } from './controller.ts'

let machine: TestMachine
afterEach(() => machine.end())

const taint: Taint = { key: 'broken', effect: 'NoExecute' }

/** Wants a binding out of every cluster with a taint. */
const intolerant = on(evictPoints.decide, ({ clusters }) => ({
  tasks: clusters
    .filter(({ spec }) => spec.taints?.length)
    .map(({ metadata }) => ({ fromCluster: metadata.name, reason: 'TaintUntolerated', producer: 'TaintManager' })),
}))

let clock = Date.UTC(2026, 0, 1)
const start = async (...objects: readonly Manifest[]) => {
  machine = testMachine({ objects, extensions: [intolerant], now: () => new Date(clock) })
  machine.run(evictControllers(machine, { rate: 20 }))
  await machine.quiet()
}

const bound = (name: string) => binding({ name, generation: 1, clusters: { a: 1, b: 2 } })
const now = (name: string) => machine.objects.get(resourceBindingKind, { namespace: 'default', name }) as Binding
const clustersOf = (name: string) => now(name).spec.clusters?.map((each) => each.name)
const spoil = (name: string) => {
  const before = machine.objects.get(clusterKind, { name }) as Cluster
  machine.objects.put({ ...before, spec: { ...before.spec, taints: [taint] } })
}

test('a taint makes a binding leave a cluster, with one write', async () => {
  await start(cluster({ name: 'a' }), cluster({ name: 'b' }), bound('web'))
  assert.deepEqual(machine.writes, [])
  spoil('a')
  await machine.until(() => clustersOf('web')?.join() === 'b')
  await machine.quiet()
  assert.deepEqual(now('web').spec.gracefulEvictionTasks, [
    {
      fromCluster: 'a',
      reason: 'TaintUntolerated',
      producer: 'TaintManager',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
  ])
  assert.equal(machine.writes.length, 1)
})

test('of many bindings one leaves after the other', async () => {
  const names = ['one', 'two', 'three']
  await start(cluster({ name: 'a' }), cluster({ name: 'b' }), ...names.map(bound))
  spoil('a')
  const left = () => names.filter((name) => clustersOf(name)?.join() === 'b').length
  await machine.until(() => left() === 1)
  clock += 50
  await machine.until(() => left() === 2)
  clock += 50
  await machine.until(() => left() === 3)
})

test('an eviction whose time is up ends, and its user is told', async () => {
  const task = {
    fromCluster: 'c',
    reason: 'TaintUntolerated',
    producer: 'TaintManager',
    creationTimestamp: '2020-01-01T00:00:00Z',
  }
  const old: Binding = { ...bound('web'), spec: { ...bound('web').spec, gracefulEvictionTasks: [task] } }
  await start(cluster({ name: 'a' }), cluster({ name: 'b' }), old)
  await machine.until(() => now('web').spec.gracefulEvictionTasks?.length === 0)
  assert.deepEqual(
    machine.events.map(({ about, reason }) => [about, reason]),
    [
      ['ResourceBinding web', 'EvictWorkloadFromClusterSucceed'],
      ['Deployment web', 'EvictWorkloadFromClusterSucceed'],
    ],
  )
})
