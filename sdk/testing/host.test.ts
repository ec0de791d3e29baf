import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterKind } from '../src/api/cluster.ts'
import { isAlreadyExists, isConflict, isNotFound } from '../src/errors.ts'
import type { Kind } from '../src/kind.ts'
import type { Manifest } from '../src/manifest.ts'
import { done } from '../src/outcome.ts'
import { definePlugin } from '../src/plugin.ts'
import { on } from '../src/point.ts'
import { interpret } from '../src/points/index.ts'
import { cluster, deployment, manifest } from './build.ts'
import { fakeHost } from './host.ts'

interface ConfigMap extends Manifest {
  readonly data?: Readonly<Record<string, string>>
}

const configMaps: Kind<ConfigMap> = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' }
const configMap = (words: Parameters<typeof manifest>[2]): ConfigMap =>
  manifest('v1', 'ConfigMap', { name: 'c', namespace: 'default', ...words })
const key = { namespace: 'default', name: 'c' }

test('a store holds what the host was given, and what the client writes', async () => {
  const host = fakeHost({ objects: [configMap({ data: { a: '1' } })] })
  const store = host.store(configMaps)
  assert.deepEqual(store.get(key)?.data, { a: '1' })
  await host.client.create(configMaps, configMap({ namespace: 'other' }))
  assert.equal(store.list().length, 2)
  assert.deepEqual(
    store.list('other').map(({ metadata }) => metadata.name),
    ['c'],
  )
  assert.equal(store.list('nowhere').length, 0)
  const byData = { name: 'data', values: ({ data = {} }: ConfigMap) => Object.keys(data) }
  assert.equal(store.by(byData, 'a').length, 1)
  assert.equal(store.by(byData, 'b').length, 0)
})

test('a listener hears of what is there and of every change, until it stops', async () => {
  const host = fakeHost({ objects: [configMap({ data: { a: '1' } })] })
  const heard: unknown[] = []
  const stop = host.store(configMaps).listen(({ before, after, initial }) => {
    heard.push([before?.data?.a, after?.data?.a, initial])
  })
  await host.client.patch(configMaps, key, { type: 'merge', body: { data: { a: '2' } } })
  await host.client.patch(configMaps, key, { type: 'merge', body: { data: { a: '2' } } }) // nothing changes
  await host.client.delete(configMaps, key)
  stop()
  await host.client.create(configMaps, configMap({}))
  assert.deepEqual(heard, [
    [undefined, '1', true],
    ['1', '2', undefined],
    ['2', undefined, undefined],
  ])
})

test('the client refuses what a server would', async () => {
  const { client } = fakeHost({ objects: [configMap({})] })
  const old = await client.get(configMaps, key)
  assert.ok(old && Object.isFrozen(old))
  await assert.rejects(client.create(configMaps, configMap({})), isAlreadyExists)
  await assert.rejects(client.update(configMaps, configMap({ name: 'd' })), isNotFound)
  await client.update(configMaps, { ...old, data: { a: '1' } })
  await assert.rejects(client.update(configMaps, { ...old, data: { a: '2' } }), isConflict)
  await assert.rejects(client.patch(configMaps, key, { type: 'json', body: [] }), { code: 415 })
  await assert.rejects(client.list(configMaps, { labelSelector: 'a in (b)' }), { code: 400 })
  await assert.rejects(client.raw({ path: '/version' }), isNotFound)
  assert.equal(await client.delete(configMaps, { name: 'nothing' }), false)
})

test('lists are selected by labels and fields', async () => {
  const { client } = fakeHost({ objects: [configMap({ labels: { a: 'b' } }), configMap({ name: 'd', type: 'x' })] })
  const names = async (options: Parameters<typeof client.list>[1]) =>
    (await client.list(configMaps, options)).items.map(({ metadata }) => metadata.name)
  assert.deepEqual(await names({ labelSelector: 'a=b' }), ['c'])
  assert.deepEqual(await names({ labelSelector: 'a=b,c=d' }), [])
  assert.deepEqual(await names({ fieldSelector: 'metadata.name=d,type=x' }), ['d'])
})

test('a subresource is written alone', async () => {
  const { client } = fakeHost({ objects: [cluster({ name: 'm', region: 'r' })] })
  const found = await client.get(clusterKind, { name: 'm' })
  assert.ok(found)
  const changed = { ...found, spec: { syncMode: 'Pull' as const }, status: { kubernetesVersion: 'v1' } }
  const after = await client.update(clusterKind, changed, { subresource: 'status' })
  assert.equal(after.spec.region, 'r')
  assert.deepEqual(after.status, { kubernetesVersion: 'v1' })
})

test('an object with finalizers goes when the last of them does', async () => {
  const { client } = fakeHost({ objects: [configMap({ finalizers: ['f'] })] })
  assert.equal(await client.delete(configMaps, key), true)
  const going = await client.get(configMaps, key)
  assert.ok(going?.metadata.deletionTimestamp)
  await client.patch(configMaps, key, { type: 'merge', body: { metadata: { finalizers: null } } })
  assert.equal(await client.get(configMaps, key), undefined)
})

test('apply makes what is not there', async () => {
  const { client } = fakeHost()
  await client.patch(configMaps, key, { type: 'apply', body: configMap({ data: { a: '1' } }) })
  await client.patch(configMaps, key, { type: 'apply', body: configMap({ data: { b: '2' } }) })
  assert.deepEqual((await client.get(configMaps, key))?.data, { a: '1', b: '2' })
})

test('a watch tells of changes in its namespace until the signal', async () => {
  const { client } = fakeHost()
  const abort = new AbortController()
  const events = client.watch(configMaps, { namespace: 'default', signal: abort.signal })
  await client.create(configMaps, configMap({ namespace: 'other' }))
  await client.create(configMaps, configMap({}))
  const heard: string[] = []
  for await (const event of events) {
    heard.push(event.type)
    if (event.type === 'ADDED') await client.patch(configMaps, key, { type: 'merge', body: { data: { a: '1' } } })
    if (event.type === 'MODIFIED') await client.delete(configMaps, key)
    if (event.type === 'DELETED') abort.abort()
  }
  assert.deepEqual(heard, ['ADDED', 'MODIFIED', 'DELETED'])
})

test('a watch that waits ends with its signal', async () => {
  const abort = new AbortController()
  const next = fakeHost().client.watch(configMaps, { signal: abort.signal })[Symbol.asyncIterator]().next()
  abort.abort()
  assert.equal((await next).done, true)
})

test('events and log lines are kept', () => {
  const host = fakeHost()
  host.event(deployment(), 'Warning', 'Failed', 'no')
  host.log.with({ a: 1 }).warn('hm', { b: 2 })
  assert.deepEqual(
    host.events.map(({ type, reason, message }) => [type, reason, message]),
    [['Warning', 'Failed', 'no']],
  )
  assert.deepEqual(host.lines, [{ level: 'warn', message: 'hm', fields: { a: 1, b: 2 } }])
})

test('members hold objects of their own', async () => {
  const host = fakeHost({ members: { m1: [configMap({})] } })
  assert.deepEqual(
    host.members.list().map(({ name, ready }) => [name, ready]),
    [['m1', true]],
  )
  assert.ok(await host.members.get('m1')?.client.get(configMaps, key))
  assert.equal(await host.client.get(configMaps, key), undefined)
  assert.equal(host.members.get('m2'), undefined)
})

test('what the plugin asks is answered by the plugins it is given', async () => {
  const other = definePlugin({ name: 'other', extensions: () => [on(interpret.health, () => 'Unhealthy')] })
  assert.equal(await fakeHost({ plugins: [other] }).ask(interpret.health, { manifest: deployment() }), 'Unhealthy')
  assert.equal(await fakeHost().ask(interpret.health, { manifest: deployment() }), undefined)
})

test('a controller is run by hand', async () => {
  const host = fakeHost({ objects: [configMap({}), configMap({ name: 'd' })] })
  const seen: unknown[] = []
  const controller = host
    .controller('copies')
    .for(configMaps)
    .watches(clusterKind, ({ after }) => (after ? [{ name: after.metadata.name }] : []))
    .workers(1)
    .reconcile(async (object, key) => {
      seen.push([key.name, object?.metadata.name])
      return done
    })
  await host.controllers.get('copies')?.reconcile('default/d')
  await host.controllers.get('copies')?.reconcile('default/gone')
  await controller.run(new AbortController().signal)
  assert.deepEqual(seen, [
    ['d', 'd'],
    ['gone', undefined],
    ['c', 'c'],
    ['d', 'd'],
  ])
  assert.deepEqual(host.controllers.get('copies')?.keysOf(clusterKind, { after: cluster({ name: 'm' }) }), [
    { name: 'm' },
  ])
})

test('a member has stores, of what a projection leaves, and is ready as its cluster says', async () => {
  const host = fakeHost({ objects: [cluster()], members: { member1: [configMap({ data: { a: '1' } })] } })
  const member = host.members.get('member1')
  assert.ok(member)
  const project = (object: unknown) => ({ metadata: (object as Manifest).metadata })
  assert.deepEqual(member.store(configMaps).get(key)?.data, { a: '1' })
  assert.equal(member.store(configMaps), member.store(configMaps))
  const facts = member.store(configMaps, { project })
  assert.deepEqual([facts.get(key)?.metadata.name, facts.get(key)?.data], ['c', undefined])
  const heard: unknown[] = []
  facts.listen(({ before, after }) => heard.push([before?.data, after?.metadata.name]))
  await member.client.patch(configMaps, key, { type: 'merge', body: { data: { a: '2' } } })
  assert.deepEqual(heard, [
    [undefined, 'c'],
    [undefined, 'c'],
  ])
  const changed: string[] = []
  const stop = host.members.onReadiness((name) => changed.push(name))
  host.objects.put(cluster({ ready: false }))
  assert.deepEqual([member.ready, changed], [false, ['member1']])
  stop()
  host.objects.put(cluster())
  assert.deepEqual([member.ready, changed], [true, ['member1']])
})

test('a controller hears keys from anywhere, from its first reconcile on', async () => {
  const host = fakeHost()
  const controller = host
    .controller('c')
    .hears((enqueue) => {
      enqueue({ name: 'a' })
      return () => undefined
    })
    .reconcile(async () => done)
  const fake = host.controllers.get(controller.name)
  assert.deepEqual(fake?.heard, [])
  await fake?.reconcile('b')
  await fake?.listen()
  assert.deepEqual(fake?.heard, [{ name: 'a' }])
})
