import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Request } from '../request.ts'
import { refusal } from '../status.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import type { Delegate } from './delegate.ts'

const list = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'metrics.k8s.io/v1beta1',
  resources: [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
    { name: 'pods/now', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get'] },
  ],
}
const schemas = { openapi: '3.0.0', info: { title: 'metrics', version: '1' }, paths: {} }

const asked: Request[] = []
const metrics: Delegate = (request) => {
  asked.push(request)
  const { path } = request
  if (path === '/apis/metrics.k8s.io/v1beta1') return { code: 200, body: list }
  if (path === '/openapi/v3/apis/metrics.k8s.io/v1beta1') return { code: 200, body: schemas }
  if (path.endsWith('/nodes')) return { code: 200, body: { kind: 'NodeMetricsList', items: [] } }
  throw refusal.notFound({ group: 'metrics.k8s.io', plural: 'nodes' }, path.split('/').at(-1) ?? '')
}

let api: TestServer
const get = async (path: string, accept?: string) =>
  (await api.ask('GET', path, undefined, accept ? { accept } : {})).body

before(async () => {
  api = await startServer({ groups: { 'metrics.k8s.io/v1beta1': metrics }, authorize: () => ({ allowed: false }) })
  asked.length = 0
})
after(() => api.close())

test('a group of somebody else is asked for as any other', async () => {
  const { code, body } = await api.ask('GET', '/apis/metrics.k8s.io/v1beta1/nodes')
  assert.deepEqual([code, body.kind], [200, 'NodeMetricsList'])
  assert.deepEqual([asked[0]?.path, asked[0]?.user.name], ['/apis/metrics.k8s.io/v1beta1/nodes', 'admin'])
  const missing = await api.ask('GET', '/apis/metrics.k8s.io/v1beta1/nodes/n')
  assert.deepEqual([missing.code, missing.body.message], [404, 'nodes.metrics.k8s.io "n" not found'])
})

test('it is not asked by who may not', async () => {
  asked.length = 0
  const user = { name: 'eve', groups: [] }
  const path = '/apis/metrics.k8s.io/v1beta1/nodes'
  const answer = await api.server.handle({ method: 'GET', path, query: {}, user, body: () => undefined })
  assert.deepEqual(['code' in answer && answer.code, asked.length], [403, 0])
})

test('it is in discovery', async () => {
  const { groups } = await get('/apis')
  const version = { groupVersion: 'metrics.k8s.io/v1beta1', version: 'v1beta1' }
  const group = { name: 'metrics.k8s.io', versions: [version], preferredVersion: version }
  assert.deepEqual(groups.filter(({ name }: { name: string }) => name === group.name), [group]) // biome-ignore format: one step
  assert.deepEqual(await get('/apis/metrics.k8s.io'), { kind: 'APIGroup', apiVersion: 'v1', ...group })
  assert.deepEqual(await get('/apis/metrics.k8s.io/v1beta1'), list)
})

test('it is in aggregated discovery, in its words', async () => {
  const { items } = await get('/apis', 'application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList')
  const found = items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === 'metrics.k8s.io')
  const responseKind = (kind: string) => ({ group: '', version: '', kind })
  assert.deepEqual(found.versions, [
    {
      version: 'v1beta1',
      freshness: 'Current',
      resources: [
        {
          resource: 'nodes',
          responseKind: responseKind('NodeMetrics'),
          scope: 'Cluster',
          singularResource: '',
          verbs: ['get', 'list'],
        },
        {
          resource: 'pods',
          responseKind: responseKind('PodMetrics'),
          scope: 'Namespaced',
          singularResource: '',
          verbs: ['get', 'list'],
          subresources: [{ subresource: 'now', responseKind: responseKind('PodMetrics'), verbs: ['get'] }],
        },
      ],
    },
  ])
})

test('its schemas are where the others are', async () => {
  const { paths } = await get('/openapi/v3')
  const { serverRelativeURL } = paths['apis/metrics.k8s.io/v1beta1']
  assert.match(serverRelativeURL, /^\/openapi\/v3\/apis\/metrics.k8s.io\/v1beta1\?hash=[0-9A-F]{128}$/)
  assert.deepEqual(await get(serverRelativeURL), schemas)
})
