import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Manifest } from '@flotilla/sdk'
import { configMap, configMapPath, startServer, type TestServer } from '../testing/server.ts'

const group = '/apis/admissionregistration.k8s.io/v1'

type Words = Readonly<Record<string, unknown>>

const configMaps = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }

describe('policies of users', () => {
  let server: TestServer

  before(async () => {
    server = await startServer()
    await server.ask('POST', configMapPath, configMap('params', { a: 'b' }, { labels: { is: 'params' } }))
  })
  after(() => server.close())
  afterEach(async () => {
    await server.ask('DELETE', `${group}/validatingadmissionpolicies`)
    await server.ask('DELETE', `${group}/validatingadmissionpolicybindings`)
  })

  const post = async (kind: string, plural: string, spec: Words, name = 'p') => {
    const object = { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name }, spec }
    return server.ask('POST', `${group}/${plural}`, object)
  }

  const install = async (spec: Words, binding: Words = {}) => {
    const policy = await post('ValidatingAdmissionPolicy', 'validatingadmissionpolicies', {
      matchConstraints: { resourceRules: [configMaps] },
      ...spec,
    })
    assert.equal(policy.code, 201, policy.body.message)
    const bound = await post('ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', {
      policyName: 'p',
      validationActions: ['Deny'],
      ...binding,
    })
    assert.equal(bound.code, 201, bound.body.message)
  }

  const create = (metadata: object = {}) =>
    server.ask('POST', `${configMapPath}?dryRun=All`, configMap('x', { a: 'c' }, metadata))

  const no = [{ expression: 'false' }]
  const byParams = {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    validations: [{ expression: 'params.data.a == object.data.a' }],
  }
  const paramRef = (words: Words) => ({ paramRef: { namespace: 'default', parameterNotFoundAction: 'Deny', ...words } })

  /** What the refusal says after the names of policy and binding; undefined for none. */
  const cases: readonly [string, Words, Words, string | undefined, number?][] = [
    ['an expression that holds', { validations: [{ expression: 'object.data.a == "c"' }] }, {}, undefined],
    [
      'one that does not',
      { validations: [{ expression: 'object.data.a == "b"' }] },
      {},
      'failed expression: object.data.a == "b"',
    ],
    [
      'a message',
      { validations: [{ expression: 'false', message: 'a must be b', reason: 'Forbidden' }] },
      {},
      'a must be b',
      403,
    ],
    [
      'a message about the namespace',
      { validations: [{ expression: 'false', messageExpression: '"in " + namespaceObject.metadata.name' }] },
      {},
      'in default',
    ],
    [
      'a message that cannot be made',
      { validations: [{ expression: 'false', message: 'plain', messageExpression: 'string(object.zz.y)' }] },
      {},
      'plain',
    ],
    [
      'a reason',
      { validations: [{ expression: 'false', reason: 'RequestEntityTooLarge' }] },
      {},
      'failed expression: false',
      413,
    ],
    [
      'an expression without a value',
      { validations: [{ expression: 'object.data.zz == "b"' }] },
      {},
      `expression 'object.data.zz == "b"' resulted in error: no such key: zz`,
    ],
    [
      'one that is let pass',
      { failurePolicy: 'Ignore', validations: [{ expression: 'object.data.zz == "b"' }] },
      {},
      undefined,
    ],
    [
      'variables',
      {
        variables: [
          { name: 'x', expression: 'object.data.a' },
          { name: 'y', expression: 'variables.x + "!"' },
          { name: 'bad', expression: 'object.data.zz' },
        ],
        validations: [{ expression: 'variables.y == "c" && variables.bad == ""', messageExpression: 'variables.y' }],
      },
      {},
      'c!',
    ],
    [
      'a variable without a value',
      {
        variables: [{ name: 'bad', expression: 'object.data.zz' }],
        validations: [{ expression: 'variables.bad == ""' }],
      },
      {},
      `expression 'variables.bad == ""' resulted in error: composited variable "bad" fails to evaluate: no such key: zz`,
    ],
    [
      'two objections',
      {
        validations: [
          { expression: 'false', message: 'one' },
          { expression: 'false', message: 'two' },
        ],
      },
      {},
      'one',
    ],
    [
      'a condition that does not hold',
      { matchConditions: [{ name: 'never', expression: 'request.operation == "DELETE"' }], validations: no },
      {},
      undefined,
    ],
    [
      'a condition without a value',
      { matchConditions: [{ name: 'broken', expression: 'object.zz.y == 1' }], validations: no },
      {},
      "expression 'object.zz.y == 1' resulted in error: no such key: zz",
    ],
    [
      'who asks',
      {
        validations: [
          { expression: 'request.userInfo.username != "admin" || !("system:masters" in request.userInfo.groups)' },
        ],
      },
      {},
      'failed expression: request.userInfo.username != "admin" || !("system:masters" in request.userInfo.groups)',
    ],
    [
      'another resource',
      { matchConstraints: { resourceRules: [{ ...configMaps, resources: ['secrets'] }] }, validations: no },
      {},
      undefined,
    ],
    [
      'another name',
      { matchConstraints: { resourceRules: [{ ...configMaps, resourceNames: ['y'] }] }, validations: no },
      {},
      undefined,
    ],
    [
      'an exception',
      {
        matchConstraints: {
          resourceRules: [configMaps],
          excludeResourceRules: [{ ...configMaps, resourceNames: ['x'] }],
        },
        validations: no,
      },
      {},
      undefined,
    ],
    [
      'another namespace',
      { validations: no },
      { matchResources: { namespaceSelector: { matchLabels: { a: 'b' } } } },
      undefined,
    ],
    [
      'other objects',
      { validations: no },
      { matchResources: { objectSelector: { matchLabels: { a: 'b' } } } },
      undefined,
    ],
    [
      'other operations of the binding',
      { validations: no },
      { matchResources: { resourceRules: [{ ...configMaps, operations: ['DELETE'] }] } },
      undefined,
    ],
    ['a parameter', byParams, paramRef({ name: 'params' }), 'failed expression: params.data.a == object.data.a'],
    [
      'parameters by label',
      byParams,
      paramRef({ selector: { matchLabels: { is: 'params' } } }),
      'failed expression: params.data.a == object.data.a',
    ],
    [
      'a parameter that is not there',
      byParams,
      paramRef({ name: 'nothing' }),
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
    ],
    [
      'a parameter that need not be there',
      byParams,
      paramRef({ name: 'nothing', parameterNotFoundAction: 'Allow' }),
      undefined,
    ],
    ['no parameter', byParams, {}, "expression 'params.data.a == object.data.a' resulted in error: no such key: data"],
  ]
  for (const [name, spec, binding, message, code = 422] of cases)
    test(`with ${name} ${message === undefined ? 'let pass' : 'refuse'}`, async () => {
      await install(spec, binding)
      const { code: found, body } = await create()
      const said = `configmaps "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: ${message}`
      if (message === undefined) assert.equal(found, 201, body.message)
      else assert.deepEqual([found, body.message], [code, said])
    })

  test('may only warn', async () => {
    await install({ validations: no }, { validationActions: ['Warn', 'Audit'] })
    const answer = await server.server.handle({
      method: 'POST',
      path: configMapPath,
      query: { dryRun: 'All' },
      user: { name: 'admin', groups: ['system:masters'] },
      body: () => configMap('x'),
    })
    assert.deepEqual('warnings' in answer && answer.warnings, [
      "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p': failed expression: false",
    ])
  })

  test('say nothing without a binding, and nothing any more when they are gone', async () => {
    await post('ValidatingAdmissionPolicy', 'validatingadmissionpolicies', {
      matchConstraints: { resourceRules: [configMaps] },
      validations: no,
    })
    assert.equal((await create()).code, 201)
    await post('ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', {
      policyName: 'p',
      validationActions: ['Deny'],
    })
    assert.equal((await create()).code, 422)
    await server.ask('DELETE', `${group}/validatingadmissionpolicies/p`)
    assert.equal((await create()).code, 201)
  })

  test('see an update and a deletion', async () => {
    await server.ask('POST', configMapPath, configMap('kept', { a: 'c' }))
    const rules = [{ ...configMaps, operations: ['UPDATE', 'DELETE'] }]
    await install({
      matchConstraints: { resourceRules: rules },
      validations: [{ expression: 'object != null && object.data.a == oldObject.data.a' }],
    })
    assert.equal((await server.ask('PATCH', `${configMapPath}/kept`, { data: { b: 'x' } })).code, 200)
    assert.equal((await server.ask('PATCH', `${configMapPath}/kept`, { data: { a: 'x' } })).code, 422)
    assert.equal((await server.ask('DELETE', `${configMapPath}/kept`)).code, 422)
  })

  test('have defaults', async () => {
    await install({ validations: no })
    const { body } = (await server.ask('GET', `${group}/validatingadmissionpolicies/p`)) as {
      body: Manifest & { spec: Words }
    }
    assert.deepEqual(body.spec, {
      matchConstraints: {
        resourceRules: [{ ...configMaps, scope: '*' }],
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
      },
      validations: no,
      failurePolicy: 'Fail',
    })
  })

  test('say in their status which fields there are not', async () => {
    const deployments = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['*'], resources: ['deployments'] }
    await install({
      matchConstraints: { resourceRules: [deployments] },
      matchConditions: [{ name: 'new', expression: 'object.metadata.labels.a == "b"' }],
      validations: [
        { expression: 'object.spec.replicas > 1 && object.spec.template.spec.containers.all(c, c.image != "")' },
        { expression: 'object.spec.containers.all(c, c.imge != "")' },
        { expression: 'object.spec.template.spec.containers.all(c, c.imge != "")' },
      ],
    })
    const path = `${group}/validatingadmissionpolicies/p`
    let { status, metadata } = (await server.ask('GET', path)).body
    for (let i = 0; i < 100 && !status?.typeChecking; i++) {
      await sleep(20)
      const { body } = await server.ask('GET', path)
      status = body.status
      metadata = body.metadata
    }
    assert.equal(status.observedGeneration, metadata.generation)
    const warnings = status.typeChecking.expressionWarnings.map(({ fieldRef, warning }: Words) => [
      fieldRef,
      String(warning).replace(/line.*: /, ''),
    ])
    assert.deepEqual(warnings, [
      ['spec.validations[1].expression', "apps/v1, Kind=Deployment: ERROR: undefined field 'containers'"],
      ['spec.validations[2].expression', "apps/v1, Kind=Deployment: ERROR: undefined field 'imge'"],
    ])
  })

  test('end before they cost too much', async () => {
    const ten = '[1,2,3,4,5,6,7,8,9,10]'
    const loops = `${ten}.all(a, ${ten}.all(b, ${ten}.all(c, ${ten}.all(d, ${ten}.all(e, a+b+c+d+e > 0)))))`
    await install({ validations: [{ expression: loops }] })
    assert.match((await create()).body.message, /resulted in error: it takes too many steps$/)
  })

  test('are what nothing else went wrong with', () => assert.deepEqual(server.log.errors, []))
})
