import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { eventually, type Json } from '../kubectl.ts'
import { Pair, type Step } from './answers.ts'
import { assets } from './assets.ts'
import { startCluster } from './cluster.ts'
import { startEtcd } from './etcd.ts'
import { comparable } from './kinds/kind.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

const group = 'sea.example'
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

interface Words {
  readonly names?: object
  readonly versions?: readonly object[]
}

const version = (name: string, schema: object = {}, more: object = {}) => ({
  name,
  served: true,
  storage: name === 'v1',
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', ...schema } } } },
  ...more,
})

const kindOf = (plural: string): string => plural.replace(/^./, (letter) => letter.toUpperCase()).replace(/s$/, '')

const definition = (plural: string, { names, versions = [version('v1')] }: Words = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}` },
  spec: { group, scope: 'Namespaced', names: { plural, kind: kindOf(plural), ...names }, versions },
})

const objects = (plural: string, inVersion = 'v1'): string => `/apis/${group}/${inVersion}/namespaces/default/${plural}`

const object = (plural: string, name: string, spec: object = {}, metadata: object = {}, inVersion = 'v1') => ({
  apiVersion: `${group}/${inVersion}`,
  kind: kindOf(plural),
  metadata: { name, ...metadata },
  spec,
})

/** What is written down of who owns which field, without when. */
const ownersOf = (body: Json): unknown =>
  body?.metadata?.managedFields?.map(({ time: _, ...entry }: Json) => entry) ?? []

describe('definitions live as in a real server', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-definitions-'))
  let pair: Pair

  before(async () => {
    const etcd = open.use(await startEtcd(dir))
    pair = open.use(await Pair.of(open.use(await startCluster({ name: 'host', etcd, dir, host: true }))))
  })
  after(() => open.disposeAsync())

  async function same(step: Omit<Step, 'name'>, part: (body: Json) => unknown = comparable): Promise<Json> {
    const [real, embedded] = await pair.both({ name: '', ...step })
    assert.deepEqual([embedded.status, part(embedded.body)], [real.status, part(real.body)])
    return real.body
  }
  /** The same once what follows from the last request has come about. */
  const settled = (step: Omit<Step, 'name'>, holds: (body: Json) => void, part?: (body: Json) => unknown) =>
    eventually(async () => holds(await same(step, part)))

  /** What becomes of it follows: a real server does it a moment later. */
  const create = (body: ReturnType<typeof definition>) =>
    same({ method: 'POST', path: definitions, body }, ({ kind, spec }) => [kind, spec])
  const at = (plural: string): string => `${definitions}/${plural}.${group}`
  const conditionsOf = ({ status }: Json): Readonly<Record<string, string>> =>
    Object.fromEntries((status?.conditions ?? []).map(({ type, status: is }: Json) => [type, is]))
  const gone = (path: string) =>
    eventually(async () => {
      const [real, embedded] = await pair.both({ name: '', method: 'GET', path })
      assert.deepEqual([embedded.status, real.status], [404, 404])
    })
  /** Of lists and refusals, what they are. */
  const sort = ({ kind, code }: Json) => [kind, code]
  const established = async (plural: string) => {
    await settled({ method: 'GET', path: at(plural) }, (body) => assert.equal(conditionsOf(body).Established, 'True'))
    await settled(
      { method: 'GET', path: objects(plural) },
      ({ kind }) => assert.equal(kind, `${kindOf(plural)}List`),
      sort,
    )
  }
  const patch = (path: string, body: object) =>
    same({ method: 'PATCH', path, body }, (answer) => (answer.kind === 'Status' ? comparable(answer) : answer.spec))

  test('one is accepted, established and served', async () => {
    await create(definition('boats', { names: { shortNames: ['bt'], categories: ['all'], singular: 'boat' } }))
    await established('boats')
    await same({ method: 'GET', path: `/apis/${group}/v1` })
  })

  for (const [plural, names] of [
    ['ships', { shortNames: ['bt'] }],
    ['yachts', { kind: 'Boat' }],
    ['canoes', { singular: 'boat' }],
    ['rafts', { listKind: 'BoatList' }],
    ['arks', { shortNames: ['bt', 'ark'], kind: 'Boat' }],
  ] as const)
    test(`names that are taken are not accepted: ${JSON.stringify(names)}`, async () => {
      await create(definition(plural, { names }))
      await settled({ method: 'GET', path: at(plural) }, (body) => {
        const { NamesAccepted, Established } = conditionsOf(body)
        assert.deepEqual([NamesAccepted, Established], ['False', 'False'])
      })
      await same({ method: 'DELETE', path: at(plural) }, ({ kind, status }) => [kind, kind === 'Status' && status])
    })

  test('names that are free again are accepted', async () => {
    await create(definition('sloops', { names: { shortNames: ['bt'] } }))
    await settled({ method: 'GET', path: at('sloops') }, (body) =>
      assert.equal(conditionsOf(body).NamesAccepted, 'False'),
    )
    await patch(at('sloops'), { spec: { names: { shortNames: ['sl'] } } })
    await established('sloops')
  })

  test('a version that objects were stored in stays until somebody says that none are', async () => {
    await create(definition('ferries', { versions: [version('v1')], names: { kind: 'Ferrie' } }))
    await established('ferries')
    const v2 = { ...version('v2'), storage: true }
    await patch(at('ferries'), { spec: { versions: [{ ...version('v1'), storage: false }, v2] } })
    await settled({ method: 'GET', path: at('ferries') }, ({ status }) =>
      assert.deepEqual(status.storedVersions, ['v1', 'v2']),
    )
    const without = { spec: { versions: [v2] } }
    await patch(at('ferries'), without)
    await patch(`${at('ferries')}/status`, { status: { storedVersions: ['v2'] } })
    await patch(at('ferries'), without)
    await settled(
      { method: 'GET', path: objects('ferries', 'v2') },
      ({ kind }) => assert.equal(kind, 'FerrieList'),
      sort,
    )
    await gone(objects('ferries'))
  })

  test('what a schema does not know is dropped, and what it has defaults for is filled in, also in what is stored', async () => {
    const text = { type: 'string' }
    const schema = {
      properties: {
        a: text,
        any: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: { known: { type: 'object', properties: { a: text } } },
        },
        either: { 'x-kubernetes-int-or-string': true },
        pod: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
        list: { type: 'array', items: { type: 'object', properties: { a: text } } },
        map: { type: 'object', additionalProperties: { type: 'object', properties: { a: text } } },
        nullable: { ...text, nullable: true },
      },
    }
    await create(definition('tugs', { versions: [version('v1', schema)] }))
    await established('tugs')
    const odd = {
      a: 'a',
      b: 'b',
      any: { x: { y: 1 }, known: { a: 'a', b: 'b' } },
      either: '50%',
      pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', odd: 1 }, spec: { x: 1 } },
      list: [{ a: 'a', b: 'b' }, {}],
      map: { one: { a: 'a', b: 'b' } },
      nullable: null,
    }
    await same({ method: 'POST', path: `${objects('tugs')}?fieldValidation=Ignore`, body: object('tugs', 'a', odd) })
    const filled = JSON.parse(JSON.stringify(schema)) as Json
    filled.default = {}
    filled.properties.size = { type: 'integer', default: 3 }
    filled.properties.list.items.properties.kind = { type: 'string', default: 'tug' }
    filled.properties.map.additionalProperties.properties.kind = { type: 'string', default: 'tug' }
    filled.properties.nullable.default = 'filled'
    await patch(at('tugs'), { spec: { versions: [version('v1', filled)] } })
    await settled({ method: 'GET', path: `${objects('tugs')}/a` }, ({ spec }) => assert.equal(spec.size, 3))
    await same({ method: 'POST', path: objects('tugs'), body: object('tugs', 'b', { list: [{}], either: 7 }) })
    for (const wrong of [
      { either: true },
      { pod: { metadata: {} } },
      { list: {} },
      { nullable: 7 },
      { map: { one: 1 } },
    ])
      await same({ method: 'POST', path: objects('tugs'), body: object('tugs', 'c', wrong) })
  })

  test('lists are merged and owned as the schema says', async () => {
    const port = {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string' }, port: { type: 'integer' }, at: { type: 'string', default: 'deck' } },
    }
    const schema = {
      properties: {
        ports: {
          type: 'array',
          items: port,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name', 'at'],
        },
        flags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        crew: { type: 'array', items: { type: 'string' } },
        size: { type: 'integer' },
        whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
      },
    }
    await create(
      definition('liners', {
        versions: [
          version('v1', schema, {
            subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
          }),
        ],
      }),
    )
    await established('liners')
    const apply = (manager: string, spec: object, force = false) =>
      same(
        {
          method: 'PATCH',
          path: `${objects('liners')}/a?fieldManager=${manager}&force=${force}`,
          body: object('liners', 'a', spec),
          type: 'application/apply-patch+yaml',
        },
        (body) => [comparable(body), ownersOf(body)],
      )
    await apply('one', { ports: [{ name: 'a', port: 1 }], flags: ['x'], crew: ['ann'], whole: { a: 'a' } })
    await apply('two', { ports: [{ name: 'b', port: 2 }], flags: ['y'] })
    await apply('two', { ports: [{ name: 'a', port: 9 }], crew: ['bob'], whole: { b: 'b' } })
    await apply('two', { ports: [{ name: 'a', port: 9 }], crew: ['bob'], whole: { b: 'b' } }, true)
    await apply('one', { flags: ['x'] })
    for (const [name, spec] of Object.entries({
      set: { flags: ['x', 'x'] },
      map: { ports: [{ name: 'a' }, { name: 'a' }] },
      key: { ports: [{ port: 1 }] },
    }))
      await same({ method: 'POST', path: objects('liners'), body: object('liners', name, spec) })
    await same({ method: 'POST', path: objects('liners'), body: object('liners', 'sized', { size: 3 }) })
    await same({ method: 'GET', path: `${objects('liners')}/sized/scale` })
    await same({ method: 'GET', path: `${objects('liners')}/a/status` })
  })

  test('one that is deleted takes its objects along, and takes no new ones meanwhile', async () => {
    await create(definition('barges'))
    await established('barges')
    const held = { finalizers: [`${group}/hold`] }
    await same({ method: 'POST', path: objects('barges'), body: object('barges', 'held', {}, held) })
    await same({ method: 'POST', path: objects('barges'), body: object('barges', 'free') })
    const conditions = (body: Json) => [body.kind, conditionsOf(body), body.metadata?.finalizers]
    await same({ method: 'DELETE', path: at('barges') }, ({ kind }) => kind)
    await settled(
      { method: 'GET', path: at('barges') },
      (body) => assert.equal(conditionsOf(body).Terminating, 'True'),
      conditions,
    )
    await gone(`${objects('barges')}/free`)
    await same({ method: 'POST', path: objects('barges'), body: object('barges', 'late') })
    await patch(`${objects('barges')}/held`, { metadata: { finalizers: null } })
    await gone(at('barges'))
    await gone(objects('barges'))
  })
})
