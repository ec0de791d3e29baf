import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ApiError, deepFreeze, type Manifest } from '@flotilla/sdk'
import fc from 'fast-check'
import { readBody } from './http/body.ts'
import { jsonPatch } from './patch/json.ts'
import { mergePatch } from './patch/merge.ts'
import { applyPatch } from './patch/patch.ts'
import { strategicPatch } from './patch/strategic.ts'
import { checkedFormats } from './schema/formats.ts'
import { compileSchema } from './schema/structural.ts'
import { selectFields } from './select/fields.ts'
import { selectLabels } from './select/labels.ts'
import { admin, configMap, configMapPath, startServer, widget, widgetPath, widgets } from './testing/server.ts'
import { decodePage } from './verbs/page.ts'

/** What is refused, is refused in words, as the client's fault. */
const orRefused = <T>(run: () => T): T | undefined => {
  try {
    return run()
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    assert.ok(error.code >= 400 && error.code < 500, `${error.code} ${error.message}`)
    return undefined
  }
}

const label = fc.stringMatching(/^[a-z]([-a-z0-9_.]{0,8}[a-z0-9])?$/)
/** Names that mean something to JavaScript. One of them never comes in. */
const evil = fc.constantFrom('constructor', 'toString', 'hasOwnProperty', 'length', '')
const name = fc.oneof({ weight: 4, arbitrary: label }, evil)
const leaf = fc.oneof(fc.string({ maxLength: 8 }), fc.integer(), fc.boolean(), fc.double({ noNaN: true }))

const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'tree' },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('tree')), { maxLength: 4 }).map(objectOf),
  ),
}))

function objectOf(fields: readonly (readonly [string, unknown])[]): object {
  return JSON.parse(`{${fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`)
}

const fields = fc.array(fc.tuple(name, tree), { maxLength: 5 }).map(objectOf)
const textOf = (value: unknown): string => JSON.stringify(value)

describe('selectors', () => {
  const requirement = fc.oneof(
    fc.tuple(label, fc.constantFrom('=', '==', '!='), label).map((parts) => parts.join('')),
    fc
      .tuple(label, fc.constantFrom(' in (', ' notin ('), fc.array(label, { minLength: 1, maxLength: 3 }))
      .map(([key, operator, values]) => `${key}${operator}${values.join()})`),
    label,
    label.map((key) => `!${key}`),
  )
  const labels = fc.dictionary(label, label, { maxKeys: 4 })
  const holding = (found: Record<string, string>): Manifest => ({
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name: 'a', labels: found },
  })

  test('all requirements together are what each is', () =>
    fc.assert(
      fc.property(fc.array(requirement, { minLength: 1, maxLength: 4 }), labels, (parts, found) => {
        const each = parts.map((part) => selectLabels(part)?.(holding(found)))
        assert.equal(selectLabels(parts.join(', '))?.(holding(found)), each.every(Boolean))
      }),
    ))

  test('whatever comes is read, or refused', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z=!(), <>inot\\]{0,30}$/)), labels, (text, found) => {
        orRefused(() => selectLabels(text)?.(holding(found)))
        orRefused(() => selectFields(text, {})?.(holding(found)))
      }),
    ))
})

describe('bodies', () => {
  const types = ['application/json', 'application/yaml', 'application/merge-patch+json', '']

  test('bytes are read, or refused', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...types), (bytes, type) => {
        orRefused(() => readBody(bytes, type, 'PATCH'))
      }),
    ))

  test('what was broken somewhere is read, or refused', () =>
    fc.assert(
      fc.property(fields, fc.constantFrom(...types), fc.nat(), fc.nat(255), (value, type, at, byte) => {
        const bytes = Buffer.from(textOf(value))
        bytes[at % bytes.length] = byte
        orRefused(() => readBody(bytes, type, 'PATCH'))
      }),
    ))

  test('JSON is what it is', () =>
    fc.assert(
      fc.property(fields, (value) => {
        assert.deepEqual(readBody(Buffer.from(textOf(value)), 'application/json', 'POST'), value)
      }),
    ))
})

test('no field is taken for what JavaScript means by its name', () => {
  for (const body of ['{"a":{"__proto__":1}}', '[{"\\u005f_proto__":{"b":1}}]', '{"a":{"_\\u005Fproto__":1}}'])
    assert.throws(() => readBody(Buffer.from(body), 'application/json', 'POST'), { code: 400 }, body)
  assert.throws(() => readBody(Buffer.from('a: {__proto__: {b: 1}}'), 'application/yaml', 'POST'), { code: 400 })
  for (const body of ['{"a":"__proto__"}', '{"constructor":{"toString":1}}'])
    assert.deepEqual(readBody(Buffer.from(body), 'application/json', 'POST'), JSON.parse(body))
})

/** RFC 7386, as it is written there. */
const merged = (target: unknown, patch: unknown): unknown => {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const own = typeof target === 'object' && target !== null && !Array.isArray(target) ? Object.entries(target) : []
  const all = new Map<string, unknown>(own)
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) all.delete(key)
    else all.set(key, merged(all.get(key), value))
  }
  return objectOf([...all])
}

describe('patches', () => {
  test('a merge is what its standard says, and the same twice', () =>
    fc.assert(
      fc.property(fields, fields, (target, patch) => {
        const once = mergePatch(deepFreeze(target), patch)
        assert.deepEqual(once, merged(target, patch))
        assert.deepEqual(mergePatch(deepFreeze(once), patch), once)
        assert.equal(Object.getPrototypeOf(once), Object.prototype)
      }),
    ))

  test('where nothing is said of lists, a strategic merge is a merge', () =>
    fc.assert(
      fc.property(fields, fields, (target, patch) => {
        const strategic = orRefused(() => strategicPatch(deepFreeze(target), patch, undefined))
        if (strategic) assert.deepEqual(strategic, merged(target, patch))
      }),
    ))

  const pointer = fc
    .array(fc.oneof(name, fc.nat(3).map(String), fc.constant('-')), { maxLength: 4 })
    .map((keys) => keys.map((key) => `/${key}`).join(''))
  const operation = fc.record({
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'foo'),
    path: fc.oneof({ weight: 9, arbitrary: pointer }, fc.constant('/__proto__/a')),
    from: pointer,
    value: tree,
  })

  test('JSON patches apply or are refused, and touch nothing but their object', () =>
    fc.assert(
      fc.property(fields, fc.array(operation, { maxLength: 5 }), (target, operations) => {
        const before = textOf(target)
        orRefused(() => jsonPatch(deepFreeze(target), operations))
        assert.equal(textOf(target), before)
        assert.deepEqual(Object.keys(Object.prototype), [])
      }),
    ))

  const config = (data: object): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data })
  const apply = (current: Manifest | undefined, manager: string, data: object): Manifest =>
    applyPatch({ type: 'apply', current, body: config(data), manager, force: false, now: new Date(0) })
  const dataOf = (object: Manifest): object => (object.data ?? {}) as object // it was made here
  const data = fc.dictionary(label, label, { minKeys: 1, maxKeys: 4 })
  const prefixed = (prefix: string, of: object): object =>
    Object.fromEntries(Object.entries(of).map(([key, value]) => [`${prefix}-${key}`, value]))

  test('what is applied twice is applied once', () =>
    fc.assert(
      fc.property(data, (wanted) => {
        const once = deepFreeze(apply(undefined, 'a', wanted))
        assert.equal(apply(once, 'a', wanted), once)
      }),
    ))

  test('who applies other fields may come first or last, and what nobody owns any more goes', () =>
    fc.assert(
      fc.property(data, data, data, (first, second, later) => {
        const [a, b, c] = [prefixed('a', first), prefixed('b', second), prefixed('a', later)]
        const one = apply(deepFreeze(apply(undefined, 'x', a)), 'y', b)
        const other = apply(deepFreeze(apply(undefined, 'y', b)), 'x', a)
        assert.deepEqual(dataOf(one), dataOf(other))
        assert.deepEqual(dataOf(apply(deepFreeze(one), 'x', c)), { ...b, ...c })
      }),
    ))
})

test('no format takes its time over a long text', () => {
  const parts = ['a', 'a.', '1', '1h', 'a@', 'a-', ':', '1.', 'a:b', 'a/', '%41', '0', 'A', ' ', '-']
  const texts = parts.flatMap((part) => [
    part.repeat(10_000),
    `${part.repeat(10_000)}!`,
    `http://${part.repeat(10_000)}/8`,
  ])
  for (const format of checkedFormats) {
    const { validate } = compileSchema({ type: 'object', properties: { x: { type: 'string', format } } })
    const began = performance.now()
    for (const x of texts) validate(deepFreeze({ x }))
    assert.ok(performance.now() - began < 2_000, format)
  }
})

test('a page is one of ours, or refused', () =>
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((text) => Buffer.from(text).toString('base64url')),
      ),
      (text) => {
        orRefused(() => decodePage(text))
      },
    ),
  ))

describe('the whole server', () => {
  const paths = [
    configMapPath,
    `${configMapPath}/a`,
    `${configMapPath}/b`,
    widgetPath,
    `${widgetPath}/a`,
    `${widgetPath}/a/status`,
    `${widgetPath}/a/scale`,
    '/apis/apps/v1/namespaces/default/deployments',
    '/apis/apps/v1/namespaces/default/deployments/a',
    '/api/v1/namespaces/default/pods',
    '/api/v1/namespaces/default/pods/a/eviction',
    '/api/v1/namespaces/default/pods/a/binding',
    '/api/v1/namespaces/default/bindings',
    '/api/v1/namespaces/default/finalize',
    '/api/v1/namespaces/default/services',
    '/api/v1/namespaces/default/serviceaccounts/default/token',
    '/apis/batch/v1/namespaces/default/cronjobs',
    '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
    '/apis/certificates.k8s.io/v1/certificatesigningrequests',
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    '/apis/authentication.k8s.io/v1/tokenreviews',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  ]
  const kinds = ['ConfigMap', 'Widget', 'Deployment', 'Pod', 'Service', 'CronJob', 'Scale', 'DeleteOptions']
  const known = [
    'spec',
    'status',
    'data',
    'rules',
    'request',
    'template',
    'containers',
    'selector',
    'ports',
    'schedule',
  ]
  const inner = fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...known), name), fc.oneof(tree, fields)), { maxLength: 4 })
    .map(objectOf)
  const object = fc
    .tuple(fc.constantFrom(...kinds), fc.oneof(fc.constantFrom('a', 'b'), name), inner, inner)
    .map(([kind, called, spec, rest]) => ({ kind, metadata: { ...rest, name: called }, ...spec, spec }))
  const containers = [{ name: 'a', image: 'x', ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1' } } }]
  const template = { metadata: { labels: { a: 'b' } }, spec: { containers } }
  const selector = { matchLabels: { a: 'b' } }
  const good = (apiVersion: string, kind: string, spec: object): object => ({
    apiVersion,
    kind,
    metadata: { name: 'a', labels: { a: 'b' } },
    spec,
  })
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }
  const sound: readonly object[] = [
    good('apps/v1', 'Deployment', {
      replicas: 1,
      selector,
      template,
      strategy: { rollingUpdate: { maxSurge: '25%' } },
    }),
    good('v1', 'Pod', template.spec),
    good('v1', 'Service', {
      type: 'NodePort',
      ports: [{ port: 80, targetPort: 'web', protocol: 'TCP' }],
      selector: { a: 'b' },
    }),
    good('batch/v1', 'CronJob', { schedule: '*/5 * * * *', jobTemplate: { spec: { template } } }),
    good('autoscaling/v2', 'HorizontalPodAutoscaler', {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' },
      maxReplicas: 3,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
    }),
    good('certificates.k8s.io/v1', 'CertificateSigningRequest', {
      request: 'LS0tLS1CRUdJTg==',
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    }),
    good('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', {
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: 'object.spec.replicas < 3 || "a".matches("^a+$")', message: 'no' }],
    }),
    { ...widgets, metadata: { name: 'gadgets.example.com' } },
    { kind: 'ClusterRole', metadata: { name: 'a' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
  ]
  /** Something else in some place of something that was right. */
  const spoiled = (value: unknown, path: readonly number[], other: unknown): unknown => {
    const [step, ...rest] = path
    if (step === undefined || typeof value !== 'object' || value === null) return other
    const keys = Object.keys(value)
    const key = keys[step % Math.max(1, keys.length)]
    if (key === undefined) return other
    const changed = spoiled(value[key as keyof typeof value], rest, other)
    return Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed }
  }
  const place = fc.array(fc.nat(20), { minLength: 1, maxLength: 8 })
  const body = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...sound) },
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...sound), place, fc.oneof(tree, fields, fc.constant(null)))
        .map(([of, at, other]) => spoiled(of, at, other)),
    },
    fc.constantFrom(configMap('a', { x: 'y' }), configMap('b'), widget('a', { size: 4 })),
    object,
    fields,
    tree,
  )
  const query = fc.dictionary(
    fc.constantFrom(
      'limit',
      'continue',
      'resourceVersion',
      'resourceVersionMatch',
      'labelSelector',
      'fieldSelector',
      'dryRun',
      'fieldManager',
      'fieldValidation',
      'force',
      'propagationPolicy',
      'gracePeriodSeconds',
      'timeoutSeconds',
      'pretty',
    ),
    fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('1', '0', '-1', 'All', 'x', 'true', 'Exact', 'a=b', 'Strict'),
    ),
    { maxKeys: 2 },
  )
  const types = [
    'application/json',
    'application/json-patch+json',
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
    'application/yaml',
    'text/plain',
  ]
  const accepts = ['application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/yaml', 'image/png']
  const asked = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
    path: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...paths) }, fc.webPath()),
    query,
    contentType: fc.constantFrom(...types),
    accept: fc.constantFrom(...accepts),
    body,
  })

  test('never fails, never goes back, and tells those who watch what it lists', { timeout: 120_000 }, async () => {
    const api = await startServer({ crds: [widgets] })
    const watching = await api.server.handle({
      method: 'GET',
      path: '/api/v1/configmaps',
      query: { watch: 'true' },
      user: admin,
      body: () => undefined,
    })
    assert.ok('watch' in watching)
    const seen = new Map<string, Manifest>()
    const following = (async () => {
      for await (const { type, object: told } of watching.watch) {
        const manifest = told as Manifest // of every event that is sent here
        const key = `${manifest.metadata.namespace}/${manifest.metadata.name}`
        if (type === 'DELETED') seen.delete(key)
        else seen.set(key, manifest)
      }
    })()
    const revision = async (): Promise<number> =>
      Number((await api.ask('GET', '/api/v1/configmaps')).body.metadata.resourceVersion)
    let last = await revision()
    await fc.assert(
      fc.asyncProperty(asked, async ({ body: sent, contentType, ...request }) => {
        const bytes = Buffer.from(textOf(sent))
        const read = () => readBody(bytes, contentType, request.method)
        const answer = await api.server.handle({ ...request, contentType, user: admin, body: read })
        if ('code' in answer) {
          assert.ok(answer.code < 500, textOf(answer.body))
          if (answer.code >= 400) assert.equal((answer.body as { kind?: string }).kind, 'Status')
        }
        const now = await revision()
        assert.ok(now >= last, 'it went back')
        if ('code' in answer && answer.code >= 400) assert.equal(now, last, 'what was refused was written')
        last = now
      }),
      { numRuns: 2_500 },
    )
    const { body: listed } = await api.ask('GET', '/api/v1/configmaps')
    const held = (objects: Iterable<Manifest>) =>
      [...objects].map(({ metadata }) => `${metadata.namespace}/${metadata.name} ${metadata.resourceVersion}`).sort()
    assert.deepEqual(held(seen.values()), held(listed.items))
    assert.deepEqual(api.log.errors, [])
    await api.close()
    await following
  })
})
