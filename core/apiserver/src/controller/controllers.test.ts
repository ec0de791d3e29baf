import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { sqliteStorage } from '../storage/sqlite.ts'
import { configMap, configMapPath, startServer, type TestServer, widget, widgets } from '../testing/server.ts'

let api: TestServer
before(async () => {
  api = await startServer({ crds: [widgets] })
})
after(async () => {
  await api.close()
  assert.deepEqual(api.log.errors, [])
})

/** Resolves when the object at a path is gone. */
const gone = async (path: string): Promise<void> => {
  const slash = path.lastIndexOf('/')
  const name = path.slice(slash + 1)
  const watch = await api.watch(`${path.slice(0, slash)}?fieldSelector=metadata.name%3D${name}`)
  for (;;) {
    if ((await api.ask('GET', path)).code === 404) break
    const [event] = await watch.next(1)
    if (event === undefined || event.startsWith('DELETED')) break
  }
  await watch.end()
}

const owned = async (name: string, owner: { metadata: { name: string; uid: string } }, more: object = {}) => {
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: owner.metadata.name, uid: owner.metadata.uid, ...more }
  return api.ask('POST', configMapPath, configMap(name, {}, { ownerReferences: [reference] }))
}

test('what an object owns goes with it', async () => {
  const { body: owner } = await api.ask('POST', configMapPath, configMap('owner'))
  const { body: child } = await owned('child', owner)
  await owned('grandchild', child)
  await api.ask('DELETE', `${configMapPath}/owner`)
  await gone(`${configMapPath}/grandchild`)
  assert.equal((await api.ask('GET', `${configMapPath}/child`)).code, 404)
})

test('what has another owner stays, and forgets the one that is gone', async () => {
  const { body: one } = await api.ask('POST', configMapPath, configMap('one'))
  const { body: two } = await api.ask('POST', configMapPath, configMap('two'))
  const references = [one, two].map(({ metadata: { name, uid } }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name,
    uid,
  }))
  await api.ask('POST', configMapPath, configMap('shared', {}, { ownerReferences: references }))
  const watch = await api.watch(`${configMapPath}?fieldSelector=metadata.name%3Dshared`)
  await api.ask('DELETE', `${configMapPath}/one`)
  assert.deepEqual(await watch.next(2), ['ADDED shared', 'MODIFIED shared'])
  await watch.end()
  const { body } = await api.ask('GET', `${configMapPath}/shared`)
  assert.deepEqual(body.metadata.ownerReferences, [references[1]])
})

test('what is created with an owner that is not there goes', async () => {
  await owned('stray', { metadata: { name: 'nobody', uid: 'none' } })
  await gone(`${configMapPath}/stray`)
})

test('orphans stay', async () => {
  const { body: owner } = await api.ask('POST', configMapPath, configMap('parent'))
  await owned('orphan', owner)
  await api.ask('DELETE', `${configMapPath}/parent`, { propagationPolicy: 'Orphan' })
  await gone(`${configMapPath}/parent`)
  const { code, body } = await api.ask('GET', `${configMapPath}/orphan`)
  assert.deepEqual([code, body.metadata.ownerReferences], [200, undefined])
})

test('in the foreground the owner goes last', async () => {
  const { body: owner } = await api.ask('POST', configMapPath, configMap('last'))
  await owned('first', owner, { blockOwnerDeletion: true })
  const watch = await api.watch(`${configMapPath}?resourceVersion=${owner.metadata.resourceVersion}`)
  await api.ask('DELETE', `${configMapPath}/last`, { propagationPolicy: 'Foreground' })
  assert.deepEqual(await watch.next(4), ['ADDED first', 'MODIFIED last', 'DELETED first', 'DELETED last'])
  await watch.end()
})

test('a namespace goes with all that is in it, and takes nothing new', async () => {
  await api.ask('POST', '/api/v1/namespaces', { metadata: { name: 'doomed' } })
  const inside = '/apis/example.com/v1/namespaces/doomed/widgets'
  await api.ask('POST', inside, widget('w', {}, { finalizers: ['example.com/hold'] }))
  await api.ask('POST', '/api/v1/namespaces/doomed/configmaps', configMap('c'))
  const { body } = await api.ask('DELETE', '/api/v1/namespaces/doomed')
  assert.equal(body.status.phase, 'Terminating')
  const refused = await api.ask('POST', '/api/v1/namespaces/doomed/configmaps', configMap('late'))
  assert.equal(refused.code, 403)
  assert.equal(
    refused.body.message,
    'configmaps "late" is forbidden: unable to create new content in namespace doomed because it is being terminated',
  )
  assert.equal(refused.body.details.causes[0].reason, 'NamespaceTerminating')
  await gone('/api/v1/namespaces/doomed/configmaps/c')
  const watch = await api.watch('/api/v1/namespaces?fieldSelector=metadata.name%3Ddoomed')
  let conditions: { type: string; message: string }[] = []
  while (conditions.length === 0) {
    await watch.next(1)
    conditions = (await api.ask('GET', '/api/v1/namespaces/doomed')).body.status.conditions ?? []
  }
  await watch.end()
  assert.deepEqual(
    conditions.map(({ type, message }) => [type, message]),
    [
      ['NamespaceDeletionDiscoveryFailure', 'All resources successfully discovered'],
      ['NamespaceDeletionGroupVersionParsingFailure', 'All legacy kube types successfully parsed'],
      ['NamespaceDeletionContentFailure', 'All content successfully deleted, may be waiting on finalization'],
      ['NamespaceContentRemaining', 'Some resources are remaining: widgets.example.com has 1 resource instances'],
      [
        'NamespaceFinalizersRemaining',
        'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
      ],
    ],
  )
  await api.ask('PATCH', `${inside}/w`, { metadata: { finalizers: null } })
  await gone('/api/v1/namespaces/doomed')
})

const gadgets = (names: object = {}) => ({
  ...widgets,
  metadata: { name: 'gadgets.example.com' },
  spec: { ...(widgets.spec as object), names: { plural: 'gadgets', kind: 'Gadget', ...names } },
})

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** The conditions of a definition, as soon as there are any. */
const conditionsOf = async (name: string): Promise<Record<string, string>> => {
  const watch = await api.watch(`${definitions}?fieldSelector=metadata.name%3D${name}`)
  for (;;) {
    await watch.next(1)
    const { conditions = [] } = (await api.ask('GET', `${definitions}/${name}`)).body.status ?? {}
    if (conditions.length === 0) continue
    await watch.end()
    return Object.fromEntries(
      conditions.map(({ type, status, message }: Record<string, string>) => [type, `${status}: ${message}`]),
    )
  }
}

test('a definition is served at once, and says so', async () => {
  assert.equal((await api.ask('POST', definitions, gadgets())).code, 201)
  assert.equal((await api.ask('GET', '/apis/example.com/v1/gadgets')).code, 200)
  assert.deepEqual(await conditionsOf('gadgets.example.com'), {
    NamesAccepted: 'True: no conflicts found',
    Established: 'True: the initial names have been accepted',
  })
  const { body } = await api.ask('GET', `${definitions}/gadgets.example.com`)
  assert.deepEqual(body.status.storedVersions, ['v1'])
  assert.deepEqual(body.status.acceptedNames, {
    plural: 'gadgets',
    kind: 'Gadget',
    singular: 'gadget',
    listKind: 'GadgetList',
  })
})

test('a definition takes its instances with it, those that are held last', async () => {
  const path = '/apis/example.com/v1/namespaces/default/gadgets'
  const gadget = (name: string, metadata: object = {}) => ({ ...widget(name, {}, metadata), kind: 'Gadget' })
  await api.ask('POST', path, gadget('free'))
  await api.ask('POST', path, gadget('held', { finalizers: ['example.com/hold'] }))
  assert.equal((await api.ask('DELETE', `${definitions}/gadgets.example.com`)).code, 200)
  const refused = await api.ask('POST', path, gadget('late'))
  assert.deepEqual(
    [refused.code, refused.body.message],
    [
      403,
      'gadgets.example.com "late" is forbidden: create not allowed while custom resource definition is terminating',
    ],
  )
  await gone(`${path}/free`)
  const watch = await api.watch(path)
  await api.ask('PATCH', `${path}/held`, { metadata: { finalizers: null } })
  await gone(`${definitions}/gadgets.example.com`)
  await watch.next(10) // ends when the resource does
  assert.equal((await api.ask('GET', path)).code, 404)
})

test('names that are taken are not accepted, until they are free', async () => {
  const { body } = await api.ask('POST', definitions, gadgets({ shortNames: ['wd'] }))
  assert.deepEqual(await conditionsOf(body.metadata.name), {
    NamesAccepted: 'False: "wd" is already in use',
    Established: 'False: not all names are accepted',
  })
  assert.equal((await api.ask('GET', '/apis/example.com/v1/gadgets')).code, 404)
  await api.ask('DELETE', `${definitions}/${body.metadata.name}`)
  await gone(`${definitions}/${body.metadata.name}`)
})

test('several versions show the same objects', async () => {
  const [first] = (widgets.spec as { versions: object[] }).versions
  const spec = { ...gadgets().spec, versions: [first, { ...first, name: 'v2', storage: false }] }
  await api.ask('POST', definitions, { ...gadgets(), spec })
  const path = '/apis/example.com/v2/namespaces/default/gadgets'
  const made = await api.ask('POST', path, { ...widget('g'), apiVersion: 'example.com/v2', kind: 'Gadget' })
  assert.equal(made.body.apiVersion, 'example.com/v2')
  const { body } = await api.ask('GET', path.replace('v2', 'v1'))
  assert.deepEqual([body.apiVersion, body.items[0].apiVersion], ['example.com/v1', 'example.com/v1'])
  const watch = await api.watch(path)
  await watch.next(1)
  await api.ask('PATCH', `${path.replace('v2', 'v1')}/g`, { spec: { size: 7 } })
  assert.deepEqual(await watch.next(1), ['MODIFIED g'])
  await watch.end()
  await api.ask('DELETE', `${definitions}/gadgets.example.com`)
})

test('a definition that serves nothing any more still takes its instances with it', async () => {
  await api.ask('POST', definitions, gadgets())
  const path = '/apis/example.com/v1/namespaces/default/gadgets'
  await api.ask('POST', path, { ...widget('g'), kind: 'Gadget' })
  const [version] = (widgets.spec as { versions: object[] }).versions
  await api.ask('PATCH', `${definitions}/gadgets.example.com`, { spec: { versions: [{ ...version, served: false }] } })
  assert.equal((await api.ask('GET', path)).code, 404)
  await api.ask('DELETE', `${definitions}/gadgets.example.com`)
  await gone(`${definitions}/gadgets.example.com`)
  await api.ask('POST', definitions, gadgets())
  assert.deepEqual((await api.ask('GET', path)).body.items, [])
})

test('definitions to have from the start are brought up to date', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'apiserver-definitions-')), 'a.db')
  const first = await startServer({ storage: sqliteStorage({ path }), crds: [widgets] })
  await first.close()
  const named = {
    ...widgets,
    spec: { ...(widgets.spec as object), names: { plural: 'widgets', kind: 'Widget', shortNames: ['wdg'] } },
  }
  const second = await startServer({ storage: sqliteStorage({ path }), crds: [named] })
  const { body } = await second.ask('GET', '/apis/example.com/v1')
  assert.deepEqual(body.resources[0].shortNames, ['wdg'])
  await second.close()
  await rm(dirname(path), { recursive: true })
})

test('a server that holds a part of what there is leaves alone what seems to have lost its owner', async () => {
  const part = await startServer({ collectsGarbage: false })
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'elsewhere', uid: 'u' }
  await part.ask('POST', configMapPath, configMap('orphan', {}, { ownerReferences: [reference] }))
  const { body: owner } = await part.ask('POST', configMapPath, configMap('owner'))
  const { name, uid } = owner.metadata
  await part.ask('POST', configMapPath, configMap('child', {}, { ownerReferences: [{ ...reference, name, uid }] }))
  await part.ask('DELETE', `${configMapPath}/owner`)
  await part.close() // what was begun has ended
  assert.equal((await part.ask('GET', `${configMapPath}/orphan`)).code, 200)
  assert.equal((await part.ask('GET', `${configMapPath}/child`)).code, 200)
})
