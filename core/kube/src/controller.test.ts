import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  type Controller,
  type Key,
  type Kind,
  keyText,
  type Manifest,
  type OwnerReference,
  type Priority,
} from '@flotilla/sdk'
import { createController } from './controller.ts'
import { ObjectStore } from './store.ts'
import { configMap, configMapKind, deploymentKind, nodeKind } from './testing/objects.ts'
import { recordingLog, recordingMetrics } from './testing/surroundings.ts'
import { until } from './testing/until.ts'

function surroundings() {
  const stores = new Map<string, ObjectStore<Manifest>>()
  const storeOf = (kind: Kind<unknown>): ObjectStore<Manifest> => {
    const store = stores.get(kind.plural) ?? new ObjectStore<Manifest>({ onError: assert.ifError })
    stores.set(kind.plural, store)
    return store
  }
  const log = recordingLog()
  const metrics = recordingMetrics()
  const store = <T>(kind: Kind<T>) => storeOf(kind) as unknown as ObjectStore<T> // the tests keep manifests only
  return { log, metrics, store, storeOf }
}

function run(test: TestContext, controller: Controller) {
  const stop = new AbortController()
  const running = controller.run(stop.signal)
  test.after(async () => {
    stop.abort()
    await running
  })
  return { stop, running }
}

/** Reconciles that can be read: `namespace/name@version`, or `-` for what is gone. */
function seeing() {
  const seen: string[] = []
  const step = async (object: Manifest | undefined, key: Key) => {
    seen.push(`${keyText(key)}@${object?.metadata.resourceVersion ?? '-'}`)
    return {}
  }
  return { seen, step }
}

test('reconciles what is there and what changes, with the object as the cache has it', async (context) => {
  const world = surroundings()
  const { seen, step } = seeing()
  const store = world.storeOf(configMapKind)
  run(context, createController('c', world).for(configMapKind).reconcile(step))
  store.fill([configMap('a', 1)])
  await until(() => seen.length === 1)
  store.put(configMap('b', 2))
  store.put(configMap('b', 3))
  await until(() => seen.length === 2)
  store.remove(configMap('a', 4))
  await until(() => seen.length === 3)
  assert.deepEqual(seen, ['default/a@1', 'default/b@3', 'default/a@-'])
  assert.equal(world.metrics.read('controller_runtime_reconcile_total{controller="c",result="success"}'), 3)
  assert.equal(world.metrics.read('controller_runtime_reconcile_time_seconds{controller="c"}'), 3)
})

test('waits for all its stores before the first reconcile', async (context) => {
  const world = surroundings()
  const { seen, step } = seeing()
  run(context, createController('c', world).for(configMapKind).owns(deploymentKind).reconcile(step))
  world.storeOf(configMapKind).fill([configMap('a', 1)])
  await new Promise(setImmediate)
  assert.deepEqual(seen, [])
  world.storeOf(deploymentKind).fill([])
  await until(() => seen.length === 1)
})

test('the backlog goes behind what changes meanwhile', async (context) => {
  const world = surroundings()
  const { seen, step } = seeing()
  run(
    context,
    createController('c', world)
      .for(configMapKind)
      .watches(nodeKind, () => [])
      .workers(1)
      .reconcile(step),
  )
  const store = world.storeOf(configMapKind)
  store.fill([configMap('a', 1), configMap('b', 2), configMap('c', 3)])
  store.put(configMap('c', 4))
  store.put(configMap('d', 5))
  world.storeOf(nodeKind).fill([])
  await until(() => seen.length === 4)
  assert.deepEqual(seen, ['default/c@4', 'default/d@5', 'default/a@1', 'default/b@2'])
})

test('when says which changes matter', async (context) => {
  const world = surroundings()
  const { seen, step } = seeing()
  const store = world.storeOf(configMapKind)
  store.fill([])
  run(
    context,
    createController('c', world)
      .for(configMapKind, ({ after }) => after?.metadata.name !== 'b')
      .reconcile(step),
  )
  store.put(configMap('b', 2))
  store.put(configMap('a', 3))
  await until(() => seen.length === 1)
  assert.deepEqual(seen, ['default/a@3'])
})

const owner = (kind: string, apiVersion: string, controller = true): OwnerReference => ({
  apiVersion,
  kind,
  name: 'o',
  uid: 'o',
  controller,
})
for (const [what, target, reference, wanted] of [
  ['the controlling owner', deploymentKind, owner('Deployment', 'apps/v1'), ['default/o']],
  ['an owner of another version', deploymentKind, owner('Deployment', 'apps/v1beta1'), ['default/o']],
  ['an owner without a namespace', nodeKind, owner('Node', 'v1'), ['o']],
  ['no owner of another group', deploymentKind, owner('Deployment', 'other/v1'), []],
  ['no owner of another kind', deploymentKind, owner('ReplicaSet', 'apps/v1'), []],
  ['no owner that does not control', deploymentKind, owner('Deployment', 'apps/v1', false), []],
] as const) {
  test(`owns: a change queues ${what}`, async (context) => {
    const world = surroundings()
    const seen: string[] = []
    for (const kind of [target, configMapKind]) world.storeOf(kind).fill([])
    let send: (key: Key) => void = () => {}
    run(
      context,
      createController('c', world)
        .for(target)
        .owns(configMapKind)
        .hears((enqueue) => {
          send = enqueue
          return () => {}
        })
        .reconcile(async (_object, key) => {
          seen.push(keyText(key))
          return {}
        }),
    )
    world.storeOf(configMapKind).put(configMap('a', 1, { ownerReferences: [reference] }))
    send({ name: 'end' })
    await until(() => seen.includes('end'))
    assert.deepEqual(seen, [...wanted, 'end'])
  })
}

test('owns: an object that changed hands queues both owners', async (context) => {
  const world = surroundings()
  const { seen, step } = seeing()
  const ownedBy = (name: string) => ({ ownerReferences: [{ ...owner('Deployment', 'apps/v1'), name }] })
  world.storeOf(deploymentKind).fill([])
  world.storeOf(configMapKind).fill([configMap('a', 1, ownedBy('first'))])
  run(context, createController('c', world).for(deploymentKind).owns(configMapKind).reconcile(step))
  await until(() => seen.length === 1)
  world.storeOf(configMapKind).put(configMap('a', 2, ownedBy('second')))
  await until(() => seen.length === 3)
  assert.deepEqual(seen, ['default/first@-', 'default/first@-', 'default/second@-'])
})

test('watches queues the keys a change maps to; a mapping that throws is told and ends nothing', async (context) => {
  const world = surroundings()
  const { seen, step } = seeing()
  world.storeOf(nodeKind).fill([])
  run(
    context,
    createController('c', world)
      .watches(nodeKind, ({ after }) => {
        if (after?.metadata.name === 'odd') throw new Error('odd')
        return [{ name: 'x' }, { name: 'y' }]
      })
      .reconcile(step),
  )
  world.storeOf(nodeKind).put(configMap('odd', 1))
  world.storeOf(nodeKind).put(configMap('n', 2))
  await until(() => seen.length === 2)
  assert.deepEqual(seen, ['x@-', 'y@-'])
  assert.deepEqual(
    world.log.lines.map(({ message, fields }) => [message, fields.controller]),
    [['change cannot be mapped to keys', 'c']],
  )
})

test('when it stops it listens no more, and it can run again', async (context) => {
  const world = surroundings()
  const { seen, step } = seeing()
  const store = world.storeOf(configMapKind)
  store.fill([configMap('a', 1)])
  let heard = 0
  const controller = createController('c', world)
    .for(configMapKind)
    .hears((_enqueue: (key: Key, priority?: Priority) => void) => {
      heard++
      return () => heard--
    })
    .reconcile(step)
  const first = run(context, controller)
  await until(() => seen.length === 1)
  assert.equal(heard, 1)
  first.stop.abort()
  await first.running
  assert.equal(heard, 0)
  run(context, controller)
  await until(() => seen.length === 2)
})

test('one that is stopped before its stores are filled ends', async () => {
  const world = surroundings()
  const stop = new AbortController()
  const running = createController('c', world).for(configMapKind).reconcile(seeing().step).run(stop.signal)
  stop.abort()
  await running
})

test('counts failures', async (context) => {
  const world = surroundings()
  world.storeOf(configMapKind).fill([configMap('a', 1)])
  let steps = 0
  run(
    context,
    createController('c', world)
      .for(configMapKind)
      .reconcile(async () => {
        if (++steps === 1) throw new Error('no')
        return { again: 60_000 }
      }),
  )
  await until(
    () => world.metrics.read('controller_runtime_reconcile_total{controller="c",result="requeue_after"}') === 1,
  )
  assert.equal(world.metrics.read('controller_runtime_reconcile_total{controller="c",result="error"}'), 1)
  assert.equal(world.metrics.read('controller_runtime_reconcile_errors_total{controller="c"}'), 1)
})

test('keys wait as the controller says: those that matter more go first, and what fails comes back when it says', async (context) => {
  const world = surroundings()
  const { seen, step } = seeing()
  const depths: number[] = []
  let failures = 0
  const fails = async (object: Manifest | undefined, key: Key) => {
    if (key.name === 'c' && failures++ === 0) throw new Error('not yet')
    return step(object, key)
  }
  const rank = (object: Manifest | undefined) => Number(object?.metadata.labels?.rank ?? 0)
  const queueing = { rank, waits: { baseMs: 1, capMs: 1 }, onDepth: (waiting: number) => depths.push(waiting) }
  run(context, createController('c', world).for(configMapKind).workers(1).queued(queueing).reconcile(fails))
  const labelled = (name: string, rank: string): Manifest => {
    const { metadata, ...rest } = configMap(name, 1)
    return { ...rest, metadata: { ...metadata, labels: { rank } } }
  }
  world.storeOf(configMapKind).fill([labelled('a', '-1'), labelled('b', '0'), labelled('c', '5'), labelled('d', '5')])
  await until(() => seen.length === 4)
  assert.deepEqual(
    seen.filter((text) => !text.includes('/c@')),
    ['default/d@1', 'default/b@1', 'default/a@1'],
  )
  assert.deepEqual([Math.max(...depths), depths.at(-1)], [4, 0])
})
