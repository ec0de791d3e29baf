import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { accepted, acceptedEvents } from './accept.ts'
import { age, humanDuration } from './age.ts'
import { encode, partSize } from './encode.ts'
import { tableOf } from './table.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour

const durations: readonly [seconds: number, text: string][] = [
  [0, '0s'],
  [0.4, '0s'],
  [-5, '<invalid>'],
  [59, '59s'],
  [119, '119s'],
  [120, '2m'],
  [150, '2m30s'],
  [10 * minute, '10m'],
  [2 * hour + 59 * minute, '179m'],
  [3 * hour, '3h'],
  [3 * hour + 5 * minute, '3h5m'],
  [8 * hour + 5 * minute, '8h'],
  [47 * hour, '47h'],
  [2 * day, '2d'],
  [2 * day + 5 * hour, '2d5h'],
  [8 * day + 5 * hour, '8d'],
  [729 * day, '729d'],
  [730 * day, '2y'],
  [800 * day, '2y70d'],
  [9 * 365 * day, '9y'],
]

test('ages read as kubectl writes them', () => {
  for (const [seconds, text] of durations) assert.equal(humanDuration(seconds), text, String(seconds))
  const now = new Date('2026-01-01T00:10:00Z')
  assert.equal(age('2026-01-01T00:00:00Z', now), '10m')
  assert.equal(age(undefined, now), '<unknown>')
  assert.equal(age('yesterday', now), '<invalid>')
})

const tableV1 = 'application/json;as=Table;v=v1;g=meta.k8s.io'

test('the first wish of an Accept header that can be met is met', () => {
  assert.deepEqual(accepted(undefined), { format: 'json' })
  assert.deepEqual(accepted(`${tableV1},application/json`), { format: 'json', as: 'Table', version: 'v1' })
  assert.deepEqual(accepted('application/json;as=Table;v=v9;g=meta.k8s.io,application/json'), { format: 'json' })
  assert.deepEqual(accepted('application/vnd.kubernetes.protobuf,application/json'), { format: 'json' })
  assert.deepEqual(accepted('application/yaml'), { format: 'yaml' })
  assert.deepEqual(accepted('text/html, */*;q=0.8'), { format: 'json' })
  assert.deepEqual(accepted('application/yaml;q=0.1, application/json;q=0.9'), { format: 'json' })
  assert.throws(() => accepted('application/*'), { code: 406, message: /^406: Not Acceptable\n\nAvailable/ })
  assert.throws(() => accepted('application/yaml;stream=watch'), { code: 406, message: /^only the following media/ })
  assert.deepEqual(acceptedEvents('application/json;stream=watch'), { format: 'json' })
  assert.throws(() => acceptedEvents('application/yaml'), { code: 406 })
  assert.throws(() => accepted('application/vnd.kubernetes.protobuf'), { code: 406 })
})

const object = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'one', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' },
  size: 3,
}

test('a table has the name, a cell for each column, and who each row is about', () => {
  const table = tableOf(
    [object],
    { resourceVersion: '7' },
    {
      columns: [
        { name: 'Size', type: 'integer', cell: ({ size }) => size },
        { name: 'Color', type: 'string', cell: ({ color }) => color },
        { name: 'Age', type: 'date', cell: ({ metadata }) => metadata.creationTimestamp },
      ],
      of: { custom: true, apiVersion: 'v1', plural: 'things' },
      includeObject: 'Metadata',
      now: new Date('2026-01-01T00:05:00Z'),
      version: 'v1',
    },
  )
  assert.deepEqual(table.rows, [
    {
      cells: ['one', 3, '<none>', '5m'],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    },
  ])
  assert.deepEqual(table.columnDefinitions?.[1], {
    name: 'Size',
    type: 'integer',
    format: '',
    description: '',
    priority: 0,
  })
  assert.deepEqual(table.metadata, { resourceVersion: '7' })
})

const listOf = (items: readonly object[]) => ({
  kind: 'ThingList',
  apiVersion: 'v1',
  metadata: { resourceVersion: '1' },
  items,
})

const partsOf = (body: object, format: 'json' | 'yaml'): readonly string[] => {
  const encoded = encode(body, format)
  return typeof encoded === 'string' ? [encoded] : [...encoded]
}

test('lists are encoded as their language says, item by item', () => {
  for (const items of [[], [object], [object, Object.freeze({ a: '"' })]]) {
    const list = listOf(items)
    assert.deepEqual(JSON.parse(partsOf(list, 'json').join('')), list)
    assert.deepEqual(parse(partsOf(list, 'yaml').join('')), list)
  }
  const table = { kind: 'Table', columnDefinitions: [], rows: [{ cells: ['one', 3] }] }
  assert.deepEqual(JSON.parse(partsOf(table, 'json').join('')), table)
})

test('a long list is made part by part, a short one at once', () => {
  const long = listOf(Array.from({ length: 300 }, (_, index) => ({ ...object, text: `${index}`.padEnd(2000) })))
  for (const format of ['json', 'yaml'] as const) {
    const parts = partsOf(long, format)
    assert.ok(parts.length >= 4, `${parts.length} parts`)
    for (const part of parts.slice(0, -1)) assert.ok(part.length >= partSize && part.length < partSize + 5000)
    assert.deepEqual(format === 'json' ? JSON.parse(parts.join('')) : parse(parts.join('')), long)
  }
  assert.equal(partsOf(listOf([object]), 'json').length, 1)
})
