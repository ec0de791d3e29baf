import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ApiServer, createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { createClient, createDiscovery } from '@flotilla/kube'
import {
  annotation,
  type Kind,
  type Log,
  label,
  type Manifest,
  type ObjectMeta,
  Registry,
  type Work,
} from '@flotilla/sdk'
import { work } from '@flotilla/sdk/testing'
import { rehearsing } from './harmless.ts'
import type { Reached } from './members.ts'
import { judge } from './verdict.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log }
const mapKind: Kind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' }
const { ask } = new Registry() // no plugin has an opinion
const { signal } = new AbortController()

const configMap = (name: string, data: object, metadata: Partial<ObjectMeta> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name, ...metadata },
  data,
})

/** As Flotilla brings it. */
const managed = (name: string, data: object, annotations: Record<string, string> = {}): Manifest =>
  configMap(name, data, { labels: { [label.managed]: 'true' }, annotations })

let server: ApiServer
let member: Reached
before(async () => {
  server = await createApiServer({ name: 'paris', storage: memoryStorage(), log })
  const client = createClient(inProcessTransport(server, { name: 'admin', groups: [masters] }))
  const there = [
    managed('same', { a: '1' }),
    managed('other', { a: '2' }),
    managed('going', { a: '1' }),
    managed(
      'of-another',
      { a: '1' },
      { [annotation.workName]: 'another', [annotation.workNamespace]: 'karmada-es-paris' },
    ),
    configMap('theirs', { a: '2' }),
    { ...managed('fixed', { a: '2' }), immutable: true },
  ]
  for (const object of there) await client.create(mapKind, object)
  member = { name: 'paris', client: rehearsing(client), discovery: createDiscovery(client) }
})
after(() => server.close())

interface Case {
  readonly desired: Manifest
  readonly work?: Partial<Work['spec']>
  readonly goes?: true
  readonly act: string
  readonly reason?: RegExp
  readonly paths?: readonly string[]
}

const cases: Readonly<Record<string, Case>> = {
  'what is not there is created': { desired: managed('new', { a: '1' }), act: 'create', paths: [''] },
  'what is there as it should be is left': { desired: managed('same', { a: '1' }), act: 'none' },
  'what differs is updated': { desired: managed('other', { a: '1' }), act: 'update', paths: ['data.a'] },
  'what is somebody else’s is left alone': {
    desired: managed('theirs', { a: '1' }),
    act: 'refused',
    reason: /ConfigMap default\/theirs exists in cluster paris and is not managed/,
  },
  'what is somebody else’s is taken over where the template says so': {
    desired: managed('theirs', { a: '1' }, { [annotation.conflictResolution]: 'overwrite' }),
    act: 'update',
    paths: ['data.a'],
  },
  'what the member refuses is told in its words': {
    desired: { ...managed('fixed', { a: '1' }), immutable: true },
    act: 'refused',
    reason: /immutable/,
    paths: ['data.a'],
  },
  'what the member would never take is not created': {
    desired: { ...managed('bad', {}), data: { a: 1 } },
    act: 'refused',
    reason: /data/,
  },
  'what waits for its namespace is created nevertheless': {
    desired: configMap('early', { a: '1' }, { namespace: 'not-yet' }),
    act: 'create',
    paths: [''],
  },
  'what is of a kind the member does not serve waits': {
    desired: { apiVersion: 'example.com/v1', kind: 'Boat', metadata: { namespace: 'default', name: 'argo' } },
    act: 'waits',
    reason: /cluster paris does not serve Boat/,
  },
  'a version the member does not serve is told with those it does': {
    desired: { apiVersion: 'apps/v1beta1', kind: 'Deployment', metadata: { namespace: 'default', name: 'web' } },
    act: 'waits',
    reason: /v1: use one of these versions/,
  },
  'what is suspended shows what it would be': {
    desired: managed('other', { a: '1' }),
    work: { suspendDispatching: true },
    act: 'suspended',
    paths: ['data.a'],
  },
  'what is suspended and right is just that': {
    desired: managed('same', { a: '1' }),
    work: { suspendDispatching: true },
    act: 'none',
  },
  'what goes is deleted': { desired: managed('going', {}), goes: true, act: 'delete' },
  'what goes is left to the member where the policy says so': {
    desired: managed('going', {}),
    work: { preserveResourcesOnDeletion: true },
    goes: true,
    act: 'release',
  },
  'what goes and is of another Work stays': { desired: managed('of-another', {}), goes: true, act: 'none' },
  'what goes and is somebody else’s stays': { desired: managed('theirs', {}), goes: true, act: 'none' },
  'what goes and is gone is fine': { desired: managed('nowhere', {}), goes: true, act: 'none' },
}
for (const [name, { desired, work: spec = {}, goes, act, reason, paths = [] }] of Object.entries(cases)) {
  test(name, async () => {
    const made = work({ cluster: 'paris', manifest: desired, ...spec })
    const deletionTimestamp = '2026-01-01T00:00:00Z'
    const judged = goes ? { ...made, metadata: { ...made.metadata, deletionTimestamp } } : made
    const verdict = await judge({ ask, member, work: judged, desired, signal })
    assert.equal(verdict.act, act)
    assert.match(verdict.reason ?? '', reason ?? /^$/)
    assert.deepEqual(
      verdict.differences.map(({ path }) => path),
      paths,
    )
  })
}

test('nothing of it was written', async () => {
  const { items } = await member.client.list(mapKind, { namespace: 'default' })
  assert.deepEqual(
    items.map(({ metadata, data }) => [metadata.name, data]),
    [
      ['fixed', { a: '2' }],
      ['going', { a: '1' }],
      ['of-another', { a: '1' }],
      ['other', { a: '2' }],
      ['same', { a: '1' }],
      ['theirs', { a: '2' }],
    ],
  )
})
