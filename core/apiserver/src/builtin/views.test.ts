import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { qualifiedName } from '../object/names.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const coreEvents = '/api/v1/namespaces/default/events'
const groupedEvents = '/apis/events.k8s.io/v1/namespaces/default/events'
const autoscalers = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`

type Fields = Readonly<Record<string, unknown>>

const pod = { kind: 'Pod', namespace: 'default', name: 'web' }

/** An event as programs write it now. */
const happened = (fields: Fields = {}): Fields => ({
  metadata: { generateName: 'web.' },
  eventTime: '2026-11-22T16:00:00.000001Z',
  type: 'Normal',
  reason: 'Started',
  action: 'Starting',
  reportingController: 'example.com/starter',
  reportingInstance: 'starter-1',
  regarding: pod,
  note: 'it runs',
  ...fields,
})

const messages = (body: { details?: { causes?: readonly { field: string; message: string }[] } }) =>
  body.details?.causes?.map(({ field, message }) => `${field}: ${message}`)

describe('events of both groups are the same', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  const report = (fields?: Fields) => server.ask('POST', groupedEvents, happened(fields))

  test('each group has names of its own for their fields', async () => {
    const { code, body } = await report()
    assert.equal(code, 201)
    const { body: old } = await server.ask('GET', `${coreEvents}/${body.metadata.name}`)
    assert.deepEqual(
      [old.apiVersion, old.involvedObject, old.message, old.reportingComponent, old.regarding],
      ['v1', pod, 'it runs', 'example.com/starter', undefined],
    )
    const { body: found } = await server.ask('GET', `${groupedEvents}/${body.metadata.name}`)
    assert.deepEqual([found.apiVersion, found.regarding, found.note], ['events.k8s.io/v1', pod, 'it runs'])
  })

  test('one of the core group is seen in the other, with what is old of it', async () => {
    const { body } = await server.ask('POST', coreEvents, {
      metadata: { name: 'old' },
      involvedObject: { ...pod, name: 'old' },
      source: { component: 'kubelet' },
      firstTimestamp: '2026-11-22T16:00:00Z',
      count: 3,
    })
    assert.equal(body.kind, 'Event')
    const { body: found } = await server.ask('GET', `${groupedEvents}?fieldSelector=regarding.name=old`)
    const [{ regarding, deprecatedSource, deprecatedCount, deprecatedFirstTimestamp }] = found.items
    assert.deepEqual(
      [regarding.name, deprecatedSource, deprecatedCount, deprecatedFirstTimestamp],
      ['old', { component: 'kubelet' }, 3, '2026-11-22T16:00:00Z'],
    )
  })

  test('a watch of one group hears of what is written in the other', async () => {
    const watching = await server.watch(`${coreEvents}?watch=true&fieldSelector=reason=Heard`)
    const { body } = await report({ reason: 'Heard' })
    assert.deepEqual(await watching.next(1), [`ADDED ${body.metadata.name}`])
    await watching.end()
  })

  const refused: readonly (readonly [what: string, fields: Fields, wrong: readonly string[]])[] = [
    ['says when', { eventTime: undefined }, ['eventTime: Required value']],
    [
      'says who',
      { reportingController: '' },
      [
        'reportingController: Required value',
        'reportingController: Invalid value: "": name part must be non-empty',
        `reportingController: Invalid value: "": ${qualifiedName('')[1]}`,
      ],
    ],
    ['says what was done', { action: undefined }, ['action: Required value']],
    ['is one of two types', { type: 'Odd' }, ['type: Invalid value: "Odd": must be Normal or Warning']],
    ['has nothing old', { deprecatedCount: 2 }, ['deprecatedCount: Invalid value: 2: needs to be unset']],
    ['is short', { note: 'x'.repeat(1025) }, ['note: Too long: may not be more than 1024 bytes']],
  ]
  for (const [what, fields, wrong] of refused) {
    test(`a new one ${what}`, async () => {
      const { code, body } = await report(fields)
      assert.deepEqual([code, messages(body)], [422, wrong])
    })
  }

  test('only how often it happened may change', async () => {
    const { body } = await report()
    const path = `${groupedEvents}/${body.metadata.name}`
    const series = { count: 2, lastObservedTime: '2026-11-22T16:01:00.000000Z' }
    assert.equal((await server.ask('PATCH', path, { series })).code, 200)
    const { code, body: no } = await server.ask('PATCH', path, { note: 'it does not' })
    assert.deepEqual([code, messages(no)], [422, ['note: Invalid value: "it does not": field is immutable']])
  })
})

describe('an autoscaler in its first version', () => {
  let server: TestServer
  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
  const memory = {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } },
  }
  const cpu = (averageUtilization: number) => ({
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
  })
  const read = async (version: string, name: string) =>
    (await server.ask('GET', `${autoscalers(version)}/${name}`)).body

  test('knows the CPU, 80 percent of it by default', async () => {
    const { code, body } = await server.ask('POST', autoscalers('v1'), {
      metadata: { name: 'a' },
      spec: { scaleTargetRef, maxReplicas: 5 },
    })
    assert.deepEqual([code, body.spec.targetCPUUtilizationPercentage, body.spec.minReplicas], [201, 80, 1])
    assert.deepEqual((await read('v2', 'a')).spec.metrics, [cpu(80)])
  })

  test('leaves what it cannot say as it is', async () => {
    const behavior = { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } }
    await server.ask('POST', autoscalers('v2'), {
      metadata: { name: 'b' },
      spec: { scaleTargetRef, maxReplicas: 5, metrics: [memory, cpu(50)], behavior },
    })
    const was = await read('v2', 'b')
    const seen = await read('v1', 'b')
    assert.deepEqual([seen.spec.targetCPUUtilizationPercentage, seen.spec.metrics], [50, undefined])
    const spec = { ...seen.spec, targetCPUUtilizationPercentage: 60 }
    assert.equal((await server.ask('PUT', `${autoscalers('v1')}/b`, { ...seen, spec })).code, 200)
    const is = await read('v2', 'b')
    assert.deepEqual([is.spec.metrics, is.spec.behavior], [[cpu(60), memory], was.spec.behavior])
  })

  test('shows the share that is used', async () => {
    await server.ask('POST', autoscalers('v2'), {
      metadata: { name: 'c' },
      spec: { scaleTargetRef, maxReplicas: 5, metrics: [cpu(50)] },
    })
    const resource = { name: 'cpu', current: { averageUtilization: 42, averageValue: '100m' } }
    const currentMetrics = [{ type: 'Resource', resource }]
    const status = { currentReplicas: 2, desiredReplicas: 2, currentMetrics, conditions: [] }
    assert.equal((await server.ask('PATCH', `${autoscalers('v2')}/c/status`, { status })).code, 200)
    assert.deepEqual((await read('v1', 'c')).status, {
      currentReplicas: 2,
      desiredReplicas: 2,
      currentCPUUtilizationPercentage: 42,
    })
  })

  test('is refused where it makes no sense', async () => {
    const spec = { scaleTargetRef, maxReplicas: 1, minReplicas: 2, targetCPUUtilizationPercentage: 0 }
    const { code, body } = await server.ask('POST', autoscalers('v1'), { metadata: { name: 'd' }, spec })
    assert.deepEqual(
      [code, messages(body)],
      [
        422,
        [
          'spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`',
          'spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
        ],
      ],
    )
    assert.equal((await server.ask('POST', autoscalers('v1'), { metadata: { name: 'e' }, spec: 'x' })).code, 400)
  })
})
