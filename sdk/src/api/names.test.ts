import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manifest } from '../../testing/build.ts'
import {
  bindingName,
  clusterOfNamespace,
  executionNamespace,
  fnv32a,
  isReservedNamespace,
  safeEncode,
  safeHash,
  workName,
} from './names.ts'

test('the Work of default/nginx has the name every Karmada gives it', () =>
  assert.equal(
    workName(manifest('apps/v1', 'Deployment', { name: 'nginx', namespace: 'default' })),
    'nginx-687f7fb96f',
  ))

test('the name of a Work depends on namespace, name and kind alone', () => {
  const nginx = manifest('apps/v1', 'Deployment', { name: 'nginx', namespace: 'default' })
  assert.equal(workName(manifest('apps/v2', 'Deployment', { ...nginx.metadata })), workName(nginx))
  assert.notEqual(workName({ ...nginx, kind: 'StatefulSet' }), workName(nginx))
  assert.notEqual(workName(manifest('apps/v1', 'Deployment', { name: 'nginx', namespace: 'other' })), workName(nginx))
})

test('the name of a Work is a DNS name, whatever the name of the object', () => {
  const role = manifest('rbac.authorization.k8s.io/v1', 'ClusterRole', { name: 'system:View' })
  assert.match(workName(role), /^system\.view-[a-z0-9]+$/)
  assert.equal(bindingName('ClusterRole', 'system:View'), 'system.view-clusterrole')
})

test('a cluster-scoped object is not mistaken for a namespaced one', () => {
  const [free, bound] = [undefined, 'a'].map((namespace) =>
    manifest('v1', 'K', { name: 'b', ...(namespace && { namespace }) }),
  )
  assert.notEqual(free && workName(free), bound && workName(bound))
})

const hashes: readonly (readonly [text: string, hash: number])[] = [
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
  ['é', 0x1e9de8c1], // its two bytes in UTF-8
]
for (const [text, hash] of hashes) test(`FNV-1a of "${text}"`, () => assert.equal(fnv32a(text), hash))

test('an encoded text has no vowels, and keeps its length', () => {
  assert.match(safeEncode('0123456789'), /^[bcdfghjklmnpqrstvwxz2456789]{10}$/)
  assert.equal(safeHash('a'), safeEncode('3826002220'))
})

test('a cluster and its execution namespace lead to each other', () => {
  assert.equal(executionNamespace('m1'), 'karmada-es-m1')
  assert.equal(clusterOfNamespace('karmada-es-m1'), 'm1')
  assert.equal(clusterOfNamespace('default'), undefined)
  assert.equal(clusterOfNamespace(undefined), undefined)
})

test('namespaces of our own are reserved, others are not', () => {
  for (const namespace of ['karmada-system', 'karmada-cluster', 'karmada-es-m1'])
    assert.equal(isReservedNamespace(namespace), true, namespace)
  for (const namespace of ['default', 'kube-system', 'karmada', undefined])
    assert.equal(isReservedNamespace(namespace), false, namespace)
})
