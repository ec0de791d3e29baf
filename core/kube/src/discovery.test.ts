import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from './client.ts'
import { createDiscovery } from './discovery.ts'
import { status } from './testing/objects.ts'
import { ScriptedTransport } from './testing/scripted-transport.ts'
import type { ApiRequest, ApiResponse } from './transport.ts'

type Pages = Readonly<Record<string, unknown>>

/** A server of these pages; a number is a refusal. */
function serving(pages: () => Pages) {
  const transport = new ScriptedTransport(({ path }: ApiRequest): ApiResponse => {
    const body = pages()[path]
    if (typeof body === 'number') return status(body, 'ServiceUnavailable')
    return body === undefined ? status(404, 'NotFound') : { status: 200, body }
  })
  let now = 0
  const discovery = createDiscovery(createClient(transport), { now: () => now })
  return { transport, discovery, pass: (milliseconds: number) => (now += milliseconds) }
}

test('tells what people call a kind, whichever way the server says it', async () => {
  const shortNames = ['po']
  const { discovery } = serving(() => ({
    '/api': aggregated({
      versions: [{ version: 'v1', resources: [{ ...resource('pods', 'Pod', 'Namespaced'), shortNames }] }],
    }),
    '/apis': { kind: 'APIGroupList', groups: [{ versions: [{ groupVersion: 'apps/v1' }] }] },
    '/apis/apps/v1': {
      resources: [
        { name: 'deployments', kind: 'Deployment', namespaced: true, verbs: [], shortNames: ['deploy'] },
        { name: 'replicasets', kind: 'ReplicaSet', namespaced: true, verbs: [] },
      ],
    },
  }))
  const found = (await discovery.kinds()).map(({ plural, shortNames }) => [plural, shortNames])
  assert.deepEqual(found, [
    ['pods', ['po']],
    ['deployments', ['deploy']],
    ['replicasets', undefined],
  ])
})

const resource = (name: string, kind: string, scope: string, ...subresources: string[]) => ({
  resource: name,
  responseKind: { group: '', version: '', kind },
  scope,
  singularResource: kind.toLowerCase(),
  verbs: ['get', 'list'],
  subresources: subresources.map((subresource) => ({ subresource })),
})

const aggregated = (...items: unknown[]) => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  items,
})

const modern: Pages = {
  '/api': aggregated({ versions: [{ version: 'v1', resources: [resource('pods', 'Pod', 'Namespaced', 'log')] }] }),
  '/apis': aggregated({
    metadata: { name: 'apps' },
    versions: [
      { version: 'v1', resources: [resource('deployments', 'Deployment', 'Namespaced')] },
      { version: 'v1beta1', resources: [resource('deployments', 'Deployment', 'Namespaced')] },
      { version: 'v1alpha1', freshness: 'Stale' },
    ],
  }),
}

const legacy: Pages = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/api/v1': {
    kind: 'APIResourceList',
    resources: [
      { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['get', 'list'] },
      { name: 'pods/log', kind: 'Pod', namespaced: true, verbs: ['get'] },
    ],
  },
  '/apis': {
    kind: 'APIGroupList',
    groups: [
      {
        name: 'apps',
        versions: [{ groupVersion: 'apps/v1beta1' }, { groupVersion: 'apps/v1' }],
        preferredVersion: { groupVersion: 'apps/v1' },
      },
      { name: 'broken', versions: [{ groupVersion: 'broken/v1' }] },
    ],
  },
  '/apis/apps/v1': {
    resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true, verbs: ['get', 'list'] }],
  },
  '/apis/apps/v1beta1': {
    resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true, verbs: ['get', 'list'] }],
  },
  '/apis/broken/v1': 503,
}

const served = (apiVersion: string, kind: string, plural: string) => ({
  apiVersion,
  kind,
  plural,
  scope: 'Namespaced',
  verbs: ['get', 'list'],
})
const all = [
  served('v1', 'Pod', 'pods'),
  served('apps/v1', 'Deployment', 'deployments'),
  served('apps/v1beta1', 'Deployment', 'deployments'),
]

for (const [how, pages] of [
  ['an aggregating server', modern],
  ['a server that does not aggregate', legacy],
] as const) {
  test(`learns the kinds of ${how}`, async () => {
    const { discovery } = serving(() => pages)
    assert.deepEqual(await discovery.kinds(), all)
    assert.deepEqual(await discovery.find('apps/v1', 'Deployment'), all[1])
  })
}

test('asks for the aggregated form, with the plain one to fall back on', async () => {
  const { transport, discovery } = serving(() => modern)
  await discovery.kinds()
  const accept = transport.requests[0]?.headers?.accept?.split(',')
  assert.equal(accept?.[0], 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList')
  assert.equal(accept?.at(-1), 'application/json')
})

test('those who ask at once share an answer, and it holds for 30 s', async () => {
  const { transport, discovery, pass } = serving(() => modern)
  await Promise.all([discovery.kinds(), discovery.kinds(), discovery.find('v1', 'Pod')])
  pass(29_999)
  await discovery.find('v1', 'Pod')
  assert.equal(transport.requests.length, 2)
  pass(1)
  await discovery.find('v1', 'Pod')
  assert.equal(transport.requests.length, 4)
})

test('an unknown kind is asked for again, at most every 2 s', async () => {
  let pages: Pages = { ...modern, '/apis': aggregated() }
  const { transport, discovery, pass } = serving(() => pages)
  assert.equal(await discovery.find('apps/v1', 'Deployment'), undefined)
  pages = modern
  pass(1_999)
  assert.equal(await discovery.find('apps/v1', 'Deployment'), undefined)
  assert.equal(transport.requests.length, 2)
  pass(1)
  assert.deepEqual(await discovery.find('apps/v1', 'Deployment'), all[1])
})

test('forgets when told to, and what is being asked for then does not count', async () => {
  const { transport, discovery } = serving(() => modern)
  const early = discovery.kinds()
  discovery.forget()
  await early
  await discovery.kinds()
  assert.equal(transport.requests.length, 4)
})

test('a failure is told and not remembered', async () => {
  let pages: Pages = { '/api': 503, '/apis': 503 }
  const { discovery } = serving(() => pages)
  await assert.rejects(discovery.kinds(), { code: 503 })
  pages = modern
  assert.equal((await discovery.kinds()).length, 3)
})

test('what is being asked ends with the signal', async () => {
  const life = new AbortController()
  const silent = new ScriptedTransport(() => new Promise(() => {}))
  const asked = createDiscovery(createClient(silent), { signal: life.signal }).kinds()
  life.abort(new Error('enough'))
  await assert.rejects(asked, /enough/)
})

test('says of which versions a server that is down could not speak', async () => {
  assert.deepEqual((await serving(() => modern).discovery.served()).missing, ['apps/v1alpha1'])
  assert.deepEqual((await serving(() => legacy).discovery.served()).missing, ['broken/v1'])
  const gone = serving(() => ({ ...legacy, '/apis/broken/v1': 404 }))
  assert.deepEqual((await gone.discovery.served()).missing, [])
})
