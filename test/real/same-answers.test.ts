import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json, kubectl } from '../kubectl.ts'
import { answering, patching, type Reply, startWebhook } from '../webhook.ts'
import { Pair, type Step } from './answers.ts'
import { assets } from './assets.ts'
import { type RealCluster, startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

type Fields = Readonly<Record<string, unknown>>

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const integer = { type: 'integer' }
const text = { type: 'string' }

const version = (schema: unknown, more: Fields = {}): Fields => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema },
  ...more,
})

const definition = (plural: string, versions: readonly Fields[], more: Fields = {}, names: Fields = {}): object => {
  const kind = `${plural[0]?.toUpperCase()}${plural.slice(1, -1)}`
  const called = { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List`, ...names }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names: called, versions, ...more },
  }
}

const spec = (schema: Fields): Fields => ({ type: 'object', properties: { spec: { type: 'object', ...schema } } })
const rule = (text: string, more: Fields = {}): Fields => ({ 'x-kubernetes-validations': [{ rule: text, ...more }] })
const oneField = (schema: Fields): Fields => spec({ properties: { a: schema } })
const ruled = (text: string, more: Fields = {}): Fields => spec({ ...rule(text, more), properties: { a: integer } })

/** Schemas, by what is to be said of them: or nothing. */
const schemas: readonly (readonly [string, unknown])[] = [
  ['a rule', ruled('self.a > 1', { message: 'no', reason: 'FieldValueForbidden', fieldPath: '.a' })],
  ['a field that there is not', ruled('self.foo > 1')],
  ['half a rule', ruled('self.a >')],
  ['a rule that is no question', ruled('self.a')],
  ['an unknown function', ruled('shout(self.a)')],
  ['no rule', ruled('')],
  ['an unknown reason', ruled('self.a > 1', { reason: 'Wrong' })],
  ['a path to nowhere', ruled('self.a > 1', { fieldPath: '.b' })],
  ['a path that is none', ruled('self.a > 1', { fieldPath: 'a' })],
  ['a message of two lines', ruled('self.a > 1', { message: 'a\nb' })],
  ['a message that is not there', ruled('self.a > 1', { messageExpression: 'self.b' })],
  ['a message that is no text', ruled('self.a > 1', { messageExpression: 'self.a' })],
  [
    'a change of what is not known again',
    oneField({ type: 'array', items: { ...integer, ...rule('self > oldSelf') } }),
  ],
  ['no change', ruled('self.a > 1', { optionalOldSelf: true })],
  ['a rule about anything', oneField({ 'x-kubernetes-int-or-string': true, ...rule('self == 1') })],
  ['no type', oneField({})],
  ['no type at the root', { properties: {} }],
  ['only unknown fields', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }],
  [
    'metadata',
    { type: 'object', properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } } },
  ],
  [
    'a name',
    { type: 'object', properties: { metadata: { type: 'object', properties: { name: { ...text, maxLength: 5 } } } } },
  ],
  ['a map without keys', oneField({ type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map' })],
  ['a set of objects', oneField({ type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'set' })],
  ['a weird map', oneField({ type: 'object', 'x-kubernetes-map-type': 'weird' })],
  ['a map that is a list', oneField({ type: 'array', items: integer, 'x-kubernetes-map-type': 'atomic' })],
  ['a wrong default', oneField({ type: 'integer', default: 'x' })],
  ['both kinds of fields', oneField({ type: 'object', properties: { b: integer }, additionalProperties: integer })],
  ['a reference', oneField({ $ref: '#/x' })],
  ['a list of all different', oneField({ type: 'array', items: integer, uniqueItems: true })],
  ['types in alternatives', spec({ properties: { a: integer }, anyOf: [{ properties: { a: integer } }] })],
  ['an empty resource', oneField({ type: 'object', 'x-kubernetes-embedded-resource': true })],
  ['a list of anything', oneField({ type: 'array' })],
  ...['(', '[a', 'a**', '(?=a)', 'a{1001}', 'a{2,1}', '\\8', '[z-a]', '(?i', '(?P<n', '\\pX'].map(
    (pattern): [string, unknown] => [`the pattern ${pattern}`, oneField({ type: 'string', pattern })],
  ),
]

const others: readonly (readonly [string, object])[] = [
  ['no schema', definition('crabs', [{ ...version({}), schema: undefined }])],
  [
    'a column',
    definition('crabs', [
      version(spec({}), { additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: 'spec' }] }),
    ]),
  ],
  [
    'selectable fields',
    definition('crabs', [
      version(oneField({ type: 'object' }), {
        selectableFields: [{ jsonPath: '.spec.a' }, { jsonPath: '.spec.b' }, { jsonPath: '.metadata.name' }],
      }),
    ]),
  ],
  [
    'a scale',
    definition('crabs', [
      version(spec({}), {
        subresources: { scale: { specReplicasPath: '.status.x', statusReplicasPath: '.status.y' } },
      }),
    ]),
  ],
  ['a conversion', definition('crabs', [version(spec({}))], { conversion: { strategy: 'Webhook' } })],
  ['a group', definition('crabs', [version(spec({}))], { group: 'example' })],
  ['a scope', definition('crabs', [version(spec({}))], { scope: 'Both' })],
  ['names', definition('crabs', [version(spec({}))], {}, { plural: 'Crabs', shortNames: ['A'], kind: 'crab_x' })],
  ['unknown fields', definition('crabs', [version(spec({}))], { preserveUnknownFields: true })],
]

const things = '/apis/example.com/v1/namespaces/default/things'

const thingSpec = spec({
  'x-kubernetes-validations': [
    { rule: 'self.min <= self.max', message: 'min may not be above max' },
    {
      rule: 'self.max < 100',
      reason: 'FieldValueForbidden',
      fieldPath: '.max',
      messageExpression: "self.max > 150 ? 'far too large' : 'too large'",
    },
    { rule: '!has(self.name) || self.name == oldSelf.name' },
    {
      rule: "!has(self.mode) || oldSelf.hasValue() || self.mode != 'late'",
      optionalOldSelf: true,
      message: 'only later',
    },
    { rule: '!has(self.opt) || self.opt.x > 0' },
  ],
  properties: {
    min: integer,
    max: { ...integer, ...rule('self != 7') },
    name: { ...text, maxLength: 10 },
    mode: { ...text, enum: ['early', 'late'] },
    opt: { type: 'object', additionalProperties: integer },
    at: { ...text, format: 'date-time', ...rule('self.getFullYear() > 2000', { message: 'too old' }) },
    list: {
      type: 'array',
      maxItems: 20,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['k'],
      items: {
        type: 'object',
        required: ['k'],
        properties: { k: text, v: { ...integer, ...rule('self >= oldSelf', { message: 'may only grow' }) } },
      },
    },
    map: { type: 'object', maxProperties: 10, additionalProperties: { ...integer, ...rule('self > 0') } },
  },
})

const thing = (name: string, spec: Fields): object => ({
  apiVersion: 'example.com/v1',
  kind: 'Thing',
  metadata: { name },
  spec,
})

const ordered: Fields = { min: 1, max: 2 }

const made: readonly (readonly [string, Fields])[] = [
  ['good', { ...ordered, name: 'a', mode: 'early', list: [{ k: 'a', v: 3 }], map: { a: 1 } }],
  ['in-the-wrong-order', { min: 3, max: 2 }],
  ['too-much', { min: 3, max: 200 }],
  ['unlucky', { min: 3, max: 7 }],
  ['too-early', { ...ordered, mode: 'late' }],
  ['without-what-is-looked-at', { ...ordered, opt: { y: 1 } }],
  ['a-value-of-a-map', { ...ordered, map: { a: 0 } }],
  ['nothing-of-a-choice', { min: 3, max: 2, mode: 'x' }],
  ['a-wrong-type', { min: 'x', max: 2 }],
  ['too-old', { ...ordered, at: '1999-01-01T00:00:00Z' }],
  ['twice-the-same', { min: 3, max: 2, list: [{ k: 'a' }, { k: 'a' }] }],
]

const changes: readonly (readonly [string, Fields])[] = [
  ['a new name', { name: 'b' }],
  ['an item that shrinks', { list: [{ k: 'a', v: 2 }] }],
  ['an item that grows, and what may be late', { list: [{ k: 'a', v: 4 }], mode: 'late' }],
]

const configMapRule = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['configmaps'],
}
const matchConstraints = { resourceRules: [configMapRule] }

const registered = (kind: string, name: string, spec: Fields): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name },
  spec,
})

const yes = [{ expression: 'true' }]

/** Policies as they are written, and what is wrong with them. */
const policies: readonly (readonly [string, Fields])[] = [
  ['nothing', {}],
  ['half an expression', { matchConstraints, validations: [{ expression: 'object.data.a ==' }] }],
  ['no validation', { matchConstraints }],
  ['no rules', { matchConstraints: {}, validations: yes }],
  [
    'wrong validations',
    {
      matchConstraints,
      validations: [
        { expression: 'true', reason: 'Foo' },
        { expression: '1' },
        { expression: 'other.a' },
        { expression: '' },
      ],
    },
  ],
  [
    'wrong annotations',
    {
      matchConstraints,
      auditAnnotations: [
        { key: 'a b', valueExpression: '1' },
        { key: 'a', valueExpression: '' },
      ],
    },
  ],
  [
    'wrong conditions',
    {
      matchConstraints,
      matchConditions: [
        { name: '', expression: '' },
        { name: 'a', expression: 'object.x =' },
      ],
      validations: yes,
    },
  ],
  [
    'parameters of no kind',
    { matchConstraints, paramKind: { apiVersion: '', kind: '' }, validations: [{ expression: 'params != null' }] },
  ],
  ['parameters of nothing', { matchConstraints, validations: [{ expression: 'params != null' }] }],
  ['a wrong policy for failures', { failurePolicy: 'Maybe', matchConstraints, validations: yes }],
]

const bindings: readonly (readonly [string, Fields])[] = [
  ['all there is to say', { policyName: 'a', validationActions: ['Deny'] }],
  ['nothing', {}],
  ['unknown actions', { policyName: 'a', validationActions: ['Deny', 'Warn', 'Foo', 'Deny'] }],
  ['two ways to say it', { policyName: 'a', validationActions: ['Deny', 'Warn'] }],
  ['two parameters', { policyName: 'a', validationActions: ['Deny'], paramRef: { name: 'x', selector: {} } }],
  ['no parameter', { policyName: 'a', validationActions: ['Deny'], paramRef: {} }],
]

/** Policies that are asked, by name, and what they say of `a: c`. */
const asked: readonly (readonly [string, Fields, Fields?])[] = [
  ['a message', { validations: [{ expression: 'object.data.a == "b"', message: 'a must be b', reason: 'Forbidden' }] }],
  ['an expression', { validations: [{ expression: 'object.data.a == "b"' }] }],
  [
    'a computed message',
    { validations: [{ expression: 'false', messageExpression: '"in " + namespaceObject.metadata.name' }] },
  ],
  ['no value', { validations: [{ expression: 'object.data.zz == "b"' }] }],
  [
    'variables',
    {
      variables: [
        { name: 'x', expression: 'object.data.a' },
        { name: 'y', expression: 'variables.x + "!"' },
      ],
      validations: [{ expression: 'variables.y == "c"', messageExpression: 'variables.y' }],
    },
  ],
  [
    'a condition without a value',
    { matchConditions: [{ name: 'broken', expression: 'object.zz.y == 1' }], validations: [{ expression: 'false' }] },
  ],
  ['too large', { validations: [{ expression: 'false', reason: 'RequestEntityTooLarge' }] }],
  [
    'a parameter that is not there',
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: 'params.data.a == object.data.a' }],
    },
    { paramRef: { name: 'none', namespace: 'default', parameterNotFoundAction: 'Deny' } },
  ],
]

/** What webhooks answer, and whether they may change objects. */
const replies: readonly (readonly [string, Reply, 'Mutating'?])[] = [
  ['yes', answering({ allowed: true })],
  ['no', answering({ allowed: false })],
  ['no, with a message', answering({ allowed: false, status: { message: 'not you', code: 403, reason: 'Forbidden' } })],
  ['no, with a reason', answering({ allowed: false, status: { reason: 'Invalid' } })],
  ['no, with a success', answering({ allowed: false, status: { code: 200, status: 'Success' } })],
  [
    'no, with causes',
    answering({
      allowed: false,
      status: {
        code: 422,
        reason: 'Invalid',
        message: 'look',
        details: { causes: [{ reason: 'FieldValueInvalid', message: 'wrong', field: 'data.a' }] },
      },
    }),
  ],
  ['an error', () => 500],
  ['nothing found', () => 404],
  ['no response', ({ apiVersion, kind }) => ({ apiVersion, kind })],
  ['a patch that may not be', patching({ op: 'add', path: '/data/b', value: 'x' })],
  ['a patch', patching({ op: 'add', path: '/data/b', value: 'x' }), 'Mutating'],
  ['a patch to something wrong', patching({ op: 'add', path: '/metadata/labels/a b', value: 'x' }), 'Mutating'],
  ['a patch without a type', answering({ allowed: true, patch: 'W10=' }), 'Mutating'],
  ['a type without a patch', answering({ allowed: true, patchType: 'JSONPatch' }), 'Mutating'],
]

const registration = '/apis/admissionregistration.k8s.io/v1'
const configMaps = '/api/v1/namespaces/default/configmaps'

const conversion =
  (convert: (object: Json, apiVersion: string) => object, result: object = { status: 'Success' }): Reply =>
  ({ apiVersion, kind, request: { uid, objects, desiredAPIVersion } }) => {
    const convertedObjects = objects.map((object: Json) => convert(object, desiredAPIVersion))
    return { apiVersion, kind, response: { uid, result, convertedObjects } }
  }

/** What a webhook that converts answers, by path. */
const conversions: Readonly<Record<string, Reply>> = {
  '/good': conversion((object, apiVersion) => {
    const { size, length } = object.spec
    return { ...object, apiVersion, spec: apiVersion.endsWith('beta1') ? { length: size } : { size: length } }
  }),
  '/error': () => 500,
  '/refusal': conversion((object) => object, { status: 'Failure', message: 'no way' }),
  '/nothing': conversion((object) => object),
  '/renamed': conversion((object, apiVersion) => ({
    ...object,
    apiVersion,
    metadata: { ...object.metadata, name: 'x' },
  })),
}

const container = (name: string, resources?: Fields): Fields => ({ name, image: 'x', ...(resources && { resources }) })

const pod = (containers: readonly Fields[], more: Fields = {}, name = 'p'): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers, ...more },
})

const claim = (storage: string): object => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
})

const limits = [
  {
    type: 'Container',
    min: { cpu: '100m' },
    max: { cpu: '1', memory: '1Gi' },
    default: { cpu: '500m', memory: '512Mi' },
    defaultRequest: { cpu: '200m' },
    maxLimitRequestRatio: { cpu: '4' },
  },
  { type: 'Pod', max: { memory: '2Gi' } },
  { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '5Gi' } },
]

/** Pods and claims in a namespace with limits. */
const limited: readonly (readonly [string, 'pods' | 'persistentvolumeclaims', object])[] = [
  ['too little', 'pods', pod([container('a', { requests: { cpu: '50m' } })])],
  ['too much', 'pods', pod([container('a', { requests: { cpu: '50m' }, limits: { cpu: '2', memory: '2Gi' } })])],
  ['too far apart', 'pods', pod([container('a', { requests: { cpu: '100m' }, limits: { cpu: '900m' } })])],
  ['too much together', 'pods', pod(['a', 'b', 'c'].map((name) => container(name, { limits: { memory: '1Gi' } })))],
  ['nothing said', 'pods', pod([container('a')])],
  ['too small', 'persistentvolumeclaims', claim('1Mi')],
  ['too large', 'persistentvolumeclaims', claim('9Gi')],
  ['no such class', 'pods', pod([container('a')], { priorityClassName: 'nope' })],
  ['a number of its own', 'pods', pod([container('a')], { priority: 5 })],
]

const hard = {
  pods: '1',
  'requests.cpu': '1',
  'limits.memory': '1Gi',
  'count/configmaps': '1',
  secrets: '0',
  'services.nodeports': '0',
  'requests.storage': '1Gi',
}
const asking = (cpu: string, memory: string): readonly Fields[] => [
  container('a', { requests: { cpu }, limits: { memory } }),
]
const named = (kind: string, name: string, spec?: Fields): object => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  ...(spec && { spec }),
})

/** What is made in a namespace with a quota, in this order. */
const rationed: readonly (readonly [string, string, object])[] = [
  ['a pod that does not say', 'pods', pod([container('a'), container('b')])],
  ['a pod that wants too much', 'pods', pod(asking('2', '2Gi'))],
  ['a pod', 'pods', pod(asking('100m', '100Mi'))],
  ['another pod', 'pods', pod(asking('100m', '100Mi'), {}, 'p2')],
  ['a secret', 'secrets', named('Secret', 's')],
  ['a map', 'configmaps', named('ConfigMap', 'a')],
  ['another map', 'configmaps', named('ConfigMap', 'b')],
  ['a port', 'services', named('Service', 's', { type: 'NodePort', ports: [{ port: 80 }] })],
  ['a claim', 'persistentvolumeclaims', claim('2Gi')],
]

describe('the embedded server says what a real one says', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-answers-'))
  let cluster: RealCluster
  let pair: Pair

  before(async () => {
    const etcd = open.use(await startEtcd(dir))
    cluster = open.use(await startCluster({ name: 'host', etcd, dir, host: true }))
    pair = open.use(await Pair.of(cluster))
  })
  after(() => open.disposeAsync())

  const same = (name: string, method: Step['method'], path: string, body?: object) =>
    pair.same({ name, method, path, ...(body && { body }) })

  describe('of a definition with', () => {
    for (const [name, schema] of schemas)
      test(name, () => same(name, 'POST', `${definitions}?dryRun=All`, definition('crabs', [version(schema)])))
    for (const [name, body] of others) test(name, () => same(name, 'POST', `${definitions}?dryRun=All`, body))
  })

  describe('of a policy with', () => {
    for (const [name, spec] of policies)
      test(name, () =>
        same(
          name,
          'POST',
          `${registration}/validatingadmissionpolicies?dryRun=All`,
          registered('ValidatingAdmissionPolicy', 'a', spec),
        ),
      )
  })

  describe('of a binding with', () => {
    for (const [name, spec] of bindings)
      test(name, () =>
        same(
          name,
          'POST',
          `${registration}/validatingadmissionpolicybindings?dryRun=All`,
          registered('ValidatingAdmissionPolicyBinding', 'a', spec),
        ),
      )
  })

  test('of what policies have against an object', async () => {
    for (const [i, [name, spec, binding]] of asked.entries()) {
      const objectSelector = { matchLabels: { case: `case-${i}` } }
      const whole = { matchConstraints: { ...matchConstraints, objectSelector }, ...spec }
      const called = `case-${i}`
      await same(
        name,
        'POST',
        `${registration}/validatingadmissionpolicies`,
        registered('ValidatingAdmissionPolicy', called, whole),
      )
      await same(
        name,
        'POST',
        `${registration}/validatingadmissionpolicybindings`,
        registered('ValidatingAdmissionPolicyBinding', called, {
          policyName: called,
          validationActions: ['Deny'],
          ...binding,
        }),
      )
    }
    for (const [i, [name]] of asked.entries()) {
      const object = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'x', labels: { case: `case-${i}` } },
        data: { a: 'c' },
      }
      await eventually(() => same(name, 'POST', `${configMaps}?dryRun=All`, object)) // a real server hears of policies a moment later
    }
  })

  test('of what webhooks answer', async () => {
    const webhook = open.use(await startWebhook(Object.fromEntries(replies.map(([, reply], i) => [`/${i}`, reply]))))
    for (const [i, [name, , kind = 'Validating']] of replies.entries()) {
      const words = {
        name: `hook-${i}.example.com`,
        clientConfig: webhook.at(`/${i}`),
        rules: [configMapRule],
        objectSelector: { matchLabels: { hook: `hook-${i}` } },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      }
      const configuration = {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: `${kind}WebhookConfiguration`,
        metadata: { name: `hook-${i}` },
        webhooks: [words],
      }
      await same(name, 'POST', `${registration}/${kind.toLowerCase()}webhookconfigurations`, configuration)
    }
    for (const [i, [name]] of replies.entries()) {
      const metadata = { name: 'x', labels: { hook: `hook-${i}` } }
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'c' } }
      const { data } = await eventually(() => same(name, 'POST', `${configMaps}?dryRun=All`, object))
      if (name === 'a patch') assert.deepEqual(data, { a: 'c', b: 'x' })
    }
  })

  const namespace = async (name: string): Promise<string> => {
    await same(name, 'POST', '/api/v1/namespaces', named('Namespace', name))
    await eventually(() => kubectl(cluster.kubeconfig)('get', 'serviceaccount', 'default', '-n', name))
    return `/api/v1/namespaces/${name}`
  }

  test('of limits and priorities', async () => {
    const base = await namespace('limited')
    await same('the limits', 'POST', `${base}/limitranges`, named('LimitRange', 'l', { limits }))
    for (const [name, plural, object] of limited)
      await eventually(() => same(name, 'POST', `${base}/${plural}?dryRun=All`, object))
  })

  test('of quotas', async () => {
    const base = await namespace('rationed')
    const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']))
    await same('the quota', 'POST', `${base}/resourcequotas`, named('ResourceQuota', 'q', { hard }))
    await same('its status', 'PATCH', `${base}/resourcequotas/q/status`, { status: { hard, used } })
    for (const [name, plural, object] of rationed)
      await eventually(() => same(name, 'POST', `${base}/${plural}`, object), 5_000)
  })

  test('of objects that a webhook converts', async () => {
    const webhook = open.use(await startWebhook(conversions))
    const names = Object.keys(conversions)
    for (const [i, name] of names.entries()) {
      const plural = `ropes${'abcdefgh'[i]}s`
      const versions = [
        version(spec({ properties: { size: integer } })),
        { ...version(spec({ properties: { length: integer } })), name: 'v1beta1', storage: false },
      ]
      const conversion = {
        strategy: 'Webhook',
        webhook: { conversionReviewVersions: ['v1'], clientConfig: webhook.at(name) },
      }
      await same(name, 'POST', definitions, definition(plural, versions, { conversion }))
      await kubectl(cluster.kubeconfig)('wait', '--for=condition=Established', `crd/${plural}.example.com`)
      await eventually(() => kubectl(cluster.kubeconfig)('get', '--raw', `/apis/example.com/v1/${plural}`))
      const kind = `Ropes${'abcdefgh'[i]}`
      const [kept, other] = ['v1', 'v1beta1'].map((each) => `/apis/example.com/${each}/namespaces/default/${plural}`)
      const object = { apiVersion: 'example.com/v1', kind, metadata: { name: 'a' }, spec: { size: 3 } }
      await same(name, 'POST', `${kept}`, object)
      const found = await same(name, 'GET', `${other}/a`)
      if (name === '/good') assert.deepEqual(found.spec, { length: 3 })
      await same(name, 'POST', `${other}`, { ...object, apiVersion: 'example.com/v1beta1', metadata: { name: 'b' } })
      await same(name, 'DELETE', `${kept}/a`)
    }
  })

  test('of objects and their rules', async () => {
    await same('the definition', 'POST', definitions, definition('things', [version(thingSpec)]))
    await kubectl(cluster.kubeconfig)('wait', '--for=condition=Established', 'crd/things.example.com')
    await eventually(() => kubectl(cluster.kubeconfig)('get', 'things'))
    for (const [name, spec] of made) await same(name, 'POST', things, thing(name, spec))
    for (const [name, spec] of changes) await same(name, 'PATCH', `${things}/good`, { spec })
    const stricter = JSON.parse(
      JSON.stringify(version(thingSpec)).replace('"min":{"type":"integer"}', '"min":{"type":"integer","minimum":5}'),
    )
    await same('a stricter definition', 'PATCH', `${definitions}/things.example.com`, {
      spec: { versions: [stricter] },
    })
    await eventually(async () => {
      await same('what was good stays', 'PATCH', `${things}/good?dryRun=All`, { spec: { max: 3 } })
      await same('what is changed has to be good', 'PATCH', `${things}/good?dryRun=All`, { spec: { min: 2, max: 3 } })
    })
  })
})
