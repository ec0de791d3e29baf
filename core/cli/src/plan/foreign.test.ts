import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { createClient, type ServedKind } from '@flotilla/kube'
import type { Log, Manifest } from '@flotilla/sdk'
import { foreignDefinitions } from './foreign.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, with: () => log }
const served = (apiVersion: string, kind: string, plural: string): ServedKind => ({
  apiVersion,
  kind,
  plural,
  scope: 'Cluster',
  verbs: [],
})

const flow = served('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', 'flowschemas')
const kinds = [
  flow,
  { ...flow, apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta3' },
  served('apps/v1', 'Deployment', 'deployments'),
  served('example.com/v1', 'Boat', 'boats'),
  served('v1', 'ComponentStatus', 'componentstatuses'),
]

test('what neither the embedded server nor a definition knows is defined, in all of its versions', async () => {
  const found = await foreignDefinitions(kinds, new Set(['boats.example.com']), log)
  assert.deepEqual(
    found.map(({ metadata }) => metadata.name),
    ['flowschemas.flowcontrol.apiserver.k8s.io'],
  )
  const server = await createApiServer({ name: 'plan', storage: memoryStorage(), crds: found, log })
  try {
    const client = createClient(inProcessTransport(server, { name: 'admin', groups: [masters] }))
    const metadata = { name: 'all' }
    const schema: Manifest = { apiVersion: flow.apiVersion, kind: flow.kind, metadata, spec: { anything: ['goes'] } }
    await client.create(flow, schema)
    for (const kind of kinds.slice(0, 2)) {
      assert.deepEqual((await client.get<Manifest>(kind, metadata))?.spec, { anything: ['goes'] })
    }
  } finally {
    await server.close()
  }
})
