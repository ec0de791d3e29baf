import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createClient } from './client.ts'
import { type CacheOptions, createRuntime } from './runtime.ts'
import { MemoryServer } from './testing/memory-server.ts'
import { configMap, configMapKind, deploymentKind } from './testing/objects.ts'
import { recordingLog, recordingMetrics } from './testing/surroundings.ts'
import { until } from './testing/until.ts'

function standing(test: TestContext, caching: CacheOptions = {}) {
  const server = new MemoryServer()
  const stop = new AbortController()
  test.after(() => stop.abort())
  const client = createClient(server)
  const runtime = createRuntime({
    client,
    name: 'test',
    log: recordingLog(),
    metrics: recordingMetrics(),
    signal: stop.signal,
    caching,
  })
  return { server, client, runtime, stop }
}

const path = '/api/v1/namespaces/default/configmaps/a'

test('one store for each kind and selection', (context) => {
  const { runtime } = standing(context)
  const store = runtime.store(configMapKind)
  assert.equal(runtime.store({ ...configMapKind }), store)
  assert.notEqual(runtime.store(configMapKind, { labelSelector: 'a=b' }), store)
  assert.notEqual(runtime.store(configMapKind, { namespace: 'x' }), store)
  assert.notEqual(runtime.store(configMapKind, { project: (object) => object }), store)
})

test('a controller makes the world so: what it writes comes back to it and ends there', async (context) => {
  const { server, runtime, stop, client } = standing(context)
  server.put(path, configMap('a', 0))
  let steps = 0
  const running = runtime
    .controller('marker')
    .for(configMapKind)
    .reconcile(async (object, key, signal) => {
      steps++
      if (!object || object.marked) return {}
      await client.patch(configMapKind, key, { type: 'merge', body: { marked: true } }, { signal })
      return {}
    })
    .run(stop.signal)
  await until(() => runtime.store(configMapKind).list()[0]?.marked === true && steps === 2)
  assert.equal(server.at(path)?.marked, true)
  stop.abort()
  await running
})

test('is idle when its caches are full and no key waits, is worked on, or comes back soon', async (context) => {
  const { server, runtime, stop } = standing(context)
  assert.ok(runtime.isIdle(1_000))
  server.put(path, configMap('a', 0))
  const begun = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const controller = runtime.controller('slow').for(configMapKind)
  const running = controller
    .reconcile(async () => {
      begun.resolve()
      await end.promise
      return { again: 5_000 }
    })
    .run(stop.signal)
  assert.ok(!runtime.isIdle(1_000)) // its cache is not full yet
  await begun.promise
  assert.ok(!runtime.isIdle(1_000))
  end.resolve()
  await until(() => runtime.isIdle(1_000))
  assert.ok(!runtime.isIdle(10_000)) // it comes back
  stop.abort()
  await running
  assert.ok(runtime.isIdle(10_000))
})

test('compares each of its caches with the server once in a period', async (context) => {
  const { server, runtime } = standing(context, { checkPeriod: 10 })
  runtime.store(configMapKind)
  runtime.store(deploymentKind)
  const counts = (path: string) =>
    server.requests.filter((request) => request.path === path && request.headers?.accept?.includes('Partial')).length
  await until(() => counts('/api/v1/configmaps') > 2 && counts('/apis/apps/v1/deployments') > 2)
  assert.ok(Math.abs(counts('/api/v1/configmaps') - counts('/apis/apps/v1/deployments')) <= 1, 'in turn')
})

test('compares a cache soon whose connection broke', async (context) => {
  const { server, runtime } = standing(context, { checkPeriod: 2_000, waits: { baseMs: 1, capMs: 1 } })
  for (const kind of [configMapKind, deploymentKind]) await runtime.store(kind).synced
  const begun = performance.now()
  server.break()
  const compared = () => server.requests.filter(({ query }) => query?.limit === '500' && query.continue === undefined)
  const identities = () => compared().filter(({ headers }) => headers?.accept?.includes('Partial')).length
  await until(() => identities() === 2)
  assert.ok(performance.now() - begun < 1_500)
})

test('compares nothing when it is told so', async (context) => {
  const { server, runtime } = standing(context, { checkPeriod: 0 })
  await runtime.store(configMapKind).synced
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(server.requests.length, 1)
})

test('ends what it started with its signal', async (context) => {
  const { server, runtime, stop } = standing(context)
  const store = runtime.store(configMapKind)
  await store.synced
  stop.abort()
  await new Promise(setImmediate)
  server.put(path, configMap('a', 0))
  await new Promise(setImmediate)
  assert.deepEqual(store.list(), [])
})

test('parts of a runtime work on their keys alone, over the same caches', async (context) => {
  const { server, client, runtime, stop } = standing(context)
  for (const name of ['a', 'b', 'c', 'd'])
    server.put(`/api/v1/namespaces/default/configmaps/${name}`, configMap(name, 0))
  const seen: string[] = []
  const asked: string[] = []
  const runs = ['ab', 'cd'].map((names) => {
    const end = { signal: stop.signal, cut: stop.signal }
    const part = runtime.part({ ...end, client, metrics: recordingMetrics(), owns: (name) => names.includes(name) })
    assert.deepEqual([part.owns('a'), part.owns('c')], [names === 'ab', names === 'cd'])
    return part
      .controller('c', ({ name }) => name)
      .for(configMapKind, ({ after }) => {
        asked.push(`${names}: ${after?.metadata.name}`)
        return true
      })
      .reconcile(async (_, { name }) => {
        seen.push(`${names}: ${name}`)
        return {}
      })
      .run(stop.signal)
  })
  await until(() => seen.length === 4)
  assert.deepEqual(seen.toSorted(), ['ab: a', 'ab: b', 'cd: c', 'cd: d'])
  assert.deepEqual(asked.toSorted(), seen.toSorted(), 'nobody looks at what is not his')
  assert.equal(server.requests.filter(({ method }) => method === 'GET').length, 1)
  stop.abort()
  await Promise.all(runs)
})

test('what was begun in a part may end after its signal, until it is cut off', async (context) => {
  const { server, client, runtime } = standing(context)
  server.put(path, configMap('a', 0))
  const [end, cut] = [new AbortController(), new AbortController()]
  const part = runtime.part({
    client,
    metrics: recordingMetrics(),
    signal: end.signal,
    cut: cut.signal,
    owns: () => true,
  })
  const told: string[] = []
  const running = part
    .controller('c')
    .for(configMapKind)
    .reconcile(async (_object, _key, signal) => {
      told.push('begun')
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      told.push('cut off')
      return {}
    })
    .run(end.signal)
    .then(() => told.push('ended'))
  await until(() => told.length === 1)
  end.abort()
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.deepEqual(told, ['begun'])
  cut.abort()
  await running
  assert.deepEqual(told, ['begun', 'cut off', 'ended'])
})
