import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { WireEvent } from '@flotilla/kube'
import type { Manifest } from '@flotilla/sdk'
import { memoryStorage } from '../storage/memory.ts'
import { Objects } from '../store/objects.ts'
import { configMap, configMapPath, startServer, type TestServer } from '../testing/server.ts'
import { Shown, Watch } from './watch.ts'
import { Watches } from './watches.ts'

let api: TestServer
before(async () => {
  api = await startServer()
})
after(() => api.close())

test('a watch tells what is there, then what happens', async () => {
  await api.ask('POST', configMapPath, configMap('w1'))
  const watch = await api.watch('/api/v1/configmaps')
  await api.ask('POST', configMapPath, configMap('w2'))
  await api.ask('PATCH', `${configMapPath}/w1`, { data: { a: 'b' } })
  await api.ask('DELETE', `${configMapPath}/w2`)
  assert.deepEqual(await watch.next(4), ['ADDED w1', 'ADDED w2', 'MODIFIED w1', 'DELETED w2'])
  assert.deepEqual(await watch.end(), [])
})

test('a watch goes on after a revision', async () => {
  const { body } = await api.ask('POST', configMapPath, configMap('r1'))
  await api.ask('PATCH', `${configMapPath}/r1`, { data: { a: 'b' } })
  await api.ask('DELETE', `${configMapPath}/r1`)
  const watch = await api.watch(`/api/v1/configmaps?resourceVersion=${body.metadata.resourceVersion}`)
  assert.deepEqual(await watch.next(2), ['MODIFIED r1', 'DELETED r1'])
  await watch.end()
})

test('what leaves a selection is deleted to who watches it, and what enters it is added', async () => {
  await api.ask('POST', configMapPath, configMap('s1', {}, { labels: { on: 'yes' } }))
  const watch = await api.watch(`${configMapPath}?labelSelector=on%3Dyes`)
  const label = (on: string | null) => api.ask('PATCH', `${configMapPath}/s1`, { metadata: { labels: { on } } })
  await label('no')
  await api.ask('PATCH', `${configMapPath}/s1`, { data: { unseen: 'x' } })
  await label('yes')
  await api.ask('PATCH', `${configMapPath}/s1`, { data: { seen: 'x' } })
  await api.ask('DELETE', `${configMapPath}/s1`)
  assert.deepEqual(await watch.next(5), ['ADDED s1', 'DELETED s1', 'ADDED s1', 'MODIFIED s1', 'DELETED s1'])
  await watch.end()
})

test('a watch of one namespace or one name hears of no other', async () => {
  const [namespace, name] = await Promise.all([
    api.watch('/api/v1/namespaces/kube-public/configmaps'),
    api.watch(`${configMapPath}?fieldSelector=metadata.name%3Dn2&resourceVersion=1`),
  ])
  await api.ask('POST', configMapPath, configMap('n1'))
  await api.ask('POST', '/api/v1/namespaces/kube-public/configmaps', configMap('n3'))
  await api.ask('POST', configMapPath, configMap('n2'))
  assert.deepEqual(await namespace.next(1), ['ADDED n3'])
  assert.deepEqual(await name.next(1), ['ADDED n2'])
  await Promise.all([namespace.end(), name.end()])
})

test('a revision that is forgotten, or that never was, ends the watch with 410', async () => {
  const forgetful = await startServer({ history: 5 })
  for (let index = 0; index < 10; index += 1) await forgetful.ask('POST', configMapPath, configMap(`f${index}`))
  for (const revision of ['3', '99999']) {
    const stream = await forgetful.watch(`/api/v1/configmaps?resourceVersion=${revision}`)
    assert.deepEqual(await stream.end(), ['ERROR'])
  }
  const quiet = await forgetful.watch('/api/v1/namespaces?resourceVersion=5') // the last namespace is as old
  await forgetful.ask('POST', '/api/v1/namespaces', { metadata: { name: 'new' } })
  assert.deepEqual(await quiet.next(1), ['ADDED new'])
  await forgetful.close()
})

test('an initial list can be asked for, and its end is marked', async () => {
  const list = (await api.ask('GET', configMapPath)).body.items.length
  const watch = await api.watch(
    `${configMapPath}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
  )
  const events = await watch.next(list + 1)
  assert.equal(events.filter((event) => event.startsWith('ADDED')).length, list)
  assert.match(events.at(-1) ?? '', /^BOOKMARK \d+$/)
  await watch.end()
  const refused = await api.ask('GET', `${configMapPath}?watch=1&sendInitialEvents=true`)
  assert.deepEqual([refused.code, refused.body.reason], [422, 'Invalid'])
})

test('closing a server ends its watches', async () => {
  const closing = await startServer()
  const watch = await closing.watch('/api/v1/configmaps')
  await closing.close()
  assert.deepEqual(await watch.next(1), [])
})

const object = (name: string): Manifest => ({ apiVersion: 'v1', kind: 'X', metadata: { name } })

const added = (name: string) =>
  new Shown({ resource: 'x', namespace: '', name, revision: 1, type: 'ADDED', object: object(name) })

test('a minute brings everyone one bookmark, and no second many', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
  const objects = await Objects.open(memoryStorage(), { onError: assert.ifError })
  const watches = new Watches(objects)
  const bookmark = (): WireEvent => ({ type: 'BOOKMARK', object: {} })
  const all = Array.from(
    { length: 120 },
    () => new Watch({ select: undefined, view: (same) => same, limit: 10, bookmark }),
  )
  for (const watch of all) watches.add('things', watch, 1000)
  const told = () => all.map((watch) => watch.take().length).reduce((sum, count) => sum + count)
  const seconds = Array.from({ length: 60 }, () => {
    context.mock.timers.tick(1000)
    return told()
  })
  assert.equal(
    seconds.reduce((sum, count) => sum + count),
    120,
  )
  assert.deepEqual(new Set(seconds), new Set([0, 2, 3])) // who has just begun waits ten seconds at least
  watches.close()
})

test('a watch of a namespace hears of no other, and of none any more when it has ended', async () => {
  const objects = await Objects.open(memoryStorage(), { onError: assert.ifError })
  const watches = new Watches(objects)
  const options = { select: undefined, view: (same: Manifest) => same, limit: 10 }
  const [one, other, all] = [{ namespace: 'one' }, { namespace: 'other' }, {}].map(
    (place) => new Watch({ ...options, ...place }),
  )
  for (const watch of [one, other, all]) if (watch) watches.add('things', watch, 1000)
  const write = (namespace: string, name: string) =>
    objects.write({ resource: 'things', namespace, name }, undefined, object(name))
  await write('one', 'a')
  await write('other', 'b')
  await write('third', 'c')
  assert.deepEqual(
    [one, other, all].map((watch) => watch?.take().length),
    [1, 1, 3],
  )
  one?.end()
  await write('one', 'd')
  assert.deepEqual(
    [one, other, all].map((watch) => watch?.take().length),
    [0, 0, 1],
  )
  watches.end('things')
  assert.ok(other?.ended && all?.ended)
  watches.close()
})

test('who does not read is cut off when too much waits, and can read what waited', async () => {
  const watch = new Watch({ select: undefined, view: (same) => same, limit: 2 })
  for (const name of ['a', 'b', 'c', 'd']) watch.offer(added(name))
  assert.ok(watch.ended && watch.overrun)
  assert.equal((await watch.read())?.length, 2)
  assert.equal(await watch.read(), undefined)
})

test('who does not read is cut off when what waits is large', async () => {
  const watch = new Watch({ select: undefined, view: (same) => same, limit: 1000, limitWeight: 10_000 })
  const large = new Shown({ ...added('a').change, object: { ...object('a'), text: 'x'.repeat(3000) } })
  for (let count = 0; count < 20; count += 1) {
    watch.offer(large)
    assert.equal((await watch.read())?.length, 1) // who reads may be told as much as happens
  }
  for (let count = 0; count < 6; count += 1) watch.offer(large)
  assert.ok(watch.ended && watch.overrun)
  assert.equal((await watch.read())?.length, 4)
})

test('who resumes is told of everything, however large', async () => {
  const large = await startServer()
  const { body } = await large.ask('GET', configMapPath)
  const data = { text: 'x'.repeat(900_000) }
  for (let index = 0; index < 80; index += 1) await large.ask('POST', configMapPath, configMap(`l${index}`, data))
  const watch = await large.watch(`${configMapPath}?resourceVersion=${body.metadata.resourceVersion}`)
  assert.equal((await watch.next(80)).at(-1), 'ADDED l79')
  await large.close()
})

test('all who watch a change are shown the very same event', async () => {
  const options = { select: undefined, view: (same: Manifest) => same, limit: 10 }
  const [one, two] = [new Watch(options), new Watch(options)]
  const shown = added('a')
  one.offer(shown)
  two.offer(shown)
  assert.equal((await one.read())?.[0], (await two.read())?.[0])
})
