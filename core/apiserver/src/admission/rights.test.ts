import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Decision } from '../authorization.ts'
import { configMap, configMapPath, startServer, type TestServer } from '../testing/server.ts'
import { review, startWebhook, type TestWebhook } from '../testing/webhook.ts'

const group = '/apis/admissionregistration.k8s.io/v1'
const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }
const registered = (kind: string, name: string, fields: object) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name },
  ...fields,
})

describe('expressions about rights', () => {
  let server: TestServer
  const asked: string[] = []

  /** Answers at once about ConfigMaps, later about Pods, and not about anything else. */
  const authorize = (wanted: object): Decision | Promise<Decision> => {
    const { user, verb, path, resource, namespace, name } = wanted as Record<string, string> & {
      user: { name: string }
    }
    asked.push([user.name, verb, path ?? resource, namespace, name].filter(Boolean).join(' '))
    if (resource === 'configmaps') return { allowed: true, reason: 'why not' }
    if (resource === 'pods') return Promise.resolve({ allowed: verb === 'get', reason: 'later' })
    if (path) return Promise.reject(new Error('nobody knows'))
    return { allowed: false }
  }

  before(async () => {
    server = await startServer({ authorize })
  })
  after(() => server.close())

  const create = (user: string) =>
    server.server.handle({
      method: 'POST',
      path: configMapPath,
      query: { dryRun: 'All' },
      user: { name: user, groups: [] },
      body: () => configMap('x'),
    })

  const message = async (expression: string, decision = '1'): Promise<string> => {
    asked.length = 0
    const spec = {
      matchConstraints: { resourceRules: [rule] },
      variables: [
        { name: 'd', expression: decision },
        { name: 'said', expression },
      ],
      validations: [{ expression: 'variables.said == ""', messageExpression: 'variables.said' }],
    }
    await server.ask(
      'POST',
      `${group}/validatingadmissionpolicies`,
      registered('ValidatingAdmissionPolicy', 'p', { spec }),
    )
    const bound = { policyName: 'p', validationActions: ['Deny'] }
    const binding = registered('ValidatingAdmissionPolicyBinding', 'p', { spec: bound })
    await server.ask('POST', `${group}/validatingadmissionpolicybindings`, binding)
    const answer = await create('jane')
    await server.ask('DELETE', `${group}/validatingadmissionpolicies/p`)
    await server.ask('DELETE', `${group}/validatingadmissionpolicybindings/p`)
    const { message = '' } = ('body' in answer ? answer.body : {}) as { message?: string }
    return message.replace(/^.*denied request: /, '')
  }
  const shown = (check: string) =>
    message(
      '[string(variables.d.allowed()), variables.d.reason(), string(variables.d.errored()), variables.d.error()].join("|")',
      check,
    )

  const cases: readonly (readonly [string, string, string, string])[] = [
    [
      'what the request is about',
      'authorizer.requestResource.check("create")',
      'true|why not|false|',
      'jane create configmaps default x',
    ],
    [
      'what takes time to be found out',
      'authorizer.group("").resource("pods").namespace("n").name("a").check("get")',
      'true|later|false|',
      'jane get pods n a',
    ],
    ['a no', 'authorizer.group("").resource("pods").check("delete")', 'false|later|false|', 'jane delete pods'],
    ['a path', 'authorizer.path("/healthz").check("get")', 'false||true|nobody knows', 'jane get /healthz'],
    [
      'somebody else',
      'authorizer.serviceAccount("n", "bot").group("apps").resource("deployments").subresource("scale").check("update")',
      'false||false|',
      'system:serviceaccount:n:bot update deployments',
    ],
    [
      'what is selected',
      'authorizer.group("").resource("pods").fieldSelector("a=b").labelSelector("c=d").check("list")',
      'false|later|false|',
      'jane list pods',
    ],
  ]
  for (const [name, check, said, wish] of cases)
    test(`know ${name}, and ask once`, async () => {
      assert.equal(await shown(check), said)
      const about = asked.filter((each) => each === wish)
      assert.equal(about.length, 1, asked.join())
    })

  test('refuse accounts that cannot be', async () => {
    assert.match(
      await shown('authorizer.serviceAccount("N", "a").path("/x").check("get")'),
      /Invalid service account namespace/,
    )
  })

  test('cost what it costs to find out', async () => {
    const checks = [1, 2, 3].map((i) => `authorizer.group("").resource("r${i}").check("get").allowed()`)
    assert.match(await message(`string([${checks}].all(a, !a))`), /it takes too many steps/)
  })
})

describe('conditions of webhooks about rights', () => {
  let server: TestServer
  let webhook: TestWebhook

  before(async () => {
    webhook = await startWebhook()
    webhook.replies.set('/no', (asked) => review(asked, { allowed: false }))
    server = await startServer({ authorize: async ({ verb }) => ({ allowed: verb === 'create' }) })
  })
  after(async () => {
    await server.close()
    await webhook[Symbol.asyncDispose]()
  })

  test('decide who is asked', async () => {
    const hook = (expression: string) => ({
      webhooks: [
        {
          name: 'no.example.com',
          clientConfig: { url: `${webhook.url}/no`, caBundle: webhook.caBundle },
          rules: [rule],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          matchConditions: [{ name: 'a', expression }],
        },
      ],
    })
    const path = `${group}/validatingwebhookconfigurations`
    const code = async (expression: string) => {
      const { code, body } = await server.ask(
        'POST',
        path,
        registered('ValidatingWebhookConfiguration', 'h', hook(expression)),
      )
      assert.equal(code, 201, body.message)
      const request = { method: 'POST', path: configMapPath, query: { dryRun: 'All' } }
      const user = { name: 'jane', groups: [] }
      const answer = await server.server.handle({ ...request, user, body: () => configMap('x') })
      await server.ask('DELETE', `${path}/h`)
      return 'code' in answer && answer.code
    }
    assert.equal(await code('!authorizer.requestResource.check("breakglass").allowed()'), 400)
    assert.equal(await code('authorizer.requestResource.check("breakglass").allowed()'), 201)
    const wrong = await server.ask('POST', path, registered('ValidatingWebhookConfiguration', 'h', hook('nobody.a')))
    assert.equal(wrong.body.details.causes[0].field, 'webhooks[0].matchConditions[0].expression')
  })
})
