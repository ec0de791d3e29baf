import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Exchange,
  errors,
  FlotillaError,
  type Host,
  type Http,
  interpret,
  type Manifest,
  Registry,
  serviceKind,
} from '@flotilla/sdk'
import {
  deployment,
  examineAggregate,
  examineComponents,
  examineDependencies,
  examineHealth,
  examineReplicas,
  examineRetain,
  examineReviseReplicas,
  examineStatus,
  fakeHost,
} from '@flotilla/sdk/testing'
import { webhookInterpreter } from './webhook-interpreter.ts'
import {
  all,
  configuration,
  reaching,
  responding,
  saying,
  webhook,
  workload,
  workloads,
  world,
} from './wired.test-support.ts'

const host = { objects: [configuration('examples', webhook())], http: reaching(workloads()) }

describe('a webhook is as good as a plugin', () => {
  const other = deployment({ name: 'web', replicas: 1 })
  examineReplicas(
    webhookInterpreter,
    {
      'says how many there are': {
        given: workload({ replicas: 3 }),
        needs: { replicas: 3, requirements: { resourceRequest: { cpu: '100m' } } },
      },
      'says that there are none': {
        given: workload({ replicas: 0 }),
        needs: { replicas: 0, requirements: { resourceRequest: { cpu: '100m' } } },
      },
      'knows nothing of others': { given: other },
    },
    host,
  )
  examineComponents(
    webhookInterpreter,
    { 'says its parts': { given: workload({ replicas: 2 }), has: [{ name: 'main', replicas: 2 }] } },
    host,
  )
  examineReviseReplicas(
    webhookInterpreter,
    {
      'changes the number': {
        given: { manifest: workload({ replicas: 3 }), replicas: 1 },
        becomes: workload({ replicas: 1 }),
      },
      'writes a number where there was none': {
        given: { manifest: workload({}), replicas: 0 },
        becomes: workload({ replicas: 0 }),
      },
      'changes nothing': {
        given: { manifest: workload({ replicas: 3 }), replicas: 3 },
        becomes: workload({ replicas: 3 }),
      },
    },
    host,
  )
  examineRetain(
    webhookInterpreter,
    {
      'keeps what is the member’s': {
        given: { desired: workload({ replicas: 1 }), observed: workload({ replicas: 2, paused: true }) },
        becomes: workload({ replicas: 1, paused: true }),
      },
    },
    host,
  )
  examineAggregate(
    webhookInterpreter,
    {
      'sums up': {
        given: {
          template: workload({ replicas: 3 }),
          items: [
            { clusterName: 'a', status: { readyReplicas: 1 } },
            { clusterName: 'b', status: { readyReplicas: 2 } },
          ],
        },
        becomes: { readyReplicas: 3 },
      },
    },
    host,
  )
  examineStatus(
    webhookInterpreter,
    {
      'leaves the noise out': {
        given: workload({}, { readyReplicas: 1, noise: 'x' }),
        collects: { status: { readyReplicas: 1 } },
      },
    },
    host,
  )
  examineHealth(
    webhookInterpreter,
    {
      'says that it is well': { given: workload({ replicas: 1 }, { readyReplicas: 1 }), is: 'Healthy' },
      'says that it is not': { given: workload({ replicas: 2 }, { readyReplicas: 1 }), is: 'Unhealthy' },
    },
    host,
  )
  examineDependencies(
    webhookInterpreter,
    {
      'says what it needs': {
        given: workload({ config: 'settings' }),
        refersTo: [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'settings' }],
      },
      'needs nothing': { given: workload({}), refersTo: [] },
    },
    host,
  )
})

/** A control plane with these configurations, in this world. */
function asking(objects: readonly Manifest[], http: Http) {
  const registry = new Registry()
  const host = fakeHost({ objects, http })
  for (const extension of webhookInterpreter.extensions?.(host) ?? []) registry.add(extension)
  return {
    ...host,
    registry,
    ask: registry.ask,
    health: (manifest: Manifest = workload({})) => registry.ask(interpret.health, { manifest }),
  }
}

const about = (words: object) => webhook({ rules: [{ ...all, ...words }] })

describe('who is asked', () => {
  const wellIn = () => responding({ healthy: true, replicas: 1, rawStatus: {} })
  const cases: Readonly<Record<string, readonly [words: object, isAsked: boolean]>> = {
    'about all there is': [{}, true],
    'about the kind by its names': [
      {
        operations: ['InterpretHealth'],
        apiGroups: ['workload.example.io'],
        apiVersions: ['v1alpha1'],
        kinds: ['Workload'],
      },
      true,
    ],
    'about another operation': [{ operations: ['Retain', 'InterpretStatus'] }, false],
    'about another group': [{ apiGroups: ['', 'apps'] }, false],
    'about another version': [{ apiVersions: ['v1'] }, false],
    'about another kind': [{ kinds: ['workload', 'Deployment'] }, false],
  }
  for (const [name, [words, isAsked]] of Object.entries(cases)) {
    test(`a webhook ${name}: ${isAsked ? 'yes' : 'no'}`, async () => {
      const { health } = asking([configuration('a', about(words))], wellIn())
      assert.equal(await health(), isAsked ? 'Healthy' : undefined)
    })
  }
  test('a webhook without rules: no', async () => {
    const { health } = asking([configuration('a', { ...webhook(), rules: [] })], wellIn())
    assert.equal(await health(), undefined)
  })
  test('the core group is named by nothing', async () => {
    const { health } = asking([configuration('a', about({ apiGroups: [''], kinds: ['Pod'] }))], wellIn())
    assert.equal(await health({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }), 'Healthy')
    assert.equal(await health(), undefined)
  })
  test('any rule is enough', async () => {
    const rules = [
      { ...all, kinds: ['Pod'] },
      { ...all, kinds: ['Workload'] },
    ]
    assert.equal(await asking([configuration('a', webhook({ rules }))], wellIn()).health(), 'Healthy')
  })
  test('of several the one whose configuration and name are the smallest, and nobody else', async () => {
    const at = (name: string, url: string) => webhook({ name, clientConfig: { url } })
    const http = wellIn()
    const objects = [
      configuration('b', at('a.example.com', 'https://ba/')),
      configuration('a', at('z.example.com', 'https://az/'), at('m.example.com', 'https://am/')),
    ]
    await asking(objects, http).health()
    assert.deepEqual(http.reached.map(({ server }) => server.url), ['https://am/']) // biome-ignore format: one step
  })
  test('nobody, at once, when nobody is there', async () => {
    const http = wellIn()
    const { ask, objects } = asking([], http)
    await ask(interpret.health, { manifest: workload({}) })
    const extension = webhookInterpreter.extensions?.(fakeHost({ http }))?.[0]
    await new Promise(setImmediate)
    await extension?.handler({ manifest: workload({}) } as never) // it reads what there is
    assert.equal(extension?.handler({ manifest: workload({}) } as never), undefined)
    objects.put(configuration('a', webhook()))
    assert.equal(await ask(interpret.health, { manifest: workload({}) }), 'Healthy')
  })
})

test('who is asked can be seen from outside', async () => {
  const { ask, registry } = asking(
    [
      configuration(
        'b',
        about({ operations: ['InterpretHealth'], apiGroups: ['', 'apps'], apiVersions: ['v1'], kinds: ['Pod', 'A'] }),
      ),
      configuration('a', about({ operations: ['Retain'] }), webhook({ name: 'all.example.com', rules: [all] })),
    ],
    responding({ healthy: true }),
  )
  await asked.InterpretHealth(ask)
  assert.deepEqual(registry.list([interpret.health])[0]?.answers[0]?.speaksFor, [
    { name: 'a/all.example.com', about: ['*/* *'] },
    { name: 'b/workloads.example.com', about: ['v1 Pod', 'v1 A', 'apps/v1 Pod', 'apps/v1 A'] },
  ])
  const heard: Exchange[] = []
  const overhear = registry.overhear((exchange) => heard.push(exchange))
  await asked.InterpretHealth(overhear)
  assert.deepEqual(heard[0]?.answers, [{ plugin: 'a/all.example.com', answer: 'Healthy' }])
})

test('a question that comes before the configurations have been read waits for them', async () => {
  const { promise: synced, resolve: read } = Promise.withResolvers<void>()
  const plain = fakeHost({ http: responding({ healthy: true }) })
  const store: Host['store'] = (kind) => ({ ...plain.store(kind), synced })
  const registry = new Registry()
  for (const extension of webhookInterpreter.extensions?.({ ...plain, store }) ?? []) registry.add(extension)
  const answers: unknown[] = []
  const waiting = registry.ask(interpret.health, { manifest: workload({}) }).then((answer) => answers.push(answer))
  assert.deepEqual(registry.list([interpret.health])[0]?.answers[0]?.speaksFor, [])
  plain.objects.put(configuration('a', webhook()))
  await new Promise(setImmediate)
  assert.deepEqual(answers, [])
  read()
  await waiting
  assert.deepEqual(answers, ['Healthy'])
})

describe('a configuration that changes', () => {
  test('counts at once, and who has not changed keeps its connection', async () => {
    const http = responding({ healthy: true })
    const at = (url: string) => webhook({ clientConfig: { url } })
    const { health, objects } = asking([configuration('a', at('https://one/'))], http)
    const urls = () => http.reached.splice(0).map(({ server }) => server.url)
    await health()
    objects.put(configuration('b', webhook({ name: 'b.example.com' })))
    await health()
    assert.deepEqual([urls(), http.closed], [['https://one/', 'https://one/'], []])
    objects.put(configuration('a', at('https://two/')))
    await health()
    assert.deepEqual([urls(), http.closed.map(({ url }) => url)], [['https://two/'], ['https://one/']])
    objects.remove(configuration('a', at('https://two/')))
    await health()
    assert.deepEqual(urls(), ['https://hooks.example.com/interpret'])
    objects.remove(configuration('b'))
    assert.equal(await health(), undefined)
  })
})

describe('where a webhook is', () => {
  const service = { namespace: 'ops', name: 'hooks' }
  const reached = async (clientConfig: object, ...objects: readonly Manifest[]) => {
    const http = responding({ healthy: true })
    await asking([configuration('a', webhook({ clientConfig })), ...objects], http).health()
    return http.reached[0]?.server
  }
  const known = (spec: object): Manifest => ({ apiVersion: 'v1', kind: 'Service', metadata: service, spec })

  test('at a URL, with its authority', async () => {
    const caBundle = Buffer.from('PEM').toString('base64')
    assert.deepEqual(await reached({ url: 'https://a/b', caBundle }), { url: 'https://a/b', ca: 'PEM' })
  })
  const cases: Readonly<Record<string, readonly [words: object, objects: readonly Manifest[], server: object]>> = {
    'at a Service, by its name': [{}, [], { url: 'https://hooks.ops.svc/' }],
    'at a port and path of it': [{ port: 8443, path: '/v1/' }, [], { url: 'https://hooks.ops.svc:8443/v1/' }],
    'at a Service of the control plane': [
      {},
      [known({ clusterIP: '10.0.0.7' })],
      { url: 'https://hooks.ops.svc/', address: '10.0.0.7:443' },
    ],
    'at one with an address of six': [
      { port: 1 },
      [known({ clusterIP: 'fd00::7' })],
      { url: 'https://hooks.ops.svc:1/', address: '[fd00::7]:1' },
    ],
    'at one without an address': [{}, [known({ clusterIP: 'None' })], { url: 'https://hooks.ops.svc/' }],
    'at one that is somewhere else': [
      {},
      [known({ type: 'ExternalName', externalName: 'hooks.example.com' })],
      { url: 'https://hooks.ops.svc/', address: 'hooks.example.com:443' },
    ],
  }
  for (const [name, [words, objects, server]] of Object.entries(cases))
    test(name, async () => assert.deepEqual(await reached({ service: { ...service, ...words } }, ...objects), server))

  test('wherever its Service goes', async () => {
    const http = responding({ healthy: true })
    const { health, objects } = asking([configuration('a', webhook({ clientConfig: { service } }))], http)
    await health()
    objects.put(known({ clusterIP: '10.0.0.7' }))
    await health()
    objects.put({ ...known({ clusterIP: '10.0.0.8' }), metadata: { ...service, name: 'another' } })
    await health()
    objects.remove({ ...known({}), ...serviceKind })
    await health()
    const addresses = http.reached.map(({ server }) => server.address)
    assert.deepEqual(addresses, [undefined, '10.0.0.7:443', '10.0.0.7:443', undefined])
    assert.equal(http.closed.length, 2)
  })
})

const sample = workload({ replicas: 1 })

/** Something that is asked, as Karmada asks it. */
const asked = {
  InterpretReplica: (ask: Registry['ask']) => ask(interpret.replicas, { manifest: sample }),
  InterpretComponent: (ask: Registry['ask']) => ask(interpret.components, { manifest: sample }),
  InterpretDependency: (ask: Registry['ask']) => ask(interpret.dependencies, { manifest: sample }),
  ReviseReplica: (ask: Registry['ask']) => ask(interpret.reviseReplicas, { manifest: sample, replicas: 2 }),
  Retain: (ask: Registry['ask']) => ask(interpret.retain, { desired: sample, observed: workload({ paused: true }) }),
  AggregateStatus: (ask: Registry['ask']) =>
    ask(interpret.aggregate, { template: sample, items: [{ clusterName: 'a' }] }),
  InterpretStatus: (ask: Registry['ask']) => ask(interpret.status, { manifest: sample }),
  InterpretHealth: (ask: Registry['ask']) => ask(interpret.health, { manifest: sample }),
}

const named = (operation: string) =>
  configuration('examples', about({ operations: [operation], apiGroups: ['workload.example.io'] }))

describe('a question', () => {
  const special: Readonly<Record<string, object>> = {
    ReviseReplica: { replicas: 2 },
    Retain: { observedObject: workload({ paused: true }) },
    AggregateStatus: { aggregatedStatus: [{ clusterName: 'a' }] },
  }
  for (const [operation, put] of Object.entries(asked)) {
    test(`${operation} is what a Karmada control plane would send`, async () => {
      const http = responding({ replicas: 1, healthy: true, rawStatus: {} })
      await put(asking([named(operation)], http).ask)
      const [{ body = '', headers, timeout } = {}] = http.reached
      const { request, ...type } = JSON.parse(body)
      assert.deepEqual(type, { apiVersion: 'config.karmada.io/v1alpha1', kind: 'ResourceInterpreterContext' })
      assert.match(request.uid, /^[\da-f-]{36}$/)
      assert.deepEqual(request, {
        uid: request.uid,
        kind: { group: 'workload.example.io', version: 'v1alpha1', kind: 'Workload' },
        name: 'web',
        namespace: 'default',
        operation,
        object: sample,
        replicas: 0,
        ...special[operation],
      })
      assert.deepEqual([headers?.['content-type'], timeout], ['application/json', 10_000])
    })
  }
  test('has a uid of its own, and the time the configuration gives it', async () => {
    const http = responding({ healthy: true })
    const { health } = asking([configuration('a', webhook({ timeoutSeconds: 3 }))], http)
    await health()
    await health()
    const uids = http.reached.map(({ body }) => JSON.parse(body).request.uid)
    assert.equal(new Set(uids).size, 2)
    assert.equal(http.reached[0]?.timeout, 3000)
  })
  test('about an object without a namespace has none', async () => {
    const http = responding({ healthy: true })
    const { health } = asking([configuration('a', webhook())], http)
    await health({ ...sample, metadata: { name: 'web' } })
    assert.equal('namespace' in JSON.parse(http.reached[0]?.body ?? '').request, false)
  })
})

const base64 = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64') // biome-ignore format: one thought

const patching = (operations: unknown, words: object = {}) => ({
  patch: base64(operations),
  patchType: 'JSONPatch',
  ...words,
})

/** What a webhook says, by the operation it is asked, and why that is no answer. */
const wrong: Readonly<Record<string, readonly [operation: keyof typeof asked, response: object, message: RegExp]>> = {
  'no replicas': ['InterpretReplica', {}, /an answer to InterpretReplica has response\.replicas/],
  'replicas that are none': ['InterpretReplica', { replicas: null }, /has response\.replicas/],
  'half a replica': ['InterpretReplica', { replicas: 1.5 }, /its answer cannot be: 1\.5 replicas/],
  'fewer than none': ['InterpretReplica', { replicas: -1 }, /its answer cannot be: -1 replicas/],
  'replicas in words': ['InterpretReplica', { replicas: 'three' }, /its answer cannot be: "three" replicas/],
  'amounts nobody can read': [
    'InterpretReplica',
    { replicas: 1, replicaRequirements: { resourceRequest: { cpu: 'lots' } } },
    /its answer cannot be: resourceRequest\.cpu is "lots"/,
  ],
  'components that are none': ['InterpretComponent', { components: {} }, /its answer cannot be: .* list of components/],
  'no health': ['InterpretHealth', {}, /an answer to InterpretHealth has response\.healthy/],
  'health in words': ['InterpretHealth', { healthy: 'true' }, /has response\.healthy/],
  'no status': ['InterpretStatus', {}, /an answer to InterpretStatus has response\.rawStatus/],
  'a dependency that cannot be found': [
    'InterpretDependency',
    { dependencies: [{ apiVersion: 'v1', kind: 'Secret' }] },
    /its answer cannot be: \[0\]: a dependency has a name or a labelSelector/,
  ],
  'a patch without a type': ['Retain', patching([], { patchType: undefined }), /response\.patchType is missing/],
  'a type without a patch': ['Retain', { patchType: 'JSONPatch' }, /response\.patch is nothing: with a patchType/],
  'a patch of another type': ['Retain', patching([], { patchType: 'Merge' }), /response\.patchType is "Merge"/],
  'a patch that is a number': ['Retain', { patch: 7, patchType: 'JSONPatch' }, /response\.patch is 7/],
  'a patch that is no JSON': ['ReviseReplica', patching('hello'), /response\.patch is not JSON in base64: "hello"/],
  'a patch that is an object': ['ReviseReplica', patching({}), /is not a list of at most 10000 operations/],
  'a patch that is a list of words': [
    'ReviseReplica',
    patching(['x']),
    /patch\[0\] is no operation.*: an operation is/,
  ],
  'an operation there is not': [
    'ReviseReplica',
    patching([{ op: 'test', path: '/kind', value: 'Workload' }, { op: 'write', path: '/a' }]), // biome-ignore format: one patch
    /patch\[1\] is no operation of a JSON patch: op is "write"/,
  ],
  'no value': ['ReviseReplica', patching([{ op: 'add', path: '/a' }]), /patch\[0\] .*: add has no value/],
  'no path': ['ReviseReplica', patching([{ op: 'remove' }]), /patch\[0\] .*: path is nothing/],
  'all of the object': ['ReviseReplica', patching([{ op: 'replace', path: '', value: {} }]), /path is ""/],
  'the prototype of all': [
    'ReviseReplica',
    patching([{ op: 'add', path: '/__proto__/polluted', value: 1 }]),
    /path is "\/__proto__\/polluted"/,
  ],
  'the prototype of all, from elsewhere': [
    'ReviseReplica',
    patching([{ op: 'copy', from: '/constructor/prototype', path: '/a' }]),
    /from is "\/constructor\/prototype"/,
  ],
  'a path there is not': [
    'ReviseReplica',
    patching([{ op: 'remove', path: '/spec/template/spec' }]),
    /patch\[0\], remove of \/spec\/template\/spec: the object has no such path/,
  ],
  'what every object has, to copy': [
    'ReviseReplica',
    patching([{ op: 'copy', from: '/spec/toString', path: '/a' }]),
    /patch\[0\], copy of \/a: the object has no such path/,
  ],
  'what every object has, to remove': [
    'ReviseReplica',
    patching([{ op: 'remove', path: '/spec/valueOf' }]),
    /patch\[0\], remove of \/spec\/valueOf: the object has no such path/,
  ],
  'an item there is not': [
    'ReviseReplica',
    patching([{ op: 'add', path: '/list', value: [] }, { op: 'add', path: '/list/x', value: 1 }]), // biome-ignore format: one patch
    /patch\[1\], add of \/list\/x: the object has no such path/,
  ],
  'a test that fails': [
    'ReviseReplica',
    patching([{ op: 'test', path: '/spec/replicas', value: 9 }]),
    /patch\[0\], test of \/spec\/replicas: the test failed/,
  ],
  'another name': [
    'Retain',
    patching([{ op: 'replace', path: '/metadata/name', value: 'other' }]),
    /its answer cannot be: metadata\.name is "other" in place of "web"/,
  ],
  'another namespace': [
    'Retain',
    patching([{ op: 'replace', path: '/metadata/namespace', value: 'kube-system' }]),
    /its answer cannot be: metadata\.namespace is "kube-system"/,
  ],
  'another kind': [
    'AggregateStatus',
    patching([{ op: 'replace', path: '/kind', value: 'Secret' }]),
    /its answer cannot be: kind is "Secret" in place of "Workload"/,
  ],
  'a failure': [
    'InterpretHealth',
    { successful: false, status: { code: 500, message: 'out of order' } },
    /it did not succeed \(500\): out of order/,
  ],
  'a failure without a reason': [
    'InterpretHealth',
    { successful: false },
    /did not succeed, and response\.status does/,
  ],
  'neither success nor failure': ['InterpretHealth', { successful: undefined, healthy: true }, /it did not succeed/],
  'another uid': ['InterpretHealth', { uid: 'x', healthy: true }, /response\.uid is "x", but the question has "/],
}

const failing = (operation: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof FlotillaError && error.code === 'INTERPRETER_WEBHOOK' && error.retry)
  const who = `webhook workloads.example.com of ResourceInterpreterWebhookConfiguration examples did not answer ${operation} of Workload default/web as it should: `
  assert.ok(error.message.startsWith(who), error.message)
  assert.match(error.message, message)
  assert.match(error.message, /; mend what answers there, or change the configuration$/)
  return true
}

describe('an answer that is none', () => {
  for (const [name, [operation, response, message]] of Object.entries(wrong)) {
    test(name, async () => {
      const { ask } = asking([named(operation)], responding(response))
      await assert.rejects(asked[operation](ask), failing(operation, message))
      assert.equal('polluted' in {}, false)
    })
  }
  const replies: Readonly<Record<string, readonly [reply: Parameters<typeof saying>, message: RegExp]>> = {
    'a redirect': [['', 302, { location: 'https://b/' }], /answered with 302, to ask https:\/\/b\/: redirects are not/],
    'an error': [['out of order\nat line 1', 503], /it answered with 503: out of order;/],
    'an error of our own server': [
      [{ response: { uid: '', successful: false, status: { message: 'too large' } } }, 413],
      /it answered with 413: too large;/,
    ],
    'a page': [['<html>'], /its answer is not a ResourceInterpreterContext: "<html>"/],
    'half of it': [['{"response":'], /its answer is not a ResourceInterpreterContext/],
    nothing: [[''], /its answer is not a ResourceInterpreterContext: ""/],
    'a list': [[[1]], /its answer is not a ResourceInterpreterContext: "\[1\]"/],
    'something of another kind': [[{ kind: 'AdmissionReview' }], /not a ResourceInterpreterContext/],
    'something of another version': [[{ apiVersion: 'config.karmada.io/v9' }], /not a ResourceInterpreterContext/],
    'no response': [[{}], /its answer has no response/],
  }
  for (const [name, [reply, message]] of Object.entries(replies)) {
    test(name, async () => {
      const { health } = asking(
        [named('InterpretHealth')],
        world(() => saying(...reply)),
      )
      await assert.rejects(health(sample), failing('InterpretHealth', message))
    })
  }
  test('silence', async () => {
    const http = world(() => {
      throw errors.SERVER_UNREACHABLE('https://hooks.example.com/interpret', new Error('it took longer than 10000 ms'))
    })
    const message = /https:\/\/hooks\.example\.com\/interpret did not answer: it took longer than 10000 ms/
    await assert.rejects(asking([named('InterpretHealth')], http).health(sample), failing('InterpretHealth', message))
  })
  test('nothing that can be asked', async () => {
    const http: Http = { open: ({ url }) => assert.fail(`Invalid URL: ${url}`) }
    await assert.rejects(
      asking([named('InterpretHealth')], http).health(sample),
      failing('InterpretHealth', /Invalid URL/),
    )
  })
  test('is nobody else’s to give', async () => {
    const http = world(({ server }) => saying(server.url.includes('second') ? { response: {} } : 'no'))
    const second = webhook({ name: 'zz.example.com', clientConfig: { url: 'https://second/' } })
    await assert.rejects(asking([configuration('a', webhook(), second)], http).health())
    assert.equal(http.reached.length, 1)
  })
})

describe('an answer', () => {
  test('of a server that Karmada’s helper made has no type, and is no JSON by its header', async () => {
    const http = world(({ body }) => {
      const { uid } = JSON.parse(body).request
      const text = `{"response":{"uid":"${uid}","successful":true,"status":{"code":200},"replicas":3}}\n`
      return saying(text, 200, { 'content-type': 'text/plain; charset=utf-8' })
    })
    assert.deepEqual(await asked.InterpretReplica(asking([named('*')], http).ask), { replicas: 3 })
  })
  test('without a patch leaves the object as it is', async () => {
    const { ask } = asking([named('*')], responding({ status: { code: 200 } }))
    assert.equal(await asked.Retain(ask), sample)
    assert.equal(await asked.ReviseReplica(asking([named('*')], responding(patching([]))).ask), sample)
  })
  test('may replace what is not there, move, copy and test', async () => {
    const operations = [
      { op: 'test', path: '/spec/replicas', value: 1 },
      { op: 'replace', path: '/spec/paused', value: true },
      { op: 'add', path: '/spec/list', value: [1] },
      { op: 'add', path: '/spec/list/-', value: 2 },
      { op: 'copy', from: '/spec/list/0', path: '/spec/list/1' },
      { op: 'move', from: '/spec/replicas', path: '/spec/size' },
      { op: 'remove', path: '/spec/list/2' },
    ]
    const after = await asked.ReviseReplica(asking([named('*')], responding(patching(operations))).ask)
    assert.deepEqual(after, { ...sample, spec: { size: 1, paused: true, list: [1, 1] } })
    assert.ok(Object.isFrozen(after))
    assert.equal(after?.metadata, sample.metadata, 'what stays is shared')
    assert.deepEqual(sample, workload({ replicas: 1 }), 'the object stays as it is')
  })
  test('may have neither components nor dependencies', async () => {
    const { ask } = asking([named('*')], responding({ components: null }))
    assert.equal(await asked.InterpretComponent(ask), undefined)
    assert.deepEqual(await asked.InterpretDependency(ask), [])
  })
  test('that a webhook does not know of components is one, unless it is asked for them by name', async () => {
    const unaware = { successful: false, status: { code: 400, message: 'wrong request operation type' } }
    assert.equal(await asked.InterpretComponent(asking([named('*')], responding(unaware)).ask), undefined)
    const { ask } = asking([named('InterpretComponent')], responding(unaware))
    await assert.rejects(asked.InterpretComponent(ask), failing('InterpretComponent', /wrong request operation type/))
    await assert.rejects(asked.InterpretReplica(asking([named('*')], responding(unaware)).ask))
  })
  test('that took long is told of', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] })
    let now = 0
    context.mock.method(performance, 'now', () => now)
    const http = world(({ body }) => {
      now += 600
      return saying({ response: { uid: JSON.parse(body).request.uid, successful: true, healthy: true } })
    })
    const { health, lines } = asking([named('*')], http)
    await health(sample)
    const fields = {
      webhook: 'examples/workloads.example.com',
      operation: 'InterpretHealth',
      object: 'Workload default/web',
      milliseconds: 600,
    }
    assert.deepEqual(lines, [{ level: 'warn', message: 'a webhook is slow', fields }])
  })
  test('is looked after in the name of its webhook', async () => {
    const seen: unknown[] = []
    const plain = fakeHost({ objects: [configuration('a', webhook({ timeoutSeconds: 3 }))], http: responding({ healthy: true }) }) // biome-ignore format: one step
    const observed: Host['observed'] = (extension, policy) => {
      seen.push(policy)
      return extension
    }
    const host = { ...plain, observed }
    const health = webhookInterpreter.extensions?.(host).find(({ point }) => point.id === interpret.health.id)
    for (let round = 0; round < 3; round++) await health?.handler({ manifest: sample } as never) // a question of that point
    assert.deepEqual(seen, [
      {
        name: 'a/workloads.example.com',
        timeout: 4000,
        failurePolicy: 'fail',
        circuitBreaker: { failures: 5, openFor: 5000, counts: 'unanswered' },
      },
    ])
    assert.equal(health?.onBehalf, true)
  })
})
