import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import {
  configMap,
  configMapPath,
  startServer,
  type TestServer,
  widget,
  widgetPath,
  widgets,
} from '../testing/server.ts'

let api: TestServer
before(async () => {
  api = await startServer({ crds: [widgets] })
})
after(async () => {
  await api.close()
  assert.deepEqual(api.log.errors, [])
})

test('a new object gets what only the server may say', async () => {
  const { code, body } = await api.ask('POST', widgetPath, {
    ...widget(
      'born',
      {},
      {
        uid: 'mine',
        generation: 7,
        deletionTimestamp: '2020-01-01T00:00:00Z',
        creationTimestamp: '2020-01-01T00:00:00Z',
      },
    ),
    status: { size: 9 },
  })
  assert.equal(code, 201)
  assert.match(body.metadata.uid, /^[0-9a-f-]{36}$/)
  assert.notEqual(body.metadata.creationTimestamp, '2020-01-01T00:00:00Z')
  assert.equal(body.metadata.deletionTimestamp, undefined)
  assert.equal(body.metadata.generation, 1)
  assert.match(body.metadata.resourceVersion, /^\d+$/)
  assert.equal(body.metadata.namespace, 'default')
  assert.equal(body.spec.size, 3) // the schema's default
  assert.equal(body.status, undefined) // a subresource of its own
  assert.ok(Object.isFrozen(body.spec))
})

test('what plays the kubelet may make an object with its status', async () => {
  const own = await startServer({ crds: [widgets], keepsStatus: ({ name }) => name === 'admin' })
  const { body } = await own.ask('POST', widgetPath, { ...widget('whole', {}), status: { size: 9 } })
  assert.deepEqual(body.status, { size: 9 })
  await own.close()
})

test('nulls in metadata say nothing', async () => {
  const metadata = { creationTimestamp: null, labels: null, ownerReferences: null }
  const { code, body } = await api.ask('POST', configMapPath, configMap('nulls', {}, metadata))
  assert.deepEqual([code, body.metadata.labels], [201, undefined])
})

test('a name is made from generateName', async () => {
  const made = { ...configMap('', {}), metadata: { generateName: 'made-' } }
  const [one, two] = await Promise.all([api.ask('POST', configMapPath, made), api.ask('POST', configMapPath, made)])
  assert.match(one.body.metadata.name, /^made-[a-z0-9]{5}$/)
  assert.notEqual(one.body.metadata.name, two.body.metadata.name)
  const long = await api.ask('POST', configMapPath, { ...made, metadata: { generateName: 'x'.repeat(80) } })
  assert.equal(long.body.metadata.name.length, 63)
})

test('generation counts changes of what is wanted, not of labels and status', async () => {
  await api.ask('POST', widgetPath, widget('counted'))
  const path = `${widgetPath}/counted`
  const generation = async (method: string, at: string, body: object) =>
    (await api.ask(method, at, body)).body.metadata.generation
  assert.equal(await generation('PATCH', path, { metadata: { labels: { a: 'b' } } }), 1)
  assert.equal(await generation('PATCH', `${path}/status`, { status: { size: 1 } }), 1)
  assert.equal(await generation('PATCH', path, { spec: { size: 9 } }), 2)
  assert.equal(await generation('PATCH', path, { metadata: { generation: 77 } }), 2)
})

test('a write that changes nothing is none', async () => {
  const { body: first } = await api.ask('POST', configMapPath, configMap('same', { a: 'b' }))
  const again = [
    await api.ask('PUT', `${configMapPath}/same`, { ...first }),
    await api.ask('PUT', `${configMapPath}/same`, configMap('same', { a: 'b' })),
    await api.ask('PATCH', `${configMapPath}/same`, { data: { a: 'b' } }),
    await api.ask('PATCH', `${configMapPath}/same`, [{ op: 'replace', path: '/data/a', value: 'b' }]),
  ]
  for (const { code, body } of again) {
    assert.equal(code, 200)
    assert.equal(body.metadata.resourceVersion, first.metadata.resourceVersion)
  }
})

test('the status is written apart from the rest', async () => {
  await api.ask('POST', widgetPath, widget('apart', { size: 4 }))
  const path = `${widgetPath}/apart`
  const { body } = await api.ask('PATCH', `${path}/status`, {
    spec: { size: 8 },
    status: { size: 2 },
    metadata: { labels: { a: 'b' } },
  })
  assert.equal(body.spec.size, 4)
  assert.deepEqual(body.status, { size: 2 })
  assert.equal(body.metadata.labels, undefined)
  const { body: whole } = await api.ask('PUT', path, { ...body, spec: { size: 5 }, status: { size: 99 } })
  assert.deepEqual([whole.spec.size, whole.status.size], [5, 2])
  assert.deepEqual((await api.ask('GET', `${path}/status`)).body, whole)
})

test('what only the server may say stays through updates', async () => {
  const { body: first } = await api.ask('POST', widgetPath, widget('kept'))
  const { uid: _, creationTimestamp: __, ...metadata } = first.metadata
  const { body } = await api.ask('PUT', `${widgetPath}/kept`, { ...first, metadata, spec: { size: 8 } })
  assert.equal(body.metadata.uid, first.metadata.uid)
  assert.equal(body.metadata.creationTimestamp, first.metadata.creationTimestamp)
})

test('who an object is never changes', async () => {
  const { body: first } = await api.ask('POST', configMapPath, configMap('someone'))
  const put = (metadata: object) =>
    api.ask('PUT', `${configMapPath}/someone`, { ...first, metadata: { ...first.metadata, ...metadata } })
  const other = await put({ uid: 'other' })
  assert.deepEqual([other.code, other.body.reason], [409, 'Conflict'])
  const older = await put({ creationTimestamp: '2020-01-01T00:00:00Z' })
  assert.equal(older.code, 422)
  assert.equal(older.body.details.causes[0].field, 'metadata.creationTimestamp')
  assert.match(older.body.message, /field is immutable$/)
  const dying = await put({ deletionTimestamp: '2020-01-01T00:00:00Z' })
  assert.deepEqual([dying.code, dying.body.metadata.deletionTimestamp], [200, undefined])
})

test('of two writers with one resourceVersion the second is told', async () => {
  const { body: first } = await api.ask('POST', widgetPath, widget('raced'))
  const put = (size: number) => api.ask('PUT', `${widgetPath}/raced`, { ...first, spec: { size } })
  const answers = await Promise.all([put(5), put(6), put(7)])
  assert.deepEqual(
    answers.map(({ code }) => code),
    [200, 409, 409],
  )
})

test('patches without a resourceVersion all get through', async () => {
  await api.ask('POST', configMapPath, configMap('busy'))
  const patches = Array.from({ length: 50 }, (_, index) =>
    api.ask('PATCH', `${configMapPath}/busy`, { data: { [`key${index}`]: 'x' } }),
  )
  for (const { code } of await Promise.all(patches)) assert.equal(code, 200)
  const { body } = await api.ask('GET', `${configMapPath}/busy`)
  assert.equal(Object.keys(body.data).length, 50)
})

test('a dry run answers as if, and stores nothing', async () => {
  const { code, body } = await api.ask('POST', `${configMapPath}?dryRun=All`, configMap('dry', { a: 'b' }))
  assert.deepEqual([code, body.data], [201, { a: 'b' }])
  assert.equal((await api.ask('GET', `${configMapPath}/dry`)).code, 404)
  await api.ask('POST', configMapPath, configMap('dry'))
  assert.deepEqual((await api.ask('PATCH', `${configMapPath}/dry?dryRun=All`, { data: { c: 'd' } })).body.data, {
    c: 'd',
  })
  assert.equal((await api.ask('DELETE', `${configMapPath}/dry?dryRun=All`)).code, 200)
  assert.equal((await api.ask('DELETE', `${configMapPath}/dry`, { dryRun: ['All'] })).code, 200)
  assert.deepEqual((await api.ask('GET', `${configMapPath}/dry`)).body.data ?? {}, {})
})

test('what is applied says its name', async () => {
  const nameless = { apiVersion: 'v1', kind: 'ConfigMap', data: {} }
  const path = `${configMapPath}/nameless?fieldManager=one`
  const { code, body } = await api.ask('PATCH', path, nameless, { 'content-type': 'application/apply-patch+yaml' })
  const message = 'the name of the object (nameless based on URL) was undeterminable: name must be provided'
  assert.deepEqual([code, body.message], [400, message])
})

test('a scale is applied as what it is, unless somebody else owns it', async () => {
  const path = '/apis/apps/v1/namespaces/default/deployments'
  const labels = { app: 'scaled' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'a' }] } }
  const spec = { replicas: 1, selector: { matchLabels: labels }, template }
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'scaled' }, spec }
  await api.ask('POST', `${path}?fieldManager=owner`, deployment)
  const scale = (replicas: number, force = false) =>
    api.ask(
      'PATCH',
      `${path}/scaled/scale?fieldManager=scaler&force=${force}`,
      { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'scaled' }, spec: { replicas } },
      { 'content-type': 'application/apply-patch+yaml' },
    )
  const refused = await scale(4)
  assert.deepEqual(
    [refused.code, refused.body.message],
    [409, 'Apply failed with 1 conflict: conflict with "owner" using autoscaling/v1: .spec.replicas'],
  )
  assert.deepEqual((await scale(4, true)).body.spec, { replicas: 4 })
  assert.deepEqual((await scale(5)).body.spec, { replicas: 5 })
  assert.equal((await api.ask('GET', `${path}/scaled`)).body.spec.replicas, 5)
})

test('an update makes what is not there, of kinds that are made so', async () => {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'put' }, spec: {} }
  assert.equal((await api.ask('PUT', `${leases}/put?dryRun=All`, lease)).code, 201)
  const made = await api.ask('PUT', `${leases}/put`, lease)
  assert.equal(made.code, 201)
  assert.equal((await api.ask('PUT', `${leases}/put`, made.body)).code, 200)
  const meant = { ...lease, metadata: { name: 'meant', resourceVersion: '5' } }
  assert.equal((await api.ask('PUT', `${leases}/meant`, meant)).code, 404)
  assert.equal((await api.ask('PUT', `${configMapPath}/put`, configMap('put', {}))).code, 404)
})

test('server-side apply creates, changes, and refuses conflicts', async () => {
  const apply = (manager: string, data: object, force = false) =>
    api.ask('PATCH', `${configMapPath}/applied?fieldManager=${manager}&force=${force}`, configMap('applied', data), {
      'content-type': 'application/apply-patch+yaml',
    })
  const first = await apply('one', { a: '1' })
  assert.equal(first.code, 201)
  const again = await apply('one', { a: '1' })
  assert.deepEqual([again.code, again.body], [200, first.body])
  assert.deepEqual((await apply('two', { b: '2' })).body.data, { a: '1', b: '2' })
  const conflict = await apply('two', { a: '2', b: '2' })
  assert.deepEqual([conflict.code, conflict.body.reason], [409, 'Conflict'])
  assert.deepEqual((await apply('two', { a: '2', b: '2' }, true)).body.data, { a: '2', b: '2' })
  assert.deepEqual((await apply('two', { b: '2' })).body.data, { b: '2' })
})

test('finalizers hold a deletion until they are gone', async () => {
  await api.ask('POST', widgetPath, widget('held', {}, { finalizers: ['example.com/hold'] }))
  const path = `${widgetPath}/held`
  const { code, body } = await api.ask('DELETE', path)
  assert.equal(code, 200)
  assert.match(body.metadata.deletionTimestamp, /Z$/)
  assert.equal(body.metadata.deletionGracePeriodSeconds, 0)
  assert.equal(body.metadata.generation, 2)
  const again = await api.ask('DELETE', path)
  assert.equal(again.body.metadata.resourceVersion, body.metadata.resourceVersion)
  const added = await api.ask('PATCH', path, { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } })
  assert.equal(
    added.body.message,
    'Widget.example.com "held" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
  )
  const taken = await api.ask('POST', widgetPath, widget('held'))
  assert.equal(taken.body.message, 'object is being deleted: widgets.example.com "held" already exists')
  assert.equal((await api.ask('PATCH', path, { metadata: { finalizers: null } })).code, 200)
  assert.equal((await api.ask('GET', path)).code, 404)
})

test('a deletion happens only to the object that was meant', async () => {
  const { body } = await api.ask('POST', configMapPath, configMap('meant'))
  const path = `${configMapPath}/meant`
  const wrongUid = await api.ask('DELETE', path, { preconditions: { uid: 'other' } })
  assert.equal(wrongUid.code, 409)
  assert.match(
    wrongUid.body.message,
    /^Operation cannot be fulfilled on ConfigMap "\w+": the UID in the precondition \(other\) does not match the UID in record/,
  )
  assert.equal((await api.ask('DELETE', path, { preconditions: { resourceVersion: '1' } })).code, 409)
  const { uid, resourceVersion } = body.metadata
  const right = await api.ask('DELETE', path, { preconditions: { uid, resourceVersion } })
  assert.deepEqual(right.body, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: 'meant', kind: 'configmaps', uid },
  })
})

test('a collection is deleted as selected', async () => {
  for (const name of ['c1', 'c2', 'c3']) {
    await api.ask('POST', configMapPath, configMap(name, {}, { labels: { set: name === 'c3' ? 'b' : 'a' } }))
  }
  const { code, body } = await api.ask('DELETE', `${configMapPath}?labelSelector=set%3Da`)
  assert.equal(code, 200)
  assert.equal(body.items.length, 2)
  const left = await api.ask('GET', `${configMapPath}?labelSelector=set`)
  assert.deepEqual(
    left.body.items.map((item: { metadata: { name: string } }) => item.metadata.name),
    ['c3'],
  )
})

test('a deletion that is misunderstood deletes nothing', async () => {
  await api.ask('POST', configMapPath, configMap('stays'))
  const options = [
    [],
    { gracePeriodSeconds: 'x' },
    { preconditions: 5 },
    { orphanDependents: 'yes' },
    { dryRun: 'All' },
    { kind: 'ConfigMap' },
    configMap('stays'),
  ]
  for (const body of options) {
    const { code } = await api.ask('DELETE', `${configMapPath}/stays`, body)
    assert.equal(code, 400, JSON.stringify(body))
  }
  const understood = { gracePeriodSeconds: 0, preconditions: null, dryRun: ['All'] }
  assert.equal((await api.ask('DELETE', `${configMapPath}/stays`, understood)).code, 200)
  assert.equal((await api.ask('GET', `${configMapPath}/stays`)).code, 200)
})

test('a scale that is none scales nothing', async () => {
  await api.ask('POST', widgetPath, widget('steady', { size: 2 }))
  for (const body of [[], 5, { spec: 'x' }, { spec: [] }]) {
    const { code } = await api.ask('PUT', `${widgetPath}/steady/scale`, body)
    assert.equal(code, 400, JSON.stringify(body))
  }
  for (const type of [
    { apiVersion: 'example.com/v1', kind: 'Widget' },
    { apiVersion: 'autoscaling/v2', kind: 'Scale' },
  ]) {
    const { code, body } = await api.ask('PUT', `${widgetPath}/steady/scale`, { ...type, spec: { replicas: 7 } })
    assert.deepEqual([code, body.reason], [400, 'BadRequest'])
    assert.match(body.message, /cannot be handled as a Scale/)
  }
  assert.equal((await api.ask('GET', `${widgetPath}/steady`)).body.spec.size, 2)
})

test('scale reads and writes the paths the kind names', async () => {
  await api.ask('POST', widgetPath, widget('scaled', { size: 2 }))
  await api.ask('PATCH', `${widgetPath}/scaled/status`, { status: { size: 1, selector: 'app=w' } })
  const path = `${widgetPath}/scaled/scale`
  const { body } = await api.ask('GET', path)
  assert.deepEqual(
    [body.kind, body.apiVersion, body.spec, body.status],
    ['Scale', 'autoscaling/v1', { replicas: 2 }, { replicas: 1, selector: 'app=w' }],
  )
  const { body: updated } = await api.ask('PUT', path, { ...body, spec: { replicas: 6 } })
  assert.equal(updated.spec.replicas, 6)
  assert.equal((await api.ask('PUT', path, { ...body, spec: { replicas: 7 } })).code, 409)
  assert.equal((await api.ask('PATCH', path, { spec: { replicas: 8 } })).body.spec.replicas, 8)
  assert.equal((await api.ask('PATCH', path, { spec: { replicas: -1 } })).code, 422)
  assert.equal((await api.ask('GET', `${widgetPath}/scaled`)).body.spec.size, 8)
})

test('lists are selected, ordered, and of one namespace or of all', async () => {
  await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'other' } })
  await api.ask('POST', '/apis/example.com/v1/namespaces/other/widgets', widget('z-far', { color: 'blue' }))
  await api.ask('POST', widgetPath, widget('z-near', { color: 'blue' }, { labels: { where: 'near' } }))
  const names = async (path: string) =>
    (await api.ask('GET', path)).body.items.map((item: { metadata: { name: string } }) => item.metadata.name)
  assert.deepEqual(await names('/apis/example.com/v1/widgets?fieldSelector=spec.color%3Dblue'), ['z-near', 'z-far'])
  assert.deepEqual(await names(`${widgetPath}?labelSelector=where%3Dnear`), ['z-near'])
  assert.deepEqual(await names(`${widgetPath}?fieldSelector=metadata.name%3Dz-near`), ['z-near'])
  assert.deepEqual(
    await names('/apis/example.com/v1/widgets?fieldSelector=metadata.name%3Dz-far,metadata.namespace%3Dother'),
    ['z-far'],
  )
  assert.deepEqual(await names(`${widgetPath}?fieldSelector=metadata.name%3Dnobody`), [])
})

test('pages of a list are of one moment', async () => {
  const path = '/api/v1/namespaces/kube-public/configmaps'
  for (const name of ['p1', 'p2', 'p3', 'p4', 'p5']) await api.ask('POST', path, configMap(name))
  const page = async (query: string) => {
    const { body } = await api.ask('GET', `${path}?limit=2${query}`)
    return {
      names: body.items.map((item: { metadata: { name: string } }) => item.metadata.name),
      metadata: body.metadata,
    }
  }
  const first = await page('')
  assert.deepEqual(first.names, ['p1', 'p2'])
  assert.equal(first.metadata.remainingItemCount, 3)
  await api.ask('DELETE', `${path}/p3`)
  await api.ask('POST', path, configMap('p35'))
  const second = await page(`&continue=${first.metadata.continue}`)
  assert.deepEqual(second.names, ['p3', 'p4'])
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion)
  const third = await page(`&continue=${second.metadata.continue}`)
  assert.deepEqual([third.names, third.metadata.continue], [['p5'], undefined])
  const exact = await api.ask(
    'GET',
    `${path}?resourceVersion=${first.metadata.resourceVersion}&resourceVersionMatch=Exact`,
  )
  assert.equal(exact.body.items.length, 5)
})

test('a page of what is forgotten is refused, and the rest can be had as it is now', async () => {
  const forgetful = await startServer({ history: 3 })
  for (const name of ['p1', 'p2', 'p3', 'p4', 'p5']) await forgetful.ask('POST', configMapPath, configMap(name))
  const page = async (token: string) => (await forgetful.ask('GET', `${configMapPath}?limit=2&continue=${token}`)).body
  const first = await page('')
  await forgetful.ask('DELETE', `${configMapPath}/p3`)
  for (const name of ['p0', 'p6', 'p7']) await forgetful.ask('POST', configMapPath, configMap(name))
  const expired = await page(first.metadata.continue)
  assert.deepEqual([expired.code, expired.reason], [410, 'Expired'])
  const names = ({ items }: { items: readonly Manifest[] }) => items.map(({ metadata }) => metadata.name)
  const second = await page(expired.metadata.continue)
  const third = await page(second.metadata.continue)
  assert.deepEqual([names(second), names(third), third.metadata.continue], [['p4', 'p5'], ['p6', 'p7'], undefined])
  assert.ok(Number(second.metadata.resourceVersion) > Number(first.metadata.resourceVersion))
  assert.equal(third.metadata.resourceVersion, second.metadata.resourceVersion)
  await forgetful.close()
})

const cases: readonly [
  what: string,
  method: string,
  path: string,
  body: unknown,
  code: number,
  reason: string | undefined,
  message: string,
][] = [
  ['no object', 'GET', `${configMapPath}/none`, undefined, 404, 'NotFound', 'configmaps "none" not found'],
  [
    'no object in a group',
    'GET',
    `${widgetPath}/none`,
    undefined,
    404,
    'NotFound',
    'widgets.example.com "none" not found',
  ],
  [
    'nothing to update',
    'PUT',
    `${configMapPath}/none`,
    configMap('none'),
    404,
    'NotFound',
    'configmaps "none" not found',
  ],
  ['nothing to patch', 'PATCH', `${configMapPath}/none`, {}, 404, 'NotFound', 'configmaps "none" not found'],
  ['nothing to delete', 'DELETE', `${configMapPath}/none`, undefined, 404, 'NotFound', 'configmaps "none" not found'],
  [
    'no resource',
    'GET',
    '/apis/example.com/v1/gadgets',
    undefined,
    404,
    'NotFound',
    'the server could not find the requested resource',
  ],
  ['no path', 'GET', '/nowhere', undefined, 404, 'NotFound', 'the server could not find the requested resource'],
  [
    'no subresource',
    'GET',
    `${configMapPath}/none/status`,
    undefined,
    404,
    'NotFound',
    'the server could not find the requested resource',
  ],
  [
    'a namespace for a thing of the cluster',
    'GET',
    '/api/v1/namespaces/default/namespaces',
    undefined,
    404,
    'NotFound',
    'the server could not find the requested resource',
  ],
  [
    'creation at a name',
    'POST',
    `${configMapPath}/x`,
    configMap('x'),
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  ],
  [
    'creation in all namespaces',
    'POST',
    '/api/v1/configmaps',
    configMap('x'),
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
  ],
  [
    'a namespace that is not there',
    'POST',
    '/api/v1/namespaces/none/configmaps',
    configMap('x'),
    404,
    'NotFound',
    'namespaces "none" not found',
  ],
  [
    'a body that is no object',
    'POST',
    configMapPath,
    ['x'],
    400,
    'BadRequest',
    'the object provided is unrecognized (must be of type ConfigMap): it is not an object',
  ],
  [
    'no body',
    'POST',
    configMapPath,
    undefined,
    400,
    'BadRequest',
    'the object provided is unrecognized (must be of type ConfigMap): it is not an object',
  ],
  [
    'another version',
    'POST',
    configMapPath,
    { ...configMap('x'), apiVersion: 'v2' },
    400,
    'BadRequest',
    'the API version in the data (v2) does not match the expected API version (v1)',
  ],
  [
    'another kind',
    'POST',
    widgetPath,
    { ...widget('x'), kind: 'Gadget' },
    422,
    'Invalid',
    'Gadget.example.com "x" is invalid: kind: Invalid value: "Gadget": must be Widget',
  ],
  [
    'another namespace',
    'POST',
    configMapPath,
    configMap('x', {}, { namespace: 'other' }),
    400,
    'BadRequest',
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  [
    'another name',
    'PUT',
    `${configMapPath}/x`,
    configMap('y'),
    400,
    'BadRequest',
    'the name of the object (y) does not match the name on the URL (x)',
  ],
  [
    'a version at creation',
    'POST',
    configMapPath,
    configMap('x', {}, { resourceVersion: '5' }),
    500,
    undefined,
    'resourceVersion should not be set on objects to be created',
  ],
  [
    'no version at an update',
    'PUT',
    `${widgetPath}/one`,
    widget('one'),
    422,
    'Invalid',
    'widgets.example.com "one" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
  ],
  [
    'no name',
    'POST',
    configMapPath,
    { metadata: {} },
    422,
    'Invalid',
    'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  ],
  [
    'a value out of range',
    'POST',
    widgetPath,
    widget('x', { size: 0 }),
    422,
    'Invalid',
    'Widget.example.com "x" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
  ],
  [
    'a label with spaces',
    'POST',
    configMapPath,
    configMap('x', {}, { labels: { a: 'b c' } }),
    422,
    'Invalid',
    `ConfigMap "x" is invalid: metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
  ],
  [
    'labels that are no strings',
    'POST',
    configMapPath,
    configMap('x', {}, { labels: { a: 1 } }),
    400,
    'BadRequest',
    '',
  ],
  ['metadata that is no object', 'POST', configMapPath, { metadata: 'x' }, 400, 'BadRequest', ''],
  [
    'a field nobody knows',
    'POST',
    `${widgetPath}?fieldValidation=Strict`,
    widget('x', { weight: 1 }),
    400,
    'BadRequest',
    'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.weight"',
  ],
  [
    'a name that is taken',
    'POST',
    '/api/v1/namespaces',
    { metadata: { name: 'default' } },
    409,
    'AlreadyExists',
    'namespaces "default" already exists',
  ],
  [
    'a namespace that may not go',
    'DELETE',
    '/api/v1/namespaces/kube-system',
    undefined,
    403,
    'Forbidden',
    'namespaces "kube-system" is forbidden: this namespace may not be deleted',
  ],
  ['a selector nobody can read', 'GET', `${configMapPath}?labelSelector=a%20in%20b`, undefined, 400, 'BadRequest', ''],
  [
    'a field that is not for selecting',
    'GET',
    `${configMapPath}?fieldSelector=data.a%3Db`,
    undefined,
    400,
    'BadRequest',
    '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
  ['a revision of the future', 'GET', `${configMapPath}?resourceVersion=999999`, undefined, 504, 'Timeout', ''],
  ['a revision that is none', 'GET', `${configMapPath}?resourceVersion=x`, undefined, 400, 'BadRequest', ''],
  ['a page that is none', 'GET', `${configMapPath}?continue=x`, undefined, 400, 'BadRequest', ''],
  [
    'an apply without manager',
    'PATCH',
    `${configMapPath}/x`,
    'apply',
    422,
    'Invalid',
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  ],
  [
    'a dry run of something',
    'POST',
    `${configMapPath}?dryRun=Some`,
    configMap('x'),
    422,
    'Invalid',
    'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
  ],
]

const applyType: Readonly<Record<string, string>> = { 'content-type': 'application/apply-patch+yaml' }

for (const [what, method, path, body, code, reason, message] of cases) {
  test(`refused: ${what}`, async () => {
    const answer = await api.ask(method, path, body, body === 'apply' ? applyType : {})
    assert.deepEqual([answer.code, answer.body.reason], [code, reason], answer.body.message)
    assert.deepEqual([answer.body.kind, answer.body.status, answer.body.code], ['Status', 'Failure', code])
    if (message) assert.equal(answer.body.message, message)
  })
}

test('a strategic merge patch of a custom resource is refused, as is a body of no known language', async () => {
  await api.ask('POST', widgetPath, widget('spoken'))
  const send = (type: string) => api.ask('PATCH', `${widgetPath}/spoken`, {}, { 'content-type': type })
  for (const type of ['application/strategic-merge-patch+json', 'text/plain']) {
    const { code, body } = await send(type)
    assert.deepEqual([code, body.reason], [415, 'UnsupportedMediaType'])
  }
})

test('the namespace of the body counts for nothing on a thing of the cluster', async () => {
  const { code, body } = await api.ask('POST', '/api/v1/namespaces', {
    metadata: { name: 'placed', namespace: 'default' },
  })
  assert.deepEqual([code, body.metadata.namespace], [201, undefined])
})

test('unknown fields are dropped, with a warning when asked for', async () => {
  const { body } = await api.ask('POST', widgetPath, widget('pruned', { weight: 1 }))
  assert.equal(body.spec.weight, undefined)
})
