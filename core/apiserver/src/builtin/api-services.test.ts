import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startServer, type TestServer } from '../testing/server.ts'

const collection = '/apis/apiregistration.k8s.io/v1/apiservices'
let api: TestServer
before(async () => {
  api = await startServer()
})
after(() => api.close())

const spec = { group: 'ext.com', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 }
const service = { namespace: 'default', name: 'ext' }

test('a Service that names no port means that of HTTPS', async () => {
  const { body } = await api.ask('POST', `${collection}?dryRun=All`, {
    metadata: { name: 'v1.ext.com' },
    spec: { ...spec, service },
    status: { conditions: [] },
  })
  assert.deepEqual([body.spec.service, body.status], [{ ...service, port: 443 }, undefined])
})

const refused: Readonly<Record<string, readonly [change: object, field: string, message: RegExp, name?: string]>> = {
  'another name': [{}, 'metadata.name', /must be `spec.version\+"."\+spec.group`: "v1.ext.com"/, 'other'],
  'no group': [{ group: '', version: 'v2' }, 'spec.group', /only v1 may have an empty group/, 'v2.'],
  'a group that is no name': [{ group: 'A' }, 'spec.group', /RFC 1123 subdomain/, 'v1.A'],
  'a version that is no name': [{ version: '1' }, 'spec.version', /DNS-1035 label/, '1.ext.com'],
  'no rank of the group': [{ groupPriorityMinimum: 0 }, 'spec.groupPriorityMinimum', /positive and less than 20000/],
  'too high a rank': [{ groupPriorityMinimum: 20001 }, 'spec.groupPriorityMinimum', /positive and less than 20000/],
  'too high a rank of the version': [{ versionPriority: 1001 }, 'spec.versionPriority', /positive and less than 1000/],
  'authorities of nobody': [{ caBundle: 'YWI=' }, 'spec.caBundle', /"2 bytes": local APIServices may not/],
  'trust in nobody': [{ insecureSkipTLSVerify: true }, 'spec.insecureSkipTLSVerify', /local APIServices may not/],
  'trust and authorities': [
    { service, caBundle: 'YWI=', insecureSkipTLSVerify: true },
    'spec.insecureSkipTLSVerify',
    /may not be true if caBundle is present/,
  ],
  'a service without a name': [{ service: { namespace: 'default' } }, 'spec.service.name', /Required value/],
  'a service without a namespace': [{ service: { name: 'ext' } }, 'spec.service.namespace', /Required value/],
  'a port that is none': [{ service: { ...service, port: 70000 } }, 'spec.service.port', /port is not valid/],
}

for (const [name, [change, field, message, called = 'v1.ext.com']] of Object.entries(refused)) {
  test(`is refused with ${name}`, async () => {
    const { code, body } = await api.ask('POST', collection, {
      metadata: { name: called },
      spec: { ...spec, ...change },
    })
    assert.equal(code, 422)
    const [cause] = body.details.causes
    assert.deepEqual([body.details.causes.length, cause.field], [1, field])
    assert.match(cause.message, message)
  })
}

test('its status is written by itself', async () => {
  await api.ask('POST', collection, { metadata: { name: 'v1.ext.com' }, spec: { ...spec, service } })
  const path = `${collection}/v1.ext.com/status`
  const wrong = await api.ask('PATCH', path, { status: { conditions: [{ type: 'Available', status: 'Maybe' }] } })
  assert.equal(wrong.body.details.causes[0].field, 'status.conditions[0].status')
  const conditions = [{ type: 'Available', status: 'False', reason: 'ServiceNotFound' }]
  await api.ask('PATCH', path, { spec: { versionPriority: 5 }, status: { conditions } })
  const { body } = await api.ask('GET', `${collection}/v1.ext.com`)
  assert.deepEqual([body.spec.versionPriority, body.status.conditions[0].status], [1, 'False'])
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
  const { body: table } = await api.ask('GET', `${collection}/v1.ext.com`, undefined, { accept })
  assert.deepEqual(table.rows[0].cells.slice(1, 3), ['default/ext', 'False (ServiceNotFound)'])
})
