import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import {
  configMap,
  configMapPath,
  startServer,
  type TestServer,
  widget,
  widgetPath,
  widgets,
} from '../testing/server.ts'
import { allowed, patching, type Reply, review, startWebhook, type TestWebhook } from '../testing/webhook.ts'

const registration = '/apis/admissionregistration.k8s.io/v1'

type Words = Readonly<Record<string, unknown>>

const anyRule = {
  apiGroups: ['*'],
  apiVersions: ['*'],
  operations: ['*'],
  resources: ['configmaps', 'widgets', 'widgets/*'],
}

const label = (name: string, value: string) => ({ op: 'add', path: `/metadata/labels/${name}`, value })

describe('webhooks of users', () => {
  let server: TestServer
  let webhook: TestWebhook

  before(async () => {
    webhook = await startWebhook(['127.0.0.1', 'hooks.default.svc'])
    server = await startServer({ crds: [widgets] })
  })
  after(async () => {
    await server.close()
    await webhook[Symbol.asyncDispose]()
  })
  afterEach(async () => {
    webhook.asked.length = 0
    for (const kind of ['mutating', 'validating'])
      await server.ask('DELETE', `${registration}/${kind}webhookconfigurations`)
  })

  const words = (name: string, more: Words): Words => ({
    name: `${name}.example.com`,
    clientConfig: { url: `${webhook.url}/${name}`, caBundle: webhook.caBundle },
    rules: [anyRule],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    timeoutSeconds: 5,
    ...more,
  })

  const install = async (kind: 'Mutating' | 'Validating', name: string, ...webhooks: readonly Words[]) => {
    const { code, body } = await server.ask('POST', `${registration}/${kind.toLowerCase()}webhookconfigurations`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: `${kind}WebhookConfiguration`,
      metadata: { name },
      webhooks,
    })
    assert.equal(code, 201, body.message)
  }

  const validating = async (reply: Reply, more: Words = {}) => {
    webhook.replies.set('/check', reply)
    await install('Validating', 'check', words('check', more))
  }

  let count = 0
  const create = (metadata: object = {}) => {
    count += 1
    return server.ask('POST', configMapPath, configMap(`a${count}`, {}, metadata))
  }

  test('are asked with the object, who writes it and how', async () => {
    await validating(allowed)
    const { code } = await server.ask(
      'POST',
      `${configMapPath}?dryRun=All&fieldManager=me`,
      configMap('asked', { a: 'b' }),
    )
    assert.equal(code, 201)
    const { body } = webhook.asked[0] ?? assert.fail()
    const { uid, object, ...request } = body.request
    assert.equal(body.apiVersion, 'admission.k8s.io/v1')
    assert.match(String(uid), /^[0-9a-f-]{36}$/)
    assert.deepEqual(object.data, { a: 'b' })
    const kind = { group: '', version: 'v1', kind: 'ConfigMap' }
    const resource = { group: '', version: 'v1', resource: 'configmaps' }
    assert.deepEqual(request, {
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      name: 'asked',
      namespace: 'default',
      operation: 'CREATE',
      userInfo: { username: 'admin', groups: ['system:masters'] },
      dryRun: true,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', dryRun: ['All'], fieldManager: 'me' },
      oldObject: null,
    })
  })

  test('are asked about updates and deletions with what is there', async () => {
    await server.ask('POST', configMapPath, configMap('old', { a: 'b' }))
    await validating(allowed)
    await server.ask('PATCH', `${configMapPath}/old`, { data: { a: 'c' } })
    await server.ask('DELETE', `${configMapPath}/old`)
    const seen = webhook.asked.map(({ body: { request } }) => [
      request.operation,
      request.object?.data.a,
      request.oldObject.data.a,
      request.options.kind,
    ])
    assert.deepEqual(seen, [
      ['UPDATE', 'c', 'b', 'PatchOptions'],
      ['DELETE', undefined, 'c', 'DeleteOptions'],
    ])
  })

  const refusals: readonly [string, Reply, Words, number, string | undefined, string][] = [
    [
      'a message',
      (asked) => review(asked, { allowed: false, status: { message: 'no', code: 403, reason: 'Forbidden' } }),
      {},
      403,
      'Forbidden',
      'admission webhook "check.example.com" denied the request: no',
    ],
    [
      'a reason',
      (asked) => review(asked, { allowed: false, status: { reason: 'Invalid' } }),
      {},
      400,
      'Invalid',
      'admission webhook "check.example.com" denied the request: Invalid',
    ],
    [
      'nothing',
      (asked) => review(asked, { allowed: false }),
      {},
      400,
      undefined,
      'admission webhook "check.example.com" denied the request without explanation',
    ],
    [
      'a code that is none',
      (asked) => review(asked, { allowed: false, status: { code: 200 } }),
      {},
      400,
      undefined,
      'admission webhook "check.example.com" denied the request without explanation',
    ],
  ]
  for (const [name, reply, more, code, reason, message] of refusals)
    test(`refuse with ${name}`, async () => {
      await validating(reply, more)
      const { code: found, body } = await create()
      assert.deepEqual([found, body.reason, body.message], [code, reason, message])
    })

  const failures: readonly [string, Reply, RegExp][] = [
    [
      'an error',
      () => 500,
      /failed to call webhook: an error on the server \("out of order"\) has prevented the request from succeeding$/,
    ],
    ['not found', () => 404, /failed to call webhook: the server could not find the requested resource$/],
    ['no JSON', () => '<html>', /failed to call webhook: the answer is not JSON: "<html>"$/],
    [
      'no response',
      () => ({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }),
      /received invalid webhook response: webhook response was absent$/,
    ],
    [
      'another uid',
      (asked) => review(asked, { uid: 'x', allowed: true }),
      /received invalid webhook response: expected response\.uid="[0-9a-f-]{36}", got "x"$/,
    ],
    [
      'another kind',
      (asked) => ({ ...review(asked, { allowed: true }), kind: 'Review' }),
      /expected webhook response of admission\.k8s\.io\/v1, Kind=AdmissionReview, got admission\.k8s\.io\/v1, Kind=Review$/,
    ],
    ['a patch of who may not', patching(label('a', 'b')), /validating webhook may not return response\.patch$/],
    [
      'too much',
      (asked) => review(asked, { allowed: true, auditAnnotations: { a: 'x'.repeat(9 * 2 ** 20) } }),
      /the answer is longer than/,
    ],
  ]
  for (const [name, reply, message] of failures)
    test(`that answer with ${name} refuse, or are let pass`, async () => {
      await validating(reply)
      const { code, body } = await create()
      assert.deepEqual([code, body.reason], [500, 'InternalError'])
      assert.match(body.message, /^Internal error occurred: failed calling webhook "check\.example\.com": /)
      assert.match(body.message, message)
      await server.ask('PATCH', `${registration}/validatingwebhookconfigurations/check`, [
        { op: 'replace', path: '/webhooks/0/failurePolicy', value: 'Ignore' },
      ])
      assert.equal((await create()).code, 201)
    })

  test('that take too long are not waited for', async () => {
    await validating(() => new Promise(() => undefined), { timeoutSeconds: 1 })
    const { code, body } = await create()
    assert.equal(code, 500)
    assert.match(body.message, /Post "https:\/\/127\.0\.0\.1:\d+\/check\?timeout=1s": it took longer than 1000 ms$/)
  })

  test('that nobody is behind are told of', async () => {
    await validating(allowed, { clientConfig: { url: 'https://127.0.0.1:1/x', caBundle: webhook.caBundle } })
    assert.match((await create()).body.message, /nothing listens there/)
  })

  test('with a certificate of somebody else are not believed', async () => {
    await using other = await startWebhook()
    await validating(allowed, { clientConfig: { url: `${webhook.url}/check`, caBundle: other.caBundle } })
    assert.match((await create()).body.message, /its certificate is signed by no authority that is trusted here/)
  })

  test('give warnings', async () => {
    await validating((asked) => review(asked, { allowed: true, warnings: ['mind the gap'] }))
    count += 1
    const answer = await server.server.handle({
      method: 'POST',
      path: configMapPath,
      query: {},
      user: { name: 'admin', groups: ['system:masters'] },
      body: () => configMap(`a${count}`),
    })
    assert.deepEqual('warnings' in answer && answer.warnings, ['mind the gap'])
  })

  const scopes: readonly [string, Words, object, boolean][] = [
    ['a label of the object', { objectSelector: { matchLabels: { a: 'b' } } }, { labels: { a: 'b' } }, true],
    ['another label', { objectSelector: { matchLabels: { a: 'b' } } }, {}, false],
    ['the namespace', { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } }, {}, true],
    ['another namespace', { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'x' } } }, {}, false],
    ['all groups but its own', { rules: [{ ...anyRule, apiGroups: ['apps'] }] }, {}, false],
    ['another version', { rules: [{ ...anyRule, apiVersions: ['v2'] }] }, {}, false],
    ['another operation', { rules: [{ ...anyRule, operations: ['UPDATE', 'DELETE', 'CONNECT'] }] }, {}, false],
    ['every resource', { rules: [{ ...anyRule, resources: ['*'] }] }, {}, true],
    ['every subresource', { rules: [{ ...anyRule, resources: ['*/*'] }] }, {}, true],
    ['only subresources', { rules: [{ ...anyRule, resources: ['*/status'] }] }, {}, false],
    ['the cluster', { rules: [{ ...anyRule, scope: 'Cluster' }] }, {}, false],
    ['namespaces', { rules: [{ ...anyRule, scope: 'Namespaced' }] }, {}, true],
    [
      'a condition that holds',
      {
        matchConditions: [
          { name: 'a', expression: 'request.userInfo.username == "admin" && object.kind == "ConfigMap"' },
        ],
      },
      {},
      true,
    ],
    [
      'a condition that does not',
      {
        matchConditions: [
          { name: 'a', expression: 'oldObject != null' },
          { name: 'b', expression: 'object.x.y == 1' },
        ],
      },
      {},
      false,
    ],
  ]
  for (const [name, more, metadata, isAsked] of scopes)
    test(`about ${name} are ${isAsked ? '' : 'not '}asked`, async () => {
      await validating(allowed, more)
      assert.equal((await create(metadata)).code, 201)
      assert.equal(webhook.asked.length, isAsked ? 1 : 0)
    })

  test('whose condition fails refuse', async () => {
    await validating(allowed, { matchConditions: [{ name: 'broken', expression: 'object.x.y == 1' }] })
    const { code, body } = await create()
    assert.deepEqual([code, body.reason], [403, 'Forbidden'])
    assert.match(body.message, /error evaluating broken: .*field not found: x/)
  })

  test('see the version they want, unless they want exactly that', async () => {
    const { spec } = widgets as Manifest & { spec: { versions: readonly object[] } }
    const [version] = spec.versions
    const two = {
      ...widgets,
      spec: { ...spec, versions: [version, { ...version, name: 'v1beta1', storage: false }] },
    }
    await server.ask('PUT', `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com`, {
      ...two,
      metadata: (await server.ask('GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com'))
        .body.metadata,
    })
    const rules = [{ ...anyRule, apiVersions: ['v1'] }]
    webhook.replies.set('/all', patching({ op: 'add', path: '/spec/color', value: 'red' }))
    webhook.replies.set('/exact', allowed)
    await install('Mutating', 'both', words('all', { rules }), words('exact', { rules, matchPolicy: 'Exact' }))
    const { code, body } = await server.ask('POST', widgetPath.replace('/v1/', '/v1beta1/'), {
      ...widget('two'),
      apiVersion: 'example.com/v1beta1',
    })
    assert.deepEqual([code, body.apiVersion, body.spec.color], [201, 'example.com/v1beta1', 'red'])
    const [first, ...others] = webhook.asked
    assert.deepEqual(others, [])
    const { kind, requestKind, object } = first?.body.request ?? {}
    assert.deepEqual([kind.version, requestKind.version, object.apiVersion], ['v1', 'v1beta1', 'example.com/v1'])
  })

  test('change an object, which is then checked and has its defaults', async () => {
    webhook.replies.set(
      '/change',
      patching({ op: 'remove', path: '/spec/size' }, { op: 'add', path: '/spec/nonsense', value: 1 }),
    )
    await install('Mutating', 'change', words('change', {}))
    const { body } = await server.ask('POST', widgetPath, widget('changed', { size: 7 }))
    assert.deepEqual(body.spec, { size: 3 })
    webhook.replies.set('/change', patching({ op: 'replace', path: '/spec/size', value: 0 }))
    const { code, body: refused } = await server.ask('POST', widgetPath, widget('wrong', { size: 7 }))
    assert.deepEqual([code, refused.details.causes[0].field], [422, 'spec.size'])
  })

  test('change one after the other, and are asked again when they want to be', async () => {
    const order: string[] = []
    const labels =
      (name: string): Reply =>
      (asked) => {
        order.push(name)
        const has = asked.body.request.object.metadata.labels ?? {}
        return name in has
          ? allowed(asked)
          : patching({ op: 'add', path: '/metadata/labels', value: { ...has, [name]: 'yes' } })(asked)
      }
    for (const name of ['one', 'two', 'three']) webhook.replies.set(`/${name}`, labels(name))
    await install('Mutating', 'b', words('two', { reinvocationPolicy: 'IfNeeded' }), words('three', {}))
    await install('Mutating', 'a', words('one', { reinvocationPolicy: 'IfNeeded' }))
    const { body } = await create({ labels: {} })
    assert.deepEqual(Object.keys(body.metadata.labels).sort(), ['one', 'three', 'two'])
    assert.deepEqual(order, ['one', 'two', 'three', 'one', 'two'])
  })

  test('see a scale as one, and may change it', async () => {
    await server.ask('POST', widgetPath, widget('scaled', { size: 2 }))
    webhook.replies.set('/scale', patching({ op: 'replace', path: '/spec/replicas', value: 5 }))
    await install('Mutating', 'scale', words('scale', {}))
    const { body } = await server.ask('PATCH', `${widgetPath}/scaled/scale`, { spec: { replicas: 3 } })
    assert.equal(body.spec.replicas, 5)
    const { kind, subResource, object } = webhook.asked[0]?.body.request ?? {}
    assert.deepEqual([kind.kind, subResource, object.kind, object.spec.replicas], ['Scale', 'scale', 'Scale', 3])
  })

  test('are never asked about their own configurations', async () => {
    await validating(() => 500, {
      rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }],
    })
    assert.equal((await server.ask('DELETE', `${registration}/validatingwebhookconfigurations/check`)).code, 200)
    assert.equal(webhook.asked.length, 0)
  })

  test('behind a Service are found by its endpoints, under the name of the Service', async () => {
    const service = { namespace: 'default', name: 'hooks', path: '/check', port: 8443 }
    await validating(allowed, { clientConfig: { service, caBundle: webhook.caBundle } })
    assert.match(
      (await create()).body.message,
      /Post "https:\/\/hooks\.default\.svc:8443\/check\?timeout=5s": service "hooks" not found$/,
    )
    await server.ask('DELETE', `${registration}/validatingwebhookconfigurations`)
    await server.ask('POST', '/api/v1/namespaces/default/services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hooks' },
      spec: { ports: [{ port: 8443 }] },
    })
    await validating(allowed, { clientConfig: { service, caBundle: webhook.caBundle } })
    assert.match((await create()).body.message, /no endpoints available for service "hooks"$/)
    await server.ask('DELETE', `${registration}/validatingwebhookconfigurations`)
    await server.ask('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'hooks', labels: { 'kubernetes.io/service-name': 'hooks' } },
      addressType: 'FQDN', // an address of this machine would be refused
      ports: [{ name: '', port: webhook.port }],
      endpoints: [{ addresses: ['localhost'] }],
    })
    await validating(allowed, { clientConfig: { service, caBundle: webhook.caBundle } })
    const { code, body } = await create()
    assert.equal(code, 201, body.message)
  })

  test('keep their connections', async () => {
    await validating(allowed)
    const before = webhook.connections
    for (let i = 0; i < 5; i++) await create()
    assert.equal(webhook.connections - before, 1)
  })

  test('are what nothing else went wrong with', () => assert.deepEqual(server.log.errors, []))
})
