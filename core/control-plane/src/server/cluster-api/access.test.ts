import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { Access, doingOf, forbidden } from './access.ts'

test('a request is what roles call it', () => {
  const cases: Readonly<Record<string, readonly [Parameters<typeof doingOf>, object]>> = {
    list: [['GET', ''], { verb: 'list' }],
    watch: [['GET', '', { watch: 'true' }], { verb: 'watch' }],
    'watch that is none': [['GET', '', { watch: '0' }], { verb: 'list' }],
    'list of one': [['GET', '', { fieldSelector: 'metadata.name=paris' }], { verb: 'list', name: 'paris' }],
    'watch of one': [
      ['GET', '', { watch: '1', fieldSelector: 'a=b,metadata.name==paris,c!=d' }],
      { verb: 'watch', name: 'paris' },
    ],
    'list of others': [['GET', '', { fieldSelector: 'metadata.name!=paris' }], { verb: 'list' }],
    get: [['GET', '/paris'], { verb: 'get', name: 'paris' }],
    create: [['POST', ''], { verb: 'create' }],
    'delete all': [['DELETE', ''], { verb: 'deletecollection' }],
    delete: [['DELETE', '/paris'], { verb: 'delete', name: 'paris' }],
    status: [['PATCH', '/paris/status'], { verb: 'patch', name: 'paris', subresource: 'status' }],
    proxy: [
      ['GET', '/paris/proxy/api/v1/pods', { watch: 'true' }],
      { verb: 'get', name: 'paris', subresource: 'proxy' },
    ],
    'proxy by POST': [['POST', '/paris/proxy'], { verb: 'create', name: 'paris', subresource: 'proxy' }],
  }
  for (const [name, [args, doing]] of Object.entries(cases)) assert.deepEqual(doingOf(...args), doing, name)
})

function asking(allows: (spec: { readonly user: string }) => boolean) {
  const asked: unknown[] = []
  const client: Client = {
    ...fakeHost().client,
    create: async (_kind, review) => {
      const { spec } = review as { spec: { user: string } }
      asked.push(spec)
      return { ...review, status: { allowed: allows(spec) } }
    },
  }
  return { client, asked }
}

const alice = { name: 'alice', groups: ['devs'] }

test('the API server is asked who may do what, and believed for a while', async () => {
  let now = 0
  const { client, asked } = asking(({ user }) => user === 'alice')
  const access = new Access(client, () => now)
  const proxy = { verb: 'get', name: 'paris', subresource: 'proxy' }
  assert.equal(await access.allows(alice, proxy), true)
  assert.equal(await access.allows(alice, proxy), true)
  assert.equal(await access.allows({ name: 'bob', groups: [] }, proxy), false)
  assert.equal(await access.allows({ name: 'bob', groups: [] }, proxy), false)
  assert.equal(asked.length, 2)
  const resourceAttributes = { group: 'cluster.karmada.io', version: 'v1alpha1', resource: 'clusters', ...proxy }
  assert.deepEqual(asked[0], { user: 'alice', groups: ['devs'], resourceAttributes })
  now = 10_001
  await access.allows(alice, proxy)
  assert.equal(asked.length, 3)
})

test('nobody asks about who may do everything', async () => {
  const { client, asked } = asking(() => false)
  assert.equal(await new Access(client).allows({ name: 'root', groups: ['system:masters'] }, { verb: 'list' }), true)
  assert.deepEqual(asked, [])
})

test('what is not decided is not believed', async () => {
  const client = { ...fakeHost().client, create: () => Promise.reject(new Error('down')) }
  await assert.rejects(new Access(client).allows(alice, { verb: 'list' }), /down/)
})

test('who may not is told in the words of Kubernetes', () => {
  assert.equal(
    forbidden(alice, { verb: 'get', name: 'paris', subresource: 'proxy' }),
    'clusters.cluster.karmada.io "paris" is forbidden: User "alice" cannot get resource "clusters/proxy" in API group "cluster.karmada.io" at the cluster scope',
  )
})
