import assert from 'node:assert/strict'
import { test } from 'node:test'
import { merged, type ServerTable, type Shown } from './merged.ts'

const metadata = (name: string, managed = false) => ({
  metadata: { name, namespace: 'shop', ...(managed && { labels: { 'karmada.io/managed': 'true' } }) },
})

const one: ServerTable = {
  columnDefinitions: [{ name: 'Name' }, { name: 'Ready' }, { name: 'Images', priority: 1 }, { name: 'Age' }],
  rows: [{ cells: ['web', '1/1', 'nginx', '3m'], object: metadata('web', true) }],
}

const other: ServerTable = {
  columnDefinitions: [{ name: 'Name' }, { name: 'Status' }, { name: 'Age' }],
  rows: [{ cells: ['web', null, 7] }, { cells: ['db', { a: 1 }, '2m'], object: metadata('db') }],
}

const parts = [
  { cluster: 'a', table: one },
  { cluster: 'b', table: other },
]

const narrow: Shown = { wide: false, namespaces: false }

test('the cluster stands behind the name, and who brought it at the end', () =>
  assert.deepEqual(merged(parts.slice(0, 1), narrow), {
    head: ['NAME', 'CLUSTER', 'READY', 'AGE', 'ADOPTION'],
    rows: [['web', 'a', '1/1', '3m', 'Y']],
  }))

test('more is shown to who wants it', () =>
  assert.deepEqual(merged(parts.slice(0, 1), { wide: true, namespaces: true }), {
    head: ['NAMESPACE', 'NAME', 'CLUSTER', 'READY', 'IMAGES', 'AGE', 'ADOPTION'],
    rows: [['shop', 'web', 'a', '1/1', 'nginx', '3m', 'Y']],
  }))

test('clusters with other columns share those they have', () =>
  assert.deepEqual(merged(parts, narrow), {
    head: ['NAME', 'CLUSTER', 'READY', 'AGE', 'STATUS', 'ADOPTION'],
    rows: [
      ['web', 'a', '1/1', '3m', undefined, 'Y'],
      ['web', 'b', undefined, 7, undefined, 'N'],
      ['db', 'b', undefined, '2m', '{"a":1}', 'N'],
    ],
  }))

test('nothing is a head alone', () =>
  assert.deepEqual(merged([], narrow), { head: ['NAME', 'CLUSTER', 'ADOPTION'], rows: [] }))
