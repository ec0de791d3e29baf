import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { connect } from 'node:tls'
import { masters } from '../authorization.ts'
import { configMap, configMapPath, startServer, type TestServer } from '../testing/server.ts'
import { review, startWebhook } from '../testing/webhook.ts'
import { type Authority, type Credential, openAuthority } from '../tls.ts'
import type { AuditOptions } from './audit.ts'
import { type HttpsListener, serveHttps } from './serve.ts'

const dir = await mkdtemp(join(tmpdir(), 'apiserver-audit-'))
const lines: string[] = []

// biome-ignore lint/suspicious/noExplicitAny: events are looked into field by field
const events = (): any[] => lines.map((line) => JSON.parse(line))

let authority: Authority
let api: TestServer
let admin: Credential
const listeners: HttpsListener[] = []

const listen = async (level: AuditOptions['level'], policy?: AuditOptions['policy']): Promise<HttpsListener> => {
  const listener = await serveHttps({
    servers: [{ prefix: '/', server: api.server }],
    tls: { ca: authority.ca, ...(await authority.server()) },
    audit: { level, ...(policy && { policy }), write: (line) => lines.push(line) },
  })
  listeners.push(listener)
  return listener
}

before(async () => {
  authority = await openAuthority({ dir })
  admin = await authority.client('admin', { name: 'admin', groups: [masters] })
  const tokenKey = await authority.key('tokens')
  api = await startServer({ access: { tokenKey } })
})
after(async () => {
  await Promise.all(listeners.map((listener) => listener.close()))
  await api.close()
  await rm(dir, { recursive: true })
})
beforeEach(() => lines.splice(0))

test('has what policies and webhooks say', async () => {
  const registration = '/apis/admissionregistration.k8s.io/v1'
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }]
  const policy = (kind: string, spec: object) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: 'told' },
    spec,
  })
  await using webhook = await startWebhook()
  webhook.replies.set('/told', (asked) => review(asked, { allowed: true, auditAnnotations: { seen: 'yes' } }))
  const bodies: readonly [string, object][] = [
    [
      'validatingadmissionpolicies',
      policy('ValidatingAdmissionPolicy', {
        matchConstraints: { resourceRules: rules },
        validations: [{ expression: 'true' }, { expression: 'false', message: 'no' }],
        auditAnnotations: [
          { key: 'name', valueExpression: 'string(object.metadata.name)' },
          { key: 'none', valueExpression: 'null' },
        ],
      }),
    ],
    [
      'validatingadmissionpolicybindings',
      policy('ValidatingAdmissionPolicyBinding', { policyName: 'told', validationActions: ['Audit'] }),
    ],
    [
      'validatingwebhookconfigurations',
      {
        ...policy('ValidatingWebhookConfiguration', {}),
        webhooks: [
          {
            name: 'told.example.com',
            clientConfig: { url: `${webhook.url}/told`, caBundle: webhook.caBundle },
            rules,
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
          },
        ],
      },
    ],
  ]
  for (const [plural, body] of bodies)
    assert.equal((await api.ask('POST', `${registration}/${plural}`, body)).code, 201)
  await send(await listen('Metadata'), 'POST', configMapPath, configMap('annotated'))
  assert.deepEqual(events().at(-1).annotations, {
    'told/name': 'annotated',
    'told.example.com/seen': 'yes',
    'validation.policy.admission.k8s.io/validation_failure': JSON.stringify([
      { message: 'no', policy: 'told', binding: 'told', expressionIndex: 1, validationActions: ['Audit'] },
    ]),
  })
  for (const [plural] of bodies) await api.ask('DELETE', `${registration}/${plural}/told`)
})

const json = { 'content-type': 'application/json', 'user-agent': 'test/1' }

const send = async ({ url }: HttpsListener, method: string, path: string, body?: object, headers: object = {}) => {
  const request = httpsRequest(`${url}${path}`, {
    method,
    headers: { ...json, ...headers },
    ca: authority.ca,
    ...admin,
    agent: false,
  })
  request.end(body && JSON.stringify(body))
  const [response] = await once(request, 'response')
  response.resume()
  await once(response, 'end')
}

test('every request is an event: who, what, and how it ended', async () => {
  const listener = await listen('Metadata')
  await send(listener, 'POST', configMapPath, configMap('a', { secret: 'sauce' }))
  await send(listener, 'GET', `${configMapPath}/b`, undefined, { 'impersonate-user': 'jane' })
  await send(listener, 'GET', '/api', undefined, { authorization: 'Bearer x' })
  const [created, refused, path] = events()
  assert.deepEqual(
    [created.kind, created.apiVersion, created.level, created.stage, created.verb, created.userAgent],
    ['Event', 'audit.k8s.io/v1', 'Metadata', 'ResponseComplete', 'create', 'test/1'],
  )
  assert.deepEqual(created.objectRef, { resource: 'configmaps', namespace: 'default', apiVersion: 'v1' })
  assert.deepEqual(
    [created.user.username, created.requestURI, created.responseStatus.code],
    ['admin', configMapPath, 201],
  )
  assert.match(created.requestReceivedTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  assert.equal(created.sourceIPs.length, 1)
  assert.deepEqual([refused.impersonatedUser.username, refused.responseStatus.code], ['jane', 403])
  assert.deepEqual(refused.objectRef, { resource: 'configmaps', namespace: 'default', name: 'b', apiVersion: 'v1' })
  assert.equal(refused.responseStatus.reason, 'Forbidden')
  assert.deepEqual([path.requestURI, path.verb, path.objectRef], ['/api', 'get', undefined])
  assert.ok(!lines.join().includes('sauce'))
})

test('what was sent and answered can be written down, but no secret and no token', async () => {
  const listener = await listen('RequestResponse')
  await send(listener, 'POST', configMapPath, configMap('told', { plain: 'text' }))
  const [told] = events()
  assert.deepEqual(
    [told.level, told.requestObject.data, told.responseObject.data],
    ['RequestResponse', { plain: 'text' }, { plain: 'text' }],
  )
  lines.splice(0)
  const secrets = '/api/v1/namespaces/default/secrets'
  await send(listener, 'POST', secrets, { metadata: { name: 's' }, stringData: { a: 'hush' } })
  await send(listener, 'GET', secrets)
  await send(
    listener,
    'PATCH',
    `${secrets}/s`,
    { stringData: { a: 'hush' } },
    { 'content-type': 'application/merge-patch+json' },
  )
  await send(listener, 'POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { spec: {} })
  await send(listener, 'POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'hush' } })
  assert.equal(events().length, 5)
  for (const { level, requestObject, responseObject } of events())
    assert.deepEqual([level, requestObject, responseObject], ['Metadata', undefined, undefined])
  assert.ok(!/hush|eyJ|aHVzaA/.test(lines.join()))
})

test('has what the standards of a namespace say of its Pods', async () => {
  const listener = await listen('Metadata')
  const prefix = 'pod-security.kubernetes.io'
  const labels = { [`${prefix}/enforce`]: 'baseline', [`${prefix}/audit`]: 'restricted' }
  await send(listener, 'POST', '/api/v1/namespaces', { metadata: { name: 'safe', labels } })
  const pod = (more: object) => ({
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'c', image: 'x' }], ...more },
  })
  const pods = '/api/v1/namespaces/safe/pods'
  await send(listener, 'POST', pods, pod({ hostPID: true }))
  await send(listener, 'POST', pods, pod({}))
  const [, refused, created] = events()
  const policy = { [`${prefix}/enforce-policy`]: 'baseline:latest' }
  assert.deepEqual([refused.responseStatus.code, refused.annotations], [403, policy])
  assert.equal(created.responseStatus.code, 201)
  assert.equal(created.annotations[`${prefix}/enforce-policy`], 'baseline:latest')
  assert.match(
    created.annotations[`${prefix}/audit-violations`],
    /^would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false/,
  )
})

test('a policy says how much is written of which requests', async () => {
  const listener = await listen('Metadata', {
    rules: [
      { level: 'None', verbs: ['get'] },
      {
        level: 'RequestResponse',
        resources: [{ resources: ['configmaps'] }],
        verbs: ['watch'],
        omitStages: ['ResponseStarted'],
      },
      { level: 'Request', resources: [{ resources: ['configmaps', 'secrets'] }] },
    ],
  })
  await send(listener, 'GET', `${configMapPath}/a`)
  await send(listener, 'GET', '/api/v1/namespaces/default/pods')
  await send(listener, 'POST', configMapPath, configMap('chosen', { plain: 'text' }))
  await send(listener, 'POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 'x' } })
  await send(listener, 'GET', `${configMapPath}?watch=true&timeoutSeconds=1`)
  assert.deepEqual(
    events().map(({ level, verb, stage, requestObject, responseObject }) => [
      [level, verb, stage],
      requestObject?.data,
      responseObject,
    ]),
    [
      [['Request', 'create', 'ResponseComplete'], { plain: 'text' }, undefined],
      [['Metadata', 'create', 'ResponseComplete'], undefined, undefined],
      [['RequestResponse', 'watch', 'ResponseComplete'], undefined, undefined],
    ],
  )
})

test('a watch is told of when it begins and when it ends', async () => {
  const listener = await listen('Metadata')
  await send(listener, 'GET', `${configMapPath}?watch=true&timeoutSeconds=1`)
  assert.deepEqual(
    events().map(({ stage, verb }) => [stage, verb]),
    [
      ['ResponseStarted', 'watch'],
      ['ResponseComplete', 'watch'],
    ],
  )
  const [began, ended] = events()
  assert.equal(began.auditID, ended.auditID)
})

test('TLS is of version 1.3, or 1.2 for who has no other', async () => {
  const { port } = await listen('Metadata')
  const versionOf = async (maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => {
    const socket = connect({ port, host: '127.0.0.1', ca: authority.ca, minVersion: 'TLSv1.1', maxVersion })
    try {
      await once(socket, 'secureConnect')
      return socket.getProtocol()
    } finally {
      socket.destroy()
    }
  }
  assert.equal(await versionOf('TLSv1.3'), 'TLSv1.3')
  assert.equal(await versionOf('TLSv1.2'), 'TLSv1.2')
  await assert.rejects(versionOf('TLSv1.1'))
})
