import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { asking, type HttpAnswer, type Question } from '../https.ts'
import { eventually, type Json, kubectl } from '../kubectl.ts'
import { assets } from './assets.ts'
import { startCluster } from './cluster.ts'
import { embedded } from './embedded.ts'
import { startEtcd } from './etcd.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'boats.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: {
      plural: 'boats',
      kind: 'Boat',
      singular: 'boat',
      listKind: 'BoatList',
      shortNames: ['bo'],
      categories: ['all'],
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {}, scale: { specReplicasPath: '.spec.a', statusReplicasPath: '.status.a' } },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A boat.',
            properties: {
              spec: {
                type: 'object',
                required: ['a'],
                properties: {
                  a: { type: 'integer', default: 3, description: 'How many.' },
                  b: { type: 'string', enum: ['x', 'y'] },
                  l: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['k'],
                    items: { type: 'object', required: ['k'], properties: { k: { type: 'string' } } },
                  },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
      {
        name: 'v2',
        served: true,
        storage: false,
        additionalPrinterColumns: [
          { name: 'A', type: 'integer', jsonPath: '.spec.a' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }
const aggregated = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' }

/** What is kept in another version, has columns that newer servers have no more, or fields that only it has or says otherwise. */
const otherwise = {
  hashes: new Set(['customresourcedefinitions', 'mutatingadmissionpolicies', 'mutatingadmissionpolicybindings']),
  columns: new Set(['serviceaccounts', 'csistoragecapacities']),
  fields: new Set(['jobs', 'replicasets', 'ipaddresses']),
}

const meta = 'g=meta.k8s.io'

/** Forms a client may want an object in, and a list. */
const forms: readonly string[] = [
  'application/json',
  'application/yaml',
  '*/*',
  'application/yaml;q=0.1,application/json;q=0.9',
  'application/json;stream=watch',
  'application/json;charset=utf-8',
  'text/plain, application/json',
  `application/json;as=Table;v=v1;${meta}`,
  `application/json;as=Table;v=v1beta1;${meta}`,
  `application/json;as=Table;v=v2;${meta},application/json`,
  `application/json;as=PartialObjectMetadata;v=v1;${meta}`,
  `application/json;as=PartialObjectMetadataList;v=v1;${meta}`,
  `application/yaml;as=PartialObjectMetadata;v=v1;${meta}`,
]

/** What is nobody's form: in which others there are is said differently, as only one server speaks protobuf. */
const formless: readonly string[] = [
  'text/html',
  'APPLICATION/JSON',
  'application/*',
  'application/yaml;stream=watch',
  'application/json;v=v1',
  `application/json;as=Table;v=v2;${meta}`,
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
]

/** Without what each server counts in its own way, and without what one says of the items of a list beside the list. */
const comparable = ({ text, body }: HttpAnswer): unknown =>
  JSON.parse(
    JSON.stringify(body ?? parse(text), (key, value) => {
      if (['uid', 'resourceVersion', 'creationTimestamp', 'time', 'managedFields'].includes(key)) return undefined
      if (key === 'items') return value.map(({ kind: _, apiVersion: __, ...rest }: Json) => rest)
      return key === 'cells' ? value.slice(0, -1) : value // the last one is an age
    }),
  )

/** Kinds that `kubectl explain` tells of, with all their fields. */
const explained = [
  ...[
    'pods',
    'services',
    'persistentvolumeclaims',
    'deployments.apps',
    'cronjobs.batch',
    'networkpolicies.networking.k8s.io',
  ],
  ...['roles.rbac.authorization.k8s.io', 'horizontalpodautoscalers.autoscaling', 'boats.example.com'],
  ...['customresourcedefinitions.apiextensions.k8s.io', 'pods.spec.containers.livenessProbe'],
]

describe('the embedded server tells of itself as a real one does', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  let files: readonly [real: string, ours: string]
  let both: (path: string, question?: Question) => Promise<readonly [real: HttpAnswer, ours: HttpAnswer]>
  /** Of what both serve. */
  let resources: ReadonlyMap<string, readonly [real: Json, ours: Json]>

  before(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'flotilla-documents-'))
    const etcd = open.use(await startEtcd(dir))
    const cluster = open.use(await startCluster({ name: 'host', etcd, dir, host: true }))
    const own = open.use(await embedded(dir))
    files = [cluster.kubeconfig, own.kubeconfig]
    const [real, ours] = files.map(asking) as [ReturnType<typeof asking>, ReturnType<typeof asking>]
    both = async (path, question) => Promise.all([real(path, question), ours(path, question)])
    const made = { method: 'POST', type: 'application/json', body: JSON.stringify(definition) }
    await both('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', made)
    await eventually(async () => {
      for (const { status } of await both('/openapi/v3/apis/example.com/v2')) assert.equal(status, 200)
      for (const { status } of await both('/apis/example.com/v1/boats')) assert.equal(status, 200)
    }, 60_000)
    resources = await served()
  })
  after(() => open.disposeAsync())

  const versions = async (): Promise<readonly string[]> => {
    const [, ours] = await both('/apis')
    const all = ours.body.groups.flatMap((group: Json) =>
      group.versions.map((each: Json) => `/apis/${each.groupVersion}`),
    )
    return ['/api/v1', ...all]
  }

  async function served(): Promise<ReadonlyMap<string, readonly [Json, Json]>> {
    const found = new Map<string, readonly [Json, Json]>()
    for (const path of await versions()) {
      const [real, ours] = await both(path)
      for (const each of ours.body.resources) {
        const other = real.body.resources.find(({ name }: Json) => name === each.name)
        assert.ok(other, `a kube-apiserver has no ${path}/${each.name}`)
        found.set(`${path}/${each.name}`, [other, each])
      }
    }
    return found
  }

  test('what may be done with each resource, by what names, and how it is kept', () => {
    for (const [path, [real, ours]] of resources) {
      const known = otherwise.hashes.has(real.name) ? { storageVersionHash: ours.storageVersionHash } : {}
      assert.deepEqual(ours, { ...real, ...known }, path)
    }
  })

  test('in which order groups, versions and resources come', async () => {
    const [real, ours] = await both('/apis')
    const names = (body: Json) =>
      body.groups.map(({ name, versions }: Json) => [name, versions.map((each: Json) => each.version)])
    const wanted = new Map(names(ours.body))
    assert.deepEqual(
      names(ours.body),
      names(real.body).filter(([name]: Json) => wanted.has(name)),
    )
    for (const path of await versions()) {
      const [listed, own] = (await both(path)).map(({ body }) => body.resources.map(({ name }: Json) => name))
      assert.deepEqual(
        own,
        listed.filter((name: string) => own.includes(name)),
        path,
      )
    }
  })

  test('the same at once', async () => {
    for (const path of ['/api', '/apis']) {
      const [real, ours] = await both(path, { headers: aggregated })
      assert.equal(ours.type, real.type)
      const theirs = new Map(real.body.items.map((item: Json) => [item.metadata.name, item]))
      for (const { metadata, versions } of ours.body.items) {
        const group = theirs.get(metadata.name) as Json
        assert.deepEqual(metadata, group.metadata)
        for (const [i, { resources }] of versions.entries())
          for (const resource of resources) {
            const other = group.versions[i].resources.find((each: Json) => each.resource === resource.resource)
            const known = (other.subresources ?? []).filter(({ subresource }: Json) =>
              resource.subresources?.some((each: Json) => each.subresource === subresource),
            )
            assert.deepEqual(resource, { ...other, ...(known.length > 0 ? { subresources: known } : {}) })
          }
      }
    }
  })

  test('what columns tables have', async () => {
    for (const [path, [{ name, verbs }]] of resources) {
      if (!verbs.includes('list') || otherwise.columns.has(name)) continue
      const [real, ours] = await both(`${path}?limit=1`, { headers: table })
      assert.deepEqual(ours.body.columnDefinitions, real.body.columnDefinitions, path)
    }
  })

  test('which fields may be asked for', async () => {
    for (const [path, [{ name, verbs }]] of resources) {
      if (!verbs.includes('list') || otherwise.fields.has(name)) continue
      const [real, ours] = await both(`${path}?fieldSelector=foo%3Dbar`)
      assert.deepEqual([ours.status, ours.body.message], [real.status, real.body.message], path)
    }
  })

  test('what the types of all kinds are', async () => {
    for (const path of await versions()) {
      const [real, ours] = await both(`/openapi/v3${path}`)
      const { schemas } = ours.body.components
      for (const [name, schema] of Object.entries(real.body.components.schemas))
        if (name in schemas && !name.endsWith('.DeleteOptions') && !name.endsWith('.WatchEvent'))
          assert.deepEqual(schemas[name], schema, `${path} ${name}`)
    }
  })

  test('how it is', async () => {
    for (const path of ['/healthz', '/livez', '/readyz', '/readyz/ping', '/livez/ping', '/readyz?exclude=ping']) {
      const [real, ours] = await both(path)
      assert.deepEqual([ours.status, ours.type, ours.text], [real.status, real.type, real.text], path)
    }
    const [real, ours] = await both('/livez?verbose')
    assert.deepEqual([ours.status, ours.text.split('\n')[0]], [real.status, '[+]ping ok'])
    assert.equal(ours.text.split('\n').at(-2), real.text.split('\n').at(-2))
  })

  test('in which forms objects come', async () => {
    const maps = '/api/v1/namespaces/default/configmaps'
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'form', labels: { form: 'one' } },
      data: { a: 'b' },
    }
    await both(maps, { method: 'POST', type: 'application/json', body: JSON.stringify(map) })
    for (const path of [`${maps}/form`, `${maps}?labelSelector=form`, `${maps}/form?includeObject=None`])
      for (const accept of forms) {
        const [real, ours] = await both(path, { headers: { accept } })
        assert.equal(ours.status, real.status, `${path} as ${accept}`)
        if (real.status === 200) assert.equal(ours.type, real.type, `${path} as ${accept}`)
        assert.deepEqual(comparable(ours), comparable(real), `${path} as ${accept}`)
      }
    for (const accept of formless) {
      const [real, ours] = await both(`${maps}/form`, { headers: { accept } })
      assert.deepEqual([ours.status, ours.body.reason], [real.status, real.body.reason], accept)
      assert.equal(ours.body.message.split(':')[0], real.body.message.split(':')[0], accept)
    }
    const [real, ours] = await both(`${maps}/form?includeObject=Foo`, { headers: table })
    assert.deepEqual(comparable(ours), comparable(real))
    for (const { text } of await both(`${maps}/form?pretty=1`)) assert.match(text, /^\{\n {2}".*\}$/s)
  })

  test('what is watched by an old path', async () => {
    const seen = ({ text }: HttpAnswer) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .map(({ type, object }) => `${type} ${object.kind} ${object.metadata.name}`)
        .toSorted()
    for (const path of ['watch/namespaces/default', 'watch/namespaces/default/configmaps/form', 'watch/configmaps']) {
      const selector = path === 'watch/configmaps' ? '&labelSelector=form' : ''
      const [real, ours] = await both(`/api/v1/${path}?timeoutSeconds=1${selector}`)
      assert.deepEqual(seen(ours), seen(real), path)
    }
  })

  test('what kubectl explains', async () => {
    for (const resource of explained) {
      const [real, ours] = await Promise.all(files.map((file) => kubectl(file)('explain', resource, '--recursive')))
      assert.equal(ours, real, resource)
    }
  })
})
