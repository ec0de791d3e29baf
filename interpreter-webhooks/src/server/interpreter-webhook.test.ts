import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fastify } from 'fastify'
import { type Operation, operations } from '../operations.ts'
import { type Workload, workload, workloads, workloadType } from '../wired.test-support.ts'
import { becomes, failed, type Interpreted, interpreterWebhook, onContext, onInterpret, succeeded } from './index.ts'

type App = ReturnType<typeof fastify>

const sample = workload({ replicas: 3 }, { readyReplicas: 1 })

/** A question as Go writes it: with a final newline, and a number of replicas in any case. */
const question = (operation: string, words: object = {}): string =>
  `${JSON.stringify({
    kind: 'ResourceInterpreterContext',
    apiVersion: 'config.karmada.io/v1alpha1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: 'workload.example.io', version: 'v1alpha1', kind: 'Workload' },
      name: 'web',
      namespace: 'default',
      operation,
      object: sample,
      replicas: 0,
      ...words,
    },
  })}\n`

const asking = async (app: App, body: string, type = 'application/json') => {
  const reply = await app.inject({ method: 'POST', url: '/interpret', headers: { 'content-type': type }, body })
  return { status: reply.statusCode, type: reply.headers['content-type'], ...reply.json() }
}

const serving = (...interpreters: readonly Interpreted[]) =>
  fastify().register(interpreterWebhook, { path: '/interpret', interpreters })

const patch = (operations: readonly object[]) => ({
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  patchType: 'JSONPatch',
})

describe('a question of a Karmada control plane', () => {
  const answers: Readonly<Record<Operation, readonly [words: object, answer: object]>> = {
    InterpretReplica: [{}, { replicas: 3, replicaRequirements: { resourceRequest: { cpu: '100m' } } }],
    InterpretComponent: [{}, { components: [{ name: 'main', replicas: 3 }] }],
    InterpretDependency: [{}, { dependencies: [] }],
    ReviseReplica: [{ replicas: 2 }, patch([{ op: 'replace', path: '/spec/replicas', value: 2 }])],
    Retain: [{ observedObject: workload({ paused: true }) }, patch([{ op: 'add', path: '/spec/paused', value: true }])],
    AggregateStatus: [
      { aggregatedStatus: [{ clusterName: 'a', status: { readyReplicas: 2 } }] },
      patch([{ op: 'replace', path: '/status/readyReplicas', value: 2 }]),
    ],
    InterpretStatus: [{}, { rawStatus: { readyReplicas: 1 } }],
    InterpretHealth: [{}, { healthy: false }],
  }
  for (const operation of operations) {
    test(`${operation} is answered as one of Karmada’s servers would`, async () => {
      const [words, answer] = answers[operation]
      assert.deepEqual(await asking(workloads(), question(operation, words)), {
        status: 200,
        type: 'application/json; charset=utf-8',
        apiVersion: 'config.karmada.io/v1alpha1',
        kind: 'ResourceInterpreterContext',
        response: {
          uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
          successful: true,
          ...answer,
          status: { code: 200 },
        },
      })
    })
  }
  test('that changes nothing has no patch', async () => {
    const { response } = await asking(workloads(), question('ReviseReplica', { replicas: 3 }))
    assert.deepEqual(Object.keys(response), ['uid', 'successful', 'status'])
  })
})

const failure = (code: number, message: string) => ({ successful: false, status: { code, message } })

describe('a failure', () => {
  const { replicas: _, ...others } = { replicas: () => ({ replicas: 1 }), isHealthy: () => true }
  const cases: Readonly<Record<string, readonly [app: () => App, body: string, response: object]>> = {
    'of a question that is not answered': [
      () => workloads(others),
      question('InterpretReplica'),
      failure(400, 'InterpretReplica of Workload is not answered here: take it out of the rules'),
    ],
    'of an operation there is not': [
      () => workloads(),
      question('Prune'),
      failure(400, 'Prune of Workload is not answered here: take it out of the rules'),
    ],
    'of another kind': [
      () => workloads(),
      question('InterpretHealth', { object: { ...sample, kind: 'Other' } }),
      failure(400, 'workload.example.io/v1alpha1, Kind=Other is not interpreted here'),
    ],
    'of an interpreter that throws': [
      () => workloads({ isHealthy: () => assert.fail('out of order') }),
      question('InterpretHealth'),
      failure(500, 'out of order'),
    ],
    'of one that throws later, with a status': [
      () =>
        workloads({ isHealthy: async () => Promise.reject(Object.assign(new Error('not yet'), { statusCode: 409 })) }),
      question('InterpretHealth'),
      failure(409, 'not yet'),
    ],
    'of one that writes to what it was given': [
      () => workloads({ isHealthy: (object) => Boolean(Object.assign(object.spec, { replicas: 0 })) }),
      question('InterpretHealth'),
      failure(500, "Cannot assign to read only property 'replicas' of object '#<Object>'"),
    ],
  }
  for (const [name, [app, body, response]] of Object.entries(cases)) {
    test(`${name} is an answer`, async () => {
      const answer = await asking(app(), body)
      assert.equal(answer.status, 200)
      assert.deepEqual(answer.response, { uid: '705ab4f5-6393-11e8-b7cc-42010a800002', ...response })
    })
  }
})

describe('what is no question', () => {
  const large = question('InterpretHealth', { object: { ...sample, data: 'x'.repeat(2 ** 20) } })
  const cases: Readonly<Record<string, readonly [body: string, type: string, status: number, message: RegExp]>> = {
    'of another type': [question('InterpretHealth'), 'text/plain', 415, /Unsupported Media Type/],
    'of no type': [question('InterpretHealth'), '', 415, /Unsupported Media Type/],
    'that is too long': [large, 'application/json', 413, /too large/],
    'that is no JSON': ['{', 'application/json', 400, /JSON/],
    'that is nothing': ['', 'application/json', 400, /empty/],
    'without a request': ['{}', 'application/json', 400, /must have required property 'request'/],
    'without a uid': [question('InterpretHealth', { uid: '' }), 'application/json', 400, /uid/],
    'without an object': [question('InterpretHealth', { object: undefined }), 'application/json', 400, /'object'/],
    'with an object that is none': [question('InterpretHealth', { object: {} }), 'application/json', 400, /apiVersion/],
    'with a prototype': ['{"__proto__":{"a":1},"request":{}}', 'application/json', 400, /not valid JSON/],
  }
  for (const [name, [body, type, status, message]] of Object.entries(cases)) {
    test(`${name} is refused with ${status}, in the same words`, async () => {
      const answer = await asking(workloads(), body, type)
      assert.equal(answer.status, status)
      assert.equal(answer.kind, 'ResourceInterpreterContext')
      const { uid, successful, status: said } = answer.response
      assert.deepEqual([uid, successful, said.code], ['', false, status])
      assert.match(said.message, message)
    })
  }
  test('may be longer when the server wants it so', async () => {
    const interpreters = [onInterpret<Workload>(workloadType, { isHealthy: () => true })]
    const app = fastify().register(interpreterWebhook, { path: '/interpret', interpreters, bodyLimit: 2 ** 21 })
    assert.equal((await asking(app, large)).response.healthy, true)
  })
  test('is only refused here, not elsewhere on the server', async () => {
    const app = fastify()
    app.register(interpreterWebhook, { path: '/interpret', interpreters: [] })
    app.post('/other', async ({ body }) => body)
    const reply = await app.inject({
      method: 'POST',
      url: '/other',
      headers: { 'content-type': 'text/plain' },
      body: 'x',
    })
    assert.equal(reply.body, 'x')
  })
})

test('two interpreters of one kind are one too many', async () => {
  const interpreted = onInterpret(workloadType, {})
  await assert.rejects(async () => serving(interpreted, interpreted).ready(), /two interpreters are of one kind/)
})

test('who wants the question as it came answers it as it goes', async () => {
  const app = serving(
    onContext(workloadType, (request) => {
      if (request.operation !== 'ReviseReplica') return failed(request, `no ${request.operation}`, 403)
      return succeeded(request, becomes(request.object, { ...request.object, spec: { replicas: request.replicas } }))
    }),
  )
  const { response } = await asking(app, question('ReviseReplica', { replicas: 1 }))
  assert.deepEqual(JSON.parse(Buffer.from(response.patch, 'base64').toString()), [
    { op: 'replace', path: '/spec/replicas', value: 1 },
  ])
  const { response: refusal } = await asking(app, question('Retain'))
  assert.deepEqual(refusal.status, { code: 403, message: 'no Retain' })
})
