import assert from 'node:assert/strict'
import { test } from 'node:test'
import { union } from './union.ts'

const of = (kind: string, name: string, namespace = 'shop') => ({ apiVersion: 'v1', kind, namespace, name })

test('dependencies of several are sorted, and each is there once', () => {
  const selected = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', labelSelector: { matchLabels: { a: 'b' } } }
  const found = [
    [of('Secret', 'b'), of('ConfigMap', 'a')],
    [],
    [of('Secret', 'b'), selected, of('Secret', 'a', 'other')],
  ]
  assert.deepEqual(union(found), [of('ConfigMap', 'a'), of('Secret', 'a', 'other'), selected, of('Secret', 'b')])
  assert.deepEqual(union([]), [])
})
