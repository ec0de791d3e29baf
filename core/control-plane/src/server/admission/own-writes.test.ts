import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  ApiError,
  admit,
  type Binding,
  type Client,
  deepFreeze,
  isConflict,
  type Kind,
  on,
  Registry,
  resourceBindingKind,
  withLabel,
  workKind,
} from '@flotilla/sdk'
import { binding } from '@flotilla/sdk/testing'
import { reviewingOwnWrites } from './own-writes.ts'

const web = (version: string, replicas = 1): Binding => {
  const made = binding({ name: 'web', uid: 'one', replicas })
  return deepFreeze({ ...made, metadata: { ...made.metadata, resourceVersion: version } })
}
const key = { namespace: 'default', name: 'web' }
const conflict = new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: 409, reason: 'Conflict', message: 'the object has been modified' }) // biome-ignore format: one status

interface Scene {
  /** As the cache has it. */
  readonly cached?: Binding
  /** As the server has it. */
  readonly there?: Binding
}

function scene({ cached, there }: Scene) {
  const asked: admit.Admission[] = []
  const sent: unknown[] = []
  const registry = new Registry()
  const see = on(admit.refuse, (admission) => {
    asked.push(admission)
    return (admission.manifest as Binding).spec.replicas === 99 ? { message: 'too many' } : undefined
  })
  for (const each of [on(admit.mutate, ({ manifest }) => withLabel(manifest, 'seen', 'yes')), see]) registry.add(each)
  const write = async (_: Kind<unknown>, object: unknown) => {
    sent.push(object)
    const { resourceVersion } = (object as { metadata: { resourceVersion?: string } }).metadata
    if (resourceVersion !== undefined && resourceVersion !== there?.metadata.resourceVersion) throw conflict
    return object
  }
  const client = {
    get: async () => there,
    create: write,
    update: write,
    patch: (kind: Kind<unknown>, _: unknown, { body }: { body: unknown }) => write(kind, body),
  } as unknown as Client
  const own = { ask: registry.ask, user: 'flotilla', known: () => cached }
  return { client: reviewingOwnWrites(client, own), asked, sent }
}

const merge = (body: object) => ({ type: 'merge', body }) as const

describe('a patch of a binding', () => {
  test('is reviewed as what comes of it, and written onto the version it was reviewed on', async () => {
    const { client, asked, sent } = scene({ cached: web('5'), there: web('5') })
    await client.patch(resourceBindingKind, key, merge({ spec: { replicas: 3 } }))
    const [{ operation, manifest, before, user } = {}] = asked
    assert.deepEqual([operation, user], ['UPDATE', 'flotilla'])
    assert.deepEqual([(before as Binding).spec.replicas, (manifest as Binding).spec.replicas], [1, 3])
    assert.deepEqual(sent, [{ spec: { replicas: 3 }, metadata: { labels: { seen: 'yes' }, resourceVersion: '5' } }])
  })
  test('is not sent when it is refused', async () => {
    const { client, sent } = scene({ cached: web('5'), there: web('5') })
    await assert.rejects(client.patch(resourceBindingKind, key, merge({ spec: { replicas: 99 } })), /too many/)
    assert.deepEqual(sent, [])
  })
  test('is reviewed anew on what somebody else made of it meanwhile', async () => {
    const { client, asked, sent } = scene({ cached: web('5'), there: web('6', 2) })
    await client.patch(resourceBindingKind, key, merge({ spec: { clusters: [{ name: 'member1' }] } }))
    assert.deepEqual(
      asked.map(({ before }) => (before as Binding).spec.replicas),
      [1, 2],
    )
    assert.equal((sent.at(-1) as Binding).metadata.resourceVersion, '6')
  })
  test('that is meant for one version fails when that is not the newest', async () => {
    const { client, asked } = scene({ cached: web('5'), there: web('6') })
    const metadata = { resourceVersion: '5', finalizers: [] }
    await assert.rejects(client.patch(resourceBindingKind, key, merge({ metadata })), isConflict)
    assert.equal(asked.length, 1)
  })
  test('nobody has heard of is read first', async () => {
    const { client, asked } = scene({ there: web('6', 2) })
    await client.patch(resourceBindingKind, key, merge({ spec: { replicas: 3 } }))
    assert.equal((asked[0]?.before as Binding | undefined)?.spec.replicas, 2)
  })
  test('that only lets it go is nobody’s business', async () => {
    const going = web('5')
    const gone = deepFreeze({ ...going, metadata: { ...going.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })
    const { client, asked, sent } = scene({ cached: gone, there: gone })
    await client.patch(resourceBindingKind, key, merge({ metadata: { resourceVersion: '5', finalizers: [] } }))
    assert.deepEqual([asked.length, sent.length], [0, 1])
  })
  test('of its status is not reviewed', async () => {
    const { client, asked } = scene({ cached: web('5'), there: web('5') })
    await client.patch(resourceBindingKind, key, merge({ metadata: {} }), { subresource: 'status' })
    assert.deepEqual(asked, [])
  })
})

test('an update of a binding is reviewed, and held to the version it was reviewed on', async () => {
  const { client, asked, sent } = scene({ cached: web('5'), there: web('5') })
  const { resourceVersion: _, ...metadata } = web('5', 3).metadata
  await client.update(resourceBindingKind, { ...web('5', 3), metadata })
  assert.equal((asked[0]?.before as Binding | undefined)?.spec.replicas, 1)
  assert.equal((sent[0] as Binding).metadata.resourceVersion, '5')
  await assert.rejects(client.update(resourceBindingKind, web('5', 99)), /too many/)
  assert.equal(sent.length, 1)
})

test('what is new of our kinds is reviewed; a Work that changes is not', async () => {
  const { client, asked } = scene({})
  await client.create(resourceBindingKind, binding({ name: 'web' }))
  assert.deepEqual(asked.map(({ operation }) => operation), ['CREATE']) // biome-ignore format: one check
  const work = { apiVersion: workKind.apiVersion, kind: workKind.kind, metadata: { ...key }, spec: {} }
  await client.update(workKind, work as never)
  assert.equal(asked.length, 1)
})
