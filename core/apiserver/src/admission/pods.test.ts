import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { startServer, type TestServer } from '../testing/server.ts'

type Fields = Readonly<Record<string, unknown>>

const base = '/api/v1/namespaces/default'
const pod = (spec: Fields = {}, metadata: Fields = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...metadata },
  spec: { containers: [{ name: 'c', image: 'x' }], ...spec },
})
const tokenKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()

describe('a new Pod', () => {
  let server: TestServer

  before(async () => {
    server = await startServer({ access: { tokenKey } })
  })
  after(() => server.close())

  const create = (spec: Fields = {}, metadata: Fields = {}, namespace = 'default') =>
    server.ask('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod(spec, metadata))
  const specOf = async (spec: Fields = {}, metadata: Fields = {}) => {
    const { code, body } = await create(spec, metadata)
    assert.equal(code, 201, body.message)
    return body.spec
  }
  const refused = async (spec: Fields) => {
    const { code, body } = await create(spec)
    assert.equal(code, 403)
    return body.message.replace('pods "p" is forbidden: ', '')
  }

  test('has the token of its account, in every container', async () => {
    const { serviceAccountName, volumes, containers, initContainers } = await specOf({
      initContainers: [{ name: 'i', image: 'x' }],
    })
    assert.equal(serviceAccountName, 'default')
    assert.match(volumes[0].name, /^kube-api-access-\w{5}$/)
    for (const { volumeMounts } of [...containers, ...initContainers])
      assert.deepEqual(volumeMounts, [
        { name: volumes[0].name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
      ])
    assert.equal((await specOf({ automountServiceAccountToken: false })).volumes, undefined)
  })

  test('pulls images with the secrets of its account', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'puller' } }
    await server.ask('POST', `${base}/serviceaccounts`, { ...account, imagePullSecrets: [{ name: 's' }] })
    assert.deepEqual((await specOf({ serviceAccountName: 'puller' })).imagePullSecrets, [{ name: 's' }])
    const own = { serviceAccountName: 'puller', imagePullSecrets: [{ name: 'own' }] }
    assert.deepEqual((await specOf(own)).imagePullSecrets, [{ name: 'own' }])
  })

  test('runs as an account that there is', async () => {
    assert.equal(
      await refused({ serviceAccountName: 'nobody' }),
      'error looking up service account default/nobody: serviceaccount "nobody" not found',
    )
    assert.equal(
      (await specOf({ nodeName: 'n' }, { annotations: { 'kubernetes.io/config.mirror': 'x' } })).volumes,
      undefined,
    )
  })

  test('waits for the account of a new namespace', async () => {
    const metadata = { name: 'new' }
    const [, { code }] = await Promise.all([
      server.ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata }),
      new Promise<void>((resolve) => setImmediate(resolve)).then(() => create({}, {}, 'new')),
    ])
    assert.equal(code, 201)
  })

  test('stays for a while where nobody hears of its machine', async () => {
    const unreachable = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' }
    const usual = { ...unreachable, tolerationSeconds: 300 }
    const notReady = { ...usual, key: 'node.kubernetes.io/not-ready' }
    assert.deepEqual((await specOf()).tolerations, [notReady, usual])
    assert.deepEqual((await specOf({ tolerations: [unreachable] })).tolerations, [unreachable, notReady])
    assert.deepEqual((await specOf({ tolerations: [{ operator: 'Exists' }] })).tolerations, [{ operator: 'Exists' }])
  })

  test('gets what its class of runtime brings along', async () => {
    await server.ask('POST', '/apis/node.k8s.io/v1/runtimeclasses', {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'sandbox' },
      handler: 'sandbox',
      overhead: { podFixed: { memory: '128Mi' } },
      scheduling: { nodeSelector: { pool: 'sandbox' } },
    })
    const { overhead, nodeSelector } = await specOf({ runtimeClassName: 'sandbox', nodeSelector: { a: 'b' } })
    assert.deepEqual([overhead, nodeSelector], [{ memory: '128Mi' }, { a: 'b', pool: 'sandbox' }])
    assert.equal(
      await refused({ runtimeClassName: 'sandbox', nodeSelector: { pool: 'other' } }),
      'conflict: runtimeClass.scheduling.nodeSelector[pool] = sandbox; pod.spec.nodeSelector[pool] = other',
    )
    assert.equal(await refused({ runtimeClassName: 'nope' }), 'pod rejected: RuntimeClass "nope" not found')
  })

  test('is left alone where Pods do not run', async (t) => {
    const other = await startServer({ access: { tokenKey }, withoutAdmission: ['ServiceAccount'] })
    t.after(() => other.close())
    const { code, body } = await other.ask('POST', `${base}/pods`, pod({ serviceAccountName: 'elsewhere' }))
    assert.deepEqual([code, body.spec.volumes], [201, undefined])
  })
})
