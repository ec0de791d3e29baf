import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startServer, type TestServer } from '../testing/server.ts'

const namespace = '/api/v1/namespaces/default'
const pods = `${namespace}/pods`
const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
const containers = [{ name: 'main', image: 'web' }]

let server: TestServer
before(async () => {
  server = await startServer()
})
after(() => server.close())

const create = async (name: string, fields: { readonly labels?: object; readonly spec?: object } = {}) => {
  const { labels, spec = { nodeName: 'n' } } = fields
  const body = { metadata: { name, ...(labels && { labels }) }, spec: { containers, ...spec } }
  assert.equal((await server.ask('POST', pods, body)).code, 201)
}
const read = async (name: string) => (await server.ask('GET', `${pods}/${name}`)).body
const ready = (status: 'True' | 'False') => ({ phase: 'Running', conditions: [{ type: 'Ready', status }] })

describe('a pod is placed', () => {
  const target = { apiVersion: 'v1', kind: 'Node', name: 'n1' }

  test('by its binding', async () => {
    await create('a', { spec: {} })
    const { code, body } = await server.ask('POST', `${pods}/a/binding`, {
      metadata: { annotations: { by: 'me' } },
      target,
    })
    assert.deepEqual([code, body.status], [201, 'Success'])
    const { spec, status, metadata } = await read('a')
    assert.deepEqual([spec.nodeName, metadata.annotations], ['n1', { by: 'me' }])
    assert.deepEqual(
      status.conditions.map(({ type, status: holds }: { type: string; status: string }) => [type, holds]),
      [['PodScheduled', 'True']],
    )
  })

  test('by a Binding that names it', async () => {
    await create('b', { spec: {} })
    assert.equal((await server.ask('POST', `${namespace}/bindings`, { metadata: { name: 'b' }, target })).code, 201)
    assert.equal((await read('b')).spec.nodeName, 'n1')
  })

  test('once, and only onto a node', async () => {
    await create('c', { spec: {} })
    const place = (body: object) => server.ask('POST', `${pods}/c/binding`, body)
    assert.equal((await place({ target: { kind: 'Pod', name: 'x' } })).code, 422)
    assert.equal((await place({ target: { kind: 'Node' } })).code, 422)
    assert.equal((await place({ metadata: { name: 'd' }, target })).code, 400)
    assert.equal((await place({ target })).code, 201)
    const { code, body } = await place({ target })
    assert.equal(code, 409)
    assert.match(body.message, /pod c is already assigned to node "n1"/)
    assert.equal((await server.ask('POST', `${pods}/nobody/binding`, { target })).code, 404)
  })

  test('when nothing holds it back', async () => {
    await create('d', { spec: { schedulingGates: [{ name: 'example.com/later' }] } })
    const { code, body } = await server.ask('POST', `${pods}/d/binding`, { target })
    assert.equal(code, 409)
    assert.match(body.message, /non-empty .spec.schedulingGates/)
  })
})

describe('a pod is evicted', () => {
  const evict = (name: string, body: object = {}) => server.ask('POST', `${pods}/${name}/eviction`, body)
  const budget = async (name: string, status: object, spec: object = {}) => {
    const selector = { matchLabels: { app: name } }
    const { body } = await server.ask('POST', budgets, {
      metadata: { name },
      spec: { selector, minAvailable: 1, ...spec },
    })
    const counted = { observedGeneration: body.metadata.generation, expectedPods: 2, desiredHealthy: 1, ...status }
    assert.equal((await server.ask('PATCH', `${budgets}/${name}/status`, { status: counted })).code, 200)
  }
  const workload = async (app: string, status: 'True' | 'False' = 'True') => {
    for (const name of [`${app}-1`, `${app}-2`]) {
      await create(name, { labels: { app } })
      await server.ask('PATCH', `${pods}/${name}/status`, { status: ready(status) })
    }
  }

  test('like it would be deleted, where no budget speaks of it', async () => {
    await create('free')
    const { code, body } = await evict('free', { metadata: { name: 'free' } })
    assert.deepEqual([code, body.status], [201, 'Success'])
    assert.equal((await read('free')).metadata.deletionGracePeriodSeconds, 30)
    assert.equal((await evict('free', { deleteOptions: { gracePeriodSeconds: 0 } })).code, 201)
    assert.equal((await evict('free')).code, 404)
  })

  test('as long as its budget allows, which knows of it', async () => {
    await workload('web')
    await budget('web', { disruptionsAllowed: 1, currentHealthy: 2 })
    assert.equal((await evict('web-1')).code, 201)
    const { status } = (await server.ask('GET', `${budgets}/web`)).body
    assert.deepEqual([status.disruptionsAllowed, Object.keys(status.disruptedPods)], [0, ['web-1']])
    const { code, body } = await evict('web-2')
    assert.equal(code, 429)
    assert.equal(body.message, "Cannot evict pod as it would violate the pod's disruption budget.")
    assert.deepEqual(body.details.causes, [
      { reason: 'DisruptionBudget', message: 'The disruption budget web needs 1 healthy pods and has 2 currently' },
    ])
    assert.equal((await read('web-2')).metadata.deletionTimestamp, undefined)
  })

  test('not before its budget has counted', async () => {
    await workload('new')
    const selector = { matchLabels: { app: 'new' } }
    await server.ask('POST', budgets, { metadata: { name: 'new' }, spec: { selector, minAvailable: 1 } })
    const { code, body } = await evict('new-1')
    assert.deepEqual([code, body.details.retryAfterSeconds], [429, 10])
  })

  test('whatever the budget says when it does not work and enough others do', async () => {
    await workload('sick', 'False')
    await budget('sick', { disruptionsAllowed: 0, currentHealthy: 1 })
    assert.equal((await evict('sick-1')).code, 201)
    await workload('ill', 'False')
    await budget('ill', { disruptionsAllowed: 0, currentHealthy: 0 })
    assert.equal((await evict('ill-1')).code, 429)
    await workload('dead', 'False')
    await budget('dead', { disruptionsAllowed: 0, currentHealthy: 0 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' })
    assert.equal((await evict('dead-1')).code, 201)
  })

  test('in a rehearsal without a trace', async () => {
    await workload('dry')
    await budget('dry', { disruptionsAllowed: 1, currentHealthy: 2 })
    assert.equal((await server.ask('POST', `${pods}/dry-1/eviction?dryRun=All`, {})).code, 201)
    assert.equal((await read('dry-1')).metadata.deletionTimestamp, undefined)
    assert.equal((await server.ask('GET', `${budgets}/dry`)).body.status.disruptionsAllowed, 1)
  })

  test('by one budget only', async () => {
    await workload('two')
    await budget('two', { disruptionsAllowed: 1, currentHealthy: 2 })
    const selector = { matchLabels: { app: 'two' } }
    await server.ask('POST', budgets, { metadata: { name: 'two-more' }, spec: { selector, minAvailable: 1 } })
    const { code, body } = await evict('two-1')
    assert.equal(code, 500)
    assert.match(body.message, /more than one PodDisruptionBudget/)
  })
})

test('discovery tells of both', async () => {
  const { body } = await server.ask('GET', '/api/v1')
  const found = body.resources.filter(({ name }: { name: string }) =>
    /^(pods\/(binding|eviction)|bindings)$/.test(name),
  )
  assert.deepEqual(
    found.map(({ name, group, version, kind, verbs }: Record<string, string>) => [name, group, version, kind, verbs]),
    [
      ['bindings', undefined, undefined, 'Binding', ['create']],
      ['pods/binding', undefined, undefined, 'Binding', ['create']],
      ['pods/eviction', 'policy', 'v1', 'Eviction', ['create']],
    ],
  )
})
