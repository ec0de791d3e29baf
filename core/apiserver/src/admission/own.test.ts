import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startServer, type TestServer } from '../testing/server.ts'

const pods = '/api/v1/namespaces/default/pods'
const claims = '/api/v1/namespaces/default/persistentvolumeclaims'
const classes = '/apis/scheduling.k8s.io/v1/priorityclasses'
const ranges = '/api/v1/namespaces/default/limitranges'

type Words = Readonly<Record<string, unknown>>

const container = (name: string, resources?: Words) => ({ name, image: 'x', ...(resources && { resources }) })
const pod = (containers: readonly object[], more: Words = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers, ...more },
})
const plain = [container('a')]

describe("a cluster's own admission", () => {
  let server: TestServer

  before(async () => {
    server = await startServer()
  })
  after(() => server.close())

  const create = (spec: object) => server.ask('POST', `${pods}?dryRun=All`, spec)
  const refused = async (spec: object) => {
    const { code, body } = await create(spec)
    assert.deepEqual([code, body.reason], [403, 'Forbidden'])
    return body.message.replace('pods "p" is forbidden: ', '')
  }
  const priorityOf = ({ body: { spec } }: Awaited<ReturnType<typeof create>>) => [
    spec.priority,
    spec.preemptionPolicy,
    spec.priorityClassName,
  ]

  test('gives pods the priority of their class', async () => {
    assert.deepEqual(priorityOf(await create(pod(plain))), [0, 'PreemptLowerPriority', undefined])
    assert.equal(await refused(pod(plain, { priorityClassName: 'nope' })), 'no PriorityClass with name nope was found')
    assert.equal(
      await refused(pod(plain, { priority: 5 })),
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    )
    assert.equal(
      (await create(pod(plain, { priorityClassName: 'system-node-critical' }))).body.spec.priority,
      2_000_001_000,
    )
    const priorityClass = (name: string) => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value: 7,
      globalDefault: true,
      preemptionPolicy: 'Never',
    })
    await server.ask('POST', classes, priorityClass('usual'))
    assert.deepEqual(priorityOf(await create(pod(plain))), [7, 'Never', 'usual'])
    const { code, body } = await server.ask('POST', classes, priorityClass('other'))
    assert.deepEqual(
      [code, body.message],
      [
        403,
        'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
      ],
    )
    await server.ask('DELETE', `${classes}/usual`)
  })

  test('gives pods and claims the limits of their namespace', async () => {
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
    await server.ask('POST', ranges, {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'l' },
      spec: { limits },
    })
    const { body } = await create(pod([container('a'), container('b', { limits: { cpu: '300m' } })]))
    assert.deepEqual(
      body.spec.containers.map(({ resources }: { resources: object }) => resources),
      [
        { requests: { cpu: '200m', memory: '512Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
        { requests: { cpu: '300m', memory: '512Mi' }, limits: { cpu: '300m', memory: '512Mi' } },
      ],
    )
    assert.equal(
      body.metadata.annotations['kubernetes.io/limit-ranger'],
      'LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a; memory request for container b; memory limit for container b',
    )
    assert.equal(
      await refused(pod([container('a', { requests: { cpu: '50m' }, limits: { cpu: '2', memory: '2Gi' } })])),
      '[minimum cpu usage per Container is 100m, but request is 50m, maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Container is 1Gi, but limit is 2Gi, cpu max limit to request ratio per Container is 4, but provided ratio is 40.000000]',
    )
    assert.equal(
      await refused(pod(['a', 'b', 'c'].map((name) => container(name, { limits: { memory: '1Gi' } })))),
      'maximum memory usage per Pod is 2Gi, but limit is 3Gi',
    )
    const claim = (storage: string) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    })
    const said = async (storage: string) => (await server.ask('POST', claims, claim(storage))).body.message
    assert.match(await said('1Mi'), /minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi$/)
    assert.match(await said('9Gi'), /maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 9Gi$/)
    await server.ask('DELETE', `${ranges}/l`)
  })

  test('gives claims and ingresses the class that is marked', async () => {
    const marked = (apiVersion: string, kind: string, name: string, annotation: string, more: Words) => ({
      apiVersion,
      kind,
      metadata: { name, annotations: { [annotation]: 'true' } },
      ...more,
    })
    await server.ask(
      'POST',
      '/apis/storage.k8s.io/v1/storageclasses',
      marked('storage.k8s.io/v1', 'StorageClass', 'fast', 'storageclass.kubernetes.io/is-default-class', {
        provisioner: 'x',
      }),
    )
    await server.ask(
      'POST',
      '/apis/networking.k8s.io/v1/ingressclasses',
      marked('networking.k8s.io/v1', 'IngressClass', 'door', 'ingressclass.kubernetes.io/is-default-class', {
        spec: { controller: 'example.com/x' },
      }),
    )
    const claim = (spec: Words = {}) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'c' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    })
    const classOf = async (spec?: Words) =>
      (await server.ask('POST', `${claims}?dryRun=All`, claim(spec))).body.spec.storageClassName
    assert.equal(await classOf(), 'fast')
    assert.equal(await classOf({ storageClassName: 'slow' }), 'slow')
    assert.equal(await classOf({ storageClassName: '' }), '')
    const { body } = await server.ask('POST', '/apis/networking.k8s.io/v1/namespaces/default/ingresses?dryRun=All', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'i' },
      spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    })
    assert.equal(body.spec.ingressClassName, 'door')
  })

  test('is what nothing else went wrong with', () => assert.deepEqual(server.log.errors, []))
})
