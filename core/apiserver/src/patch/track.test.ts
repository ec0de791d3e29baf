import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze, type Manifest } from '@flotilla/sdk'
import { definition } from '../builtin/definitions.ts'
import { type ManagedFields, withSharedFields } from './managed.ts'
import { trackUpdate } from './track.ts'

const schema = definition('io.k8s.api.apps.v1.Deployment')
const now = new Date('2026-11-22T16:00:00.123Z')
const later = new Date('2026-11-22T17:00:00Z')

type Object = Readonly<Record<string, unknown>>

const deployment = (spec: Object, metadata: Object = {}, more: Object = {}): Manifest =>
  deepFreeze({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', ...metadata }, spec, ...more })

const update = (before: Manifest | undefined, after: Manifest, manager: string, more: Object = {}): Manifest =>
  deepFreeze(trackUpdate(before, after, { manager, schema, now, ...more }))

const entriesOf = (object: Manifest): readonly ManagedFields[] =>
  (object.metadata.managedFields ?? []) as readonly ManagedFields[] // this is what was just made

const owned = (object: Manifest): Object =>
  Object.fromEntries(entriesOf(object).map(({ manager, fieldsV1 }) => [manager, fieldsV1]))

const spec = (fields: Object): Object => ({ 'f:spec': fields })
const self = { '.': {} }

test('who creates an object owns everything in it but its identity', () => {
  const object = update(
    undefined,
    deployment(
      { replicas: 1, template: { spec: { containers: [{ name: 'a', args: ['x'] }] } } },
      {
        uid: '1',
        resourceVersion: '1',
        generation: 1,
        creationTimestamp: '2026-11-22T16:00:00Z',
        labels: { a: '1' },
        finalizers: ['f'],
      },
    ),
    'me',
  )
  assert.deepEqual(entriesOf(object), [
    {
      manager: 'me',
      operation: 'Update',
      apiVersion: 'apps/v1',
      time: '2026-11-22T16:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:spec': {
          ...self,
          'f:replicas': {},
          'f:template': {
            ...self,
            'f:spec': {
              ...self,
              'f:containers': { ...self, 'k:{"name":"a"}': { ...self, 'f:name': {}, 'f:args': {} } },
            },
          },
        },
        'f:metadata': { 'f:labels': { ...self, 'f:a': {} }, 'f:finalizers': { ...self, 'v:"f"': {} } },
      },
    },
  ])
})

describe('after an update', () => {
  const pod = (containers: unknown): Object => ({ template: { spec: { containers } } })
  const ofContainers = (fields: Object): Object => spec({ 'f:template': { 'f:spec': { 'f:containers': fields } } })
  const cases: readonly (readonly [what: string, before: Object, after: Object, owned: Object | undefined])[] = [
    ['nothing', { replicas: 1 }, { replicas: 1 }, undefined],
    ['a changed value', { replicas: 1, paused: true }, { replicas: 2, paused: true }, spec({ 'f:replicas': {} })],
    ['an added field', {}, { replicas: 1 }, spec({ 'f:replicas': {} })],
    ['an added object', {}, { strategy: { type: 'Recreate' } }, spec({ 'f:strategy': { ...self, 'f:type': {} } })],
    ['a removed field', { replicas: 1 }, {}, undefined],
    [
      'a value of another type',
      { replicas: 1 },
      { replicas: { a: 1 } },
      spec({ 'f:replicas': { ...self, 'f:a': {} } }),
    ],
    [
      'a changed item',
      pod([{ name: 'a', image: 'x' }]),
      pod([{ name: 'a', image: 'y' }]),
      ofContainers({ 'k:{"name":"a"}': { 'f:image': {} } }),
    ],
    [
      'an added item',
      pod([{ name: 'a' }]),
      pod([{ name: 'a' }, { name: 'b' }]),
      ofContainers({ 'k:{"name":"b"}': { ...self, 'f:name': {} } }),
    ],
    ['another order', pod([{ name: 'a' }, { name: 'b' }]), pod([{ name: 'b' }, { name: 'a' }]), undefined],
    [
      'items without their key, as the one without a name',
      pod([{ image: 'a' }]),
      pod([{ image: 'b' }]),
      spec({ 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":""}': { 'f:image': {} } } } } }),
    ],
    [
      'an atomic map',
      { selector: { matchLabels: { a: '1' } } },
      { selector: { matchLabels: { a: '2' } } },
      spec({ 'f:selector': {} }),
    ],
    ['a null', { replicas: 1 }, { replicas: null }, spec({ 'f:replicas': {} })],
    ['an empty object', { strategy: { type: 'a' } }, { strategy: {} }, undefined],
  ]
  for (const [what, before, after, fields] of cases) {
    test(`the writer owns ${what}`, () => {
      const object = update(deployment(before), deployment(after), 'me')
      assert.deepEqual(owned(object), fields ? { me: fields } : {})
    })
  }
})

test('other owners lose what was changed or removed, and are forgotten when nothing is left', () => {
  const first = update(undefined, deployment({ replicas: 1, paused: true }), 'a')
  const second = update(first, deployment({ replicas: 2, paused: true }), 'b')
  assert.deepEqual(owned(second), { a: spec({ ...self, 'f:paused': {} }), b: spec({ 'f:replicas': {} }) })
  const third = update(second, deployment({ replicas: 3 }), 'a')
  assert.deepEqual(owned(third), { a: spec({ ...self, 'f:replicas': {} }) })
})

test('what goes takes along everything below', () => {
  const first = update(
    undefined,
    deployment({ strategy: { type: 'a', rollingUpdate: { maxSurge: 1 } }, replicas: 1 }),
    'a',
  )
  assert.deepEqual(owned(update(first, deployment({ replicas: 1 }), 'b')), { a: spec({ ...self, 'f:replicas': {} }) })
})

test('the status is another entry, and its fields stay the same object', () => {
  const created = update(undefined, deployment({ replicas: 1 }), 'controller')
  const status = (readyReplicas: number) => ({ ...created, status: { readyReplicas } })
  const first = update(created, status(1), 'controller', { subresource: 'status' })
  const second = update(first, { ...first, status: { readyReplicas: 2 } }, 'controller', {
    subresource: 'status',
    now: later,
  })
  assert.deepEqual(
    entriesOf(second).map(({ subresource, time }) => [subresource, time]),
    [
      [undefined, '2026-11-22T16:00:00Z'],
      ['status', '2026-11-22T17:00:00Z'],
    ],
  )
  assert.equal(entriesOf(second)[0], entriesOf(first)[0])
  assert.equal(entriesOf(second)[1]?.fieldsV1, entriesOf(first)[1]?.fieldsV1)
})

test('nothing changed: the same object, and the same entries for an equal one', () => {
  const before = update(undefined, deployment({ replicas: 1 }), 'me')
  assert.equal(update(before, before, 'you'), before)
  const equal = deployment({ replicas: 1 })
  assert.equal(update(before, equal, 'you').metadata.managedFields, before.metadata.managedFields)
})

describe('entries a writer sends along', () => {
  const before = update(undefined, deployment({ replicas: 1 }), 'me')
  const entry = {
    manager: 'x',
    operation: 'Apply',
    apiVersion: 'apps/v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:replicas': {} } },
  }

  test('replace the ones that are there', () => {
    assert.deepEqual(owned(update(before, deployment({ replicas: 1 }, { managedFields: [entry] }), 'me')), {
      x: entry.fieldsV1,
    })
  })

  const senseless: readonly unknown[][] = [
    [],
    [{ ...entry, operation: 'Steal' }],
    [{ ...entry, fieldsV1: { 'f:spec': 1 } }],
    ['x'],
    [null],
  ]
  for (const managedFields of senseless) {
    test(`do not count when they are ${JSON.stringify(managedFields)}`, () => {
      assert.deepEqual(owned(update(before, deployment({ replicas: 1 }, { managedFields }), 'me')), owned(before))
    })
  }

  test('forget everything when there is one, and it is empty', () => {
    const after = update(before, deployment({ replicas: 2 }, { managedFields: [{}] }), 'me')
    assert.equal(after.metadata.managedFields, undefined)
  })
})

test('those who wrote longest ago are put together', () => {
  let updated = deployment({ a: 1 })
  for (let i = 0; i < 14; i++) {
    const changed = { ...updated, spec: { ...(updated.spec as object), [`f${i}`]: i } }
    updated = update(updated, changed, `m${i}`, { now: new Date(now.getTime() + i * 60_000) })
  }
  const managers = entriesOf(updated).map(({ manager }) => manager)
  assert.deepEqual(managers, ['ancient-changes', ...Array.from({ length: 9 }, (_, i) => `m${i + 5}`)])
  assert.deepEqual(Object.keys(entriesOf(updated)[0]?.fieldsV1['f:spec'] ?? {}), [
    'f:f0',
    'f:f1',
    'f:f2',
    'f:f3',
    'f:f4',
  ])
})

test('names of JavaScript are names like any other', () => {
  const before = update(undefined, deployment({}, { labels: { constructor: 'a' } }), 'me')
  assert.deepEqual(owned(update(before, deployment({}, { labels: {} }), 'you')), {
    me: { 'f:spec': {}, 'f:metadata': { 'f:labels': {} } },
  })
})

test('objects with the same fields share what says who owns them, when they are written and when they were stored', () => {
  const fieldsOf = (object: Manifest) => entriesOf(object)[0]?.fieldsV1
  const [one, other] = ['one', 'other'].map((name) => update(undefined, deployment({ replicas: 1 }, { name }), 'me'))
  const bigger = update(undefined, deployment({ replicas: 1, paused: true }), 'me')
  assert.ok(one && other)
  assert.equal(fieldsOf(one), fieldsOf(other))
  assert.notDeepEqual(fieldsOf(one), fieldsOf(bigger))
  const stored: Manifest = JSON.parse(JSON.stringify(other))
  assert.notEqual(fieldsOf(stored), fieldsOf(one))
  assert.equal(fieldsOf(withSharedFields(stored)), fieldsOf(one))
  assert.deepEqual(withSharedFields(stored), other)
})
