import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { configMap, configMapPath, startServer, type TestServer } from '../testing/server.ts'

type Words = Readonly<Record<string, unknown>>

const group = '/apis/admissionregistration.k8s.io/v1'
const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }
const applying = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } })
const patching = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } })

describe('policies that change objects', () => {
  let server: TestServer

  before(async () => {
    server = await startServer()
    await server.ask('POST', configMapPath, configMap('params', { a: 'p' }))
  })
  after(() => server.close())
  afterEach(async () => {
    await server.ask('DELETE', `${group}/mutatingadmissionpolicies`)
    await server.ask('DELETE', `${group}/mutatingadmissionpolicybindings`)
  })

  const install = async (spec: Words, binding: Words = {}, name = 'p') => {
    const head = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name } }
    const policy = await server.ask('POST', `${group}/mutatingadmissionpolicies`, {
      ...head,
      kind: 'MutatingAdmissionPolicy',
      spec: { matchConstraints: { resourceRules: [rule] }, reinvocationPolicy: 'Never', ...spec },
    })
    assert.equal(policy.code, 201, policy.body.message)
    const bound = await server.ask('POST', `${group}/mutatingadmissionpolicybindings`, {
      ...head,
      kind: 'MutatingAdmissionPolicyBinding',
      spec: { policyName: name, ...binding },
    })
    assert.equal(bound.code, 201, bound.body.message)
  }
  const create = (metadata: object = {}) =>
    server.ask('POST', `${configMapPath}?dryRun=All`, configMap('x', { a: 'c' }, metadata))

  const cases: readonly (readonly [string, readonly object[], Words | string, Words?, Words?])[] = [
    ['merge what they apply', [applying('Object{data: {"b": object.data.a + "!"}}')], { a: 'c', b: 'c!' }],
    [
      'see what the step before made',
      [applying('Object{data: {"b": "1"}}'), applying('Object{data: {"c": object.data.b}}')],
      { a: 'c', b: '1', c: '1' },
    ],
    ['patch', [patching('[JSONPatch{op: "replace", path: "/data/a", value: "z"}]')], { a: 'z' }],
    [
      'let be what a test says no to',
      [patching('[JSONPatch{op: "test", path: "/data/a", value: "z"}, JSONPatch{op: "remove", path: "/data/a"}]')],
      { a: 'c' },
    ],
    [
      'leave out what is not there',
      [applying('Object{data: {?"q": object.?data.q, ?"r": object.?data.a}}')],
      { a: 'c', r: 'c' },
    ],
    [
      'know parameters',
      [applying('Object{data: {"p": params.data.a}}')],
      { a: 'c', p: 'p' },
      { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
      { paramRef: { name: 'params', namespace: 'default', parameterNotFoundAction: 'Deny' } },
    ],
    [
      'are for what their conditions say',
      [applying('Object{data: {"b": "1"}}')],
      { a: 'c' },
      { matchConditions: [{ name: 'n', expression: 'request.operation == "UPDATE"' }] },
    ],
    [
      'refuse where they fail',
      [applying('Object{data: {"b": object.data.zz}}')],
      `expression 'Object{data: {"b": object.data.zz}}' resulted in error: no such key: zz`,
    ],
    ['fail unseen', [applying('Object{data: {"b": object.data.zz}}')], { a: 'c' }, { failurePolicy: 'Ignore' }],
    [
      'know the types of fields by their place',
      [applying('Object{metadata: Object.data{labels: {"a": "b"}}}')],
      'type mismatch: unexpected type name "Object.data", expected "Object.metadata", which matches field name path from root Object type',
    ],
    [
      'change no field that there is not',
      [applying('Object{spec: Object.spec{a: 1}}')],
      'error applying patch: failed to convert patch object to typed object: .spec: field not declared in schema',
    ],
  ]
  for (const [name, mutations, expected, more = {}, binding] of cases)
    test(name, async () => {
      await install({ mutations, ...more }, binding)
      const { code, body } = await create()
      const refusal = `policy 'p' with binding 'p' denied request: ${String(expected)}`
      if (typeof expected === 'string') assert.deepEqual([code, body.reason, body.message], [403, 'Invalid', refusal])
      else assert.deepEqual([code, body.data], [201, expected])
    })

  test('look again when others changed the object after them, once', async () => {
    const adding = (key: string) => ({
      mutations: [applying(`Object{data: {"${key}": object.data.?${key}.orValue("") + "${key}"}}`)],
      reinvocationPolicy: 'IfNeeded',
    })
    await install(adding('b'), {}, 'first')
    await install({ ...adding('d'), reinvocationPolicy: 'Never' }, {}, 'second')
    assert.deepEqual((await create()).body.data, { a: 'c', b: 'bb', d: 'd' })
  })

  test('are written with care', async () => {
    const { code, body } = await server.ask('POST', `${group}/mutatingadmissionpolicies`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingAdmissionPolicy',
      metadata: { name: 'p' },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        reinvocationPolicy: 'Never',
        mutations: [applying('1'), patching('["a"]'), applying('Thing{}'), applying('object.a')],
      },
    })
    assert.equal(code, 422)
    assert.deepEqual(
      body.details.causes.map(({ message }: { message: string }) => message.replace(/^.*": /, '')),
      [
        'must evaluate to Object but got int',
        'must evaluate to list(JSONPatch) but got list(string)',
        'compilation failed: ERROR: line 1, column 1: there is no type Thing',
        'must evaluate to Object but got dyn',
      ],
    )
  })
})
