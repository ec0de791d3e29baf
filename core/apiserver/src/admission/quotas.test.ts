import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer, type TestServer } from '../testing/server.ts'

type Words = Readonly<Record<string, unknown>>

const base = '/api/v1/namespaces/default'
const quotas = `${base}/resourcequotas`

const container = (name: string, resources?: Words) => ({ name, image: 'x', ...(resources && { resources }) })
const pod = (name: string, containers: readonly object[] = [container('a')], spec: Words = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers, ...spec },
})
const asking = (cpu: string, memory: string) => [container('a', { requests: { cpu }, limits: { memory } })]
const object = (kind: string, name: string, more: Words = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name },
  ...more,
})

describe('quotas', () => {
  let server: TestServer

  before(async () => {
    server = await startServer({ countsQuotas: true })
  })
  after(() => server.close())
  afterEach(async () => {
    for (const plural of ['resourcequotas', 'pods', 'services', 'persistentvolumeclaims', 'configmaps'])
      await server.ask('DELETE', `${base}/${plural}`, { gracePeriodSeconds: 0 })
  })

  const install = async (hard: Words, more: Words = {}) => {
    const { code, body } = await server.ask('POST', quotas, object('ResourceQuota', 'q', { spec: { hard, ...more } }))
    assert.equal(code, 201, body.message)
  }
  const said = async (plural: string, body: object) => {
    const answer = await server.ask('POST', `${base}/${plural}`, body)
    return answer.code === 201 ? undefined : answer.body.message.replace(/^.*? is forbidden: /, '')
  }
  const used = async (wanted: Words) => {
    for (let i = 0; ; i++) {
      const { status } = (await server.ask('GET', `${quotas}/q`)).body
      try {
        assert.deepEqual(status?.used, wanted)
        return
      } catch (error) {
        if (i > 100) throw error
        await sleep(50)
      }
    }
  }

  test('count what there is, and refuse one too many', async () => {
    await install({ pods: '1', 'count/configmaps': '2' })
    assert.equal(await said('pods', pod('a')), undefined)
    assert.equal(await said('pods', pod('b')), 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1')
    for (const name of ['a', 'b']) assert.equal(await said('configmaps', object('ConfigMap', name)), undefined)
    assert.equal(
      await said('configmaps', object('ConfigMap', 'c')),
      'exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2',
    )
    await used({ pods: '1', 'count/configmaps': '2' })
    await server.ask('DELETE', `${base}/pods/a`, { gracePeriodSeconds: 0 })
    await used({ pods: '0', 'count/configmaps': '2' })
    assert.equal(await said('pods', pod('b')), undefined)
  })

  test('count what comes at once', async () => {
    await install({ 'count/configmaps': '5' })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => said('configmaps', object('ConfigMap', `c${i}`))),
    )
    assert.equal(answers.filter((answer) => answer === undefined).length, 5)
  })

  test('count what pods ask for, who have to say it', async () => {
    await install({ 'requests.cpu': '1', 'limits.memory': '1Gi' })
    assert.equal(
      await said('pods', pod('a', [container('a'), container('b')])),
      'failed quota: q: must specify limits.memory for: a,b; requests.cpu for: a,b',
    )
    assert.equal(
      await said('pods', pod('a', asking('2', '2Gi'))),
      'exceeded quota: q, requested: limits.memory=2Gi,requests.cpu=2, used: limits.memory=0,requests.cpu=0, limited: limits.memory=1Gi,requests.cpu=1',
    )
    assert.equal(await said('pods', pod('a', asking('600m', '100Mi'))), undefined)
    assert.equal(
      await said('pods', pod('b', asking('600m', '100Mi'))),
      'exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1',
    )
    await used({ 'requests.cpu': '600m', 'limits.memory': '100Mi' })
  })

  test('let go of pods that have ended', async () => {
    await install({ pods: '1' })
    await said('pods', pod('a'))
    await server.ask('PATCH', `${base}/pods/a/status`, { status: { phase: 'Succeeded' } })
    assert.equal(await said('pods', pod('b')), undefined)
  })

  test('may be about some pods', async () => {
    await install({ pods: '0' }, { scopes: ['BestEffort'] })
    assert.equal(await said('pods', pod('a', asking('1', '1Gi'))), undefined)
    assert.match((await said('pods', pod('b'))) ?? '', /^exceeded quota/)
    await server.ask('DELETE', `${quotas}/q`)
    const matchExpressions = [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-node-critical'] }]
    await install({ pods: '0' }, { scopeSelector: { matchExpressions } })
    assert.equal(await said('pods', pod('b')), undefined)
    assert.match(
      (await said('pods', pod('c', undefined, { priorityClassName: 'system-node-critical' }))) ?? '',
      /^exceeded quota/,
    )
  })

  test('count ports of services and storage, also of what grows', async () => {
    await install({
      'services.nodeports': '1',
      'requests.storage': '3Gi',
      'fast.storageclass.storage.k8s.io/requests.storage': '1Gi',
    })
    const service = (name: string, type: string) => object('Service', name, { spec: { type, ports: [{ port: 80 }] } })
    assert.equal(await said('services', service('a', 'NodePort')), undefined)
    assert.equal(await said('services', service('b', 'ClusterIP')), undefined)
    const { code, body } = await server.ask('PATCH', `${base}/services/b`, { spec: { type: 'NodePort' } })
    assert.deepEqual(
      [code, body.message],
      [
        403,
        'services "b" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1',
      ],
    )
    const claim = (name: string, storage: string, storageClassName = 'slow') =>
      object('PersistentVolumeClaim', name, {
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, storageClassName },
      })
    assert.equal(await said('persistentvolumeclaims', claim('a', '2Gi')), undefined)
    assert.match(
      (await said('persistentvolumeclaims', claim('b', '2Gi'))) ?? '',
      /requested: requests.storage=2Gi, used: requests.storage=2Gi/,
    )
    assert.match((await said('persistentvolumeclaims', claim('c', '1025Mi', 'fast'))) ?? '', /fast\.storageclass/)
    await used({
      'services.nodeports': '1',
      'requests.storage': '2Gi',
      'fast.storageclass.storage.k8s.io/requests.storage': '0',
    })
  })

  test('that someone else counts hold as far as that one has said', async () => {
    const other = await startServer()
    await other.ask('POST', quotas, object('ResourceQuota', 'q', { spec: { hard: { 'count/configmaps': '0' } } }))
    assert.equal((await other.ask('POST', `${base}/configmaps`, object('ConfigMap', 'a'))).code, 201)
    await other.ask('PATCH', `${quotas}/q/status`, { status: { hard: { 'count/configmaps': '1' } } })
    assert.equal((await other.ask('POST', `${base}/configmaps`, object('ConfigMap', 'b'))).code, 403)
    await other.close()
  })

  test('are what nothing else went wrong with', () => assert.deepEqual(server.log.errors, []))
})
