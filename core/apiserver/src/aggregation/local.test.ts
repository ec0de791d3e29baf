import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sqliteStorage } from '../storage/sqlite.ts'
import { startServer, type TestServer, widgets } from '../testing/server.ts'

const [first] = (widgets.spec as { versions: readonly object[] }).versions
const inTwo = {
  ...widgets,
  spec: { ...(widgets.spec as object), versions: [first, { ...first, name: 'v2', storage: false }] },
}

const collection = '/apis/apiregistration.k8s.io/v1/apiservices'
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const managed = 'kube-aggregator.kubernetes.io/automanaged'

let api: TestServer
before(async () => {
  api = await startServer()
})
after(() => api.close())

const get = async (name: string) => (await api.ask('GET', `${collection}/${name}`)).body

const eventually = async (look: () => Promise<void>): Promise<void> => {
  for (const end = performance.now() + 10_000; ; await sleep(10)) {
    try {
      return await look()
    } catch (error) {
      if (performance.now() > end) throw error
    }
  }
}

test('every version of a group has one, which needs nobody else', async () => {
  const { metadata, spec, status } = await get('v1.apps')
  assert.deepEqual(metadata.labels, { [managed]: 'onstart' })
  assert.deepEqual(spec, { group: 'apps', version: 'v1', groupPriorityMinimum: 17800, versionPriority: 15 })
  const { lastTransitionTime, ...condition } = status.conditions[0]
  assert.ok(lastTransitionTime)
  const message = 'Local APIServices are always available'
  assert.deepEqual(condition, { type: 'Available', status: 'True', reason: 'Local', message })
  assert.deepEqual((await get('v1.')).spec, { version: 'v1', groupPriorityMinimum: 18000, versionPriority: 1 })
})

test('they are shown with who serves them', async () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
  const { body } = await api.ask('GET', `${collection}?limit=1`, undefined, { accept })
  assert.deepEqual(body.rows[0].cells.slice(0, 3), ['v1.', 'Local', 'True'])
})

test('those of definitions come and go with them, and come back', async () => {
  await api.ask('POST', definitions, widgets)
  await eventually(async () => {
    const { metadata, spec } = await get('v1.example.com')
    assert.deepEqual(metadata?.labels, { [managed]: 'true' })
    assert.deepEqual([spec.groupPriorityMinimum, spec.versionPriority], [1000, 100])
  })
  const { metadata } = await get('v1.example.com')
  await api.ask('DELETE', `${collection}/v1.example.com`)
  await eventually(async () =>
    assert.notEqual((await get('v1.example.com')).metadata.uid ?? metadata.uid, metadata.uid),
  )
  await api.ask('PATCH', `${collection}/v1.example.com`, { spec: { versionPriority: 1 } })
  await eventually(async () => assert.equal((await get('v1.example.com')).spec.versionPriority, 100))
  await api.ask('DELETE', `${definitions}/widgets.example.com`)
  await eventually(async () => assert.equal((await get('v1.example.com')).reason, 'NotFound'))
})

test('one that somebody looks after himself stays as it is', async () => {
  const metadata = { name: 'v1.example.com' }
  const spec = { group: 'example.com', version: 'v1', groupPriorityMinimum: 2000, versionPriority: 10 }
  const { code } = await api.ask('POST', collection, { metadata, spec })
  assert.equal(code, 201)
  await api.ask('POST', definitions, inTwo)
  await eventually(async () => assert.equal((await get('v2.example.com')).metadata?.labels[managed], 'true'))
  assert.deepEqual((await get('v1.example.com')).spec, spec)
})

test('who starts again writes nothing', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'api-services-'))
  const revision = async () => {
    const again = await startServer({ storage: sqliteStorage({ path: join(dir, 'db') }), crds: [inTwo] })
    await eventually(async () => {
      const { body } = await again.ask('GET', `${collection}/v2.example.com`)
      assert.equal(body.kind, 'APIService')
    })
    const { body } = await again.ask('GET', '/api/v1/namespaces')
    await again.close()
    return body.metadata.resourceVersion
  }
  assert.equal(await revision(), await revision())
  await rm(dir, { recursive: true })
})

test('groups are listed as they rank', async () => {
  const { body } = await api.ask('GET', '/apis')
  const names = body.groups.map(({ name }: { name: string }) => name)
  assert.deepEqual(names.slice(0, 3), ['apiregistration.k8s.io', 'apps', 'events.k8s.io'])
  assert.equal(names.at(-1), 'example.com')
  const scaling = body.groups.find(({ name }: { name: string }) => name === 'autoscaling')
  assert.equal(scaling.preferredVersion.version, 'v2')
})
