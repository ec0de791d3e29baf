import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startServer, type TestServer } from '../testing/server.ts'

const pods = '/api/v1/namespaces/default/pods'

describe('a pod has time to end', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ now: () => new Date('2026-11-22T10:00:00Z') })
  })
  after(() => server.close())

  const create = async (name: string, spec: object = {}, metadata: object = {}): Promise<string> => {
    const containers = [{ name: 'main', image: 'web' }]
    const body = { metadata: { name, ...metadata }, spec: { containers, nodeName: 'n', ...spec } }
    assert.equal((await server.ask('POST', pods, body)).code, 201)
    return `${pods}/${name}`
  }
  const leaving = async (path: string): Promise<readonly unknown[]> => {
    const { code, body } = await server.ask('GET', path)
    const { deletionTimestamp, deletionGracePeriodSeconds } = body.metadata ?? {}
    return code === 404 ? ['gone'] : [deletionTimestamp, deletionGracePeriodSeconds]
  }

  const times: readonly (readonly [what: string, spec: object, query: string, left: readonly unknown[]])[] = [
    ['half a minute', {}, '', ['2026-11-22T10:00:30Z', 30]],
    ['what its spec says', { terminationGracePeriodSeconds: 5 }, '', ['2026-11-22T10:00:05Z', 5]],
    ['what is asked for', {}, '?gracePeriodSeconds=60', ['2026-11-22T10:01:00Z', 60]],
    ['a second where less than none is asked for', {}, '?gracePeriodSeconds=-1', ['2026-11-22T10:00:01Z', 1]],
    ['none when it is to go at once', {}, '?gracePeriodSeconds=0', ['gone']],
    ['none where it has no node', { nodeName: undefined }, '', ['gone']],
  ]
  for (const [index, [what, spec, query, left]] of times.entries())
    test(`which is ${what}`, async () => {
      const path = await create(`a-${index}`, spec)
      assert.equal((await server.ask('DELETE', `${path}${query}`)).code, 200)
      assert.deepEqual(await leaving(path), left)
    })

  test('unless it has ended', async () => {
    const path = await create('b')
    await server.ask('PATCH', `${path}/status`, { status: { phase: 'Succeeded' } })
    await server.ask('DELETE', path)
    assert.deepEqual(await leaving(path), ['gone'])
  })

  test('is hurried, and not slowed down', async () => {
    const path = await create('c')
    await server.ask('DELETE', path)
    await server.ask('DELETE', path, { gracePeriodSeconds: 40 })
    assert.deepEqual(await leaving(path), ['2026-11-22T10:00:30Z', 30])
    await server.ask('DELETE', path, { gracePeriodSeconds: 10 })
    assert.deepEqual(await leaving(path), ['2026-11-22T10:00:10Z', 10])
    await server.ask('DELETE', path, { gracePeriodSeconds: 0 })
    assert.deepEqual(await leaving(path), ['gone'])
  })

  test('says how it is meanwhile, and waits for its finalizers after', async () => {
    const path = await create('d', {}, { finalizers: ['example.com/held'] })
    await server.ask('DELETE', path)
    await server.ask('PATCH', `${path}/status`, { status: { phase: 'Running' } })
    await server.ask('PATCH', path, { metadata: { finalizers: null } })
    assert.deepEqual(await leaving(path), ['2026-11-22T10:00:30Z', 30])
    await server.ask('PATCH', path, { metadata: { finalizers: ['example.com/held'] } })
    const held = await create('e', {}, { finalizers: ['example.com/held'] })
    await server.ask('DELETE', held)
    await server.ask('DELETE', held, { gracePeriodSeconds: 0 })
    assert.deepEqual((await leaving(held))[1], 0)
    await server.ask('PATCH', held, { metadata: { finalizers: null } })
    assert.deepEqual(await leaving(held), ['gone'])
  })

  test('is asked for in whole seconds', async () => {
    const path = await create('f')
    assert.equal((await server.ask('DELETE', `${path}?gracePeriodSeconds=soon`)).code, 400)
  })
})
