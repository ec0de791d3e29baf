import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manifest } from '../testing/build.ts'
import { groupOf, keyOf, keyText, kindText, parseKey, versionOf } from './kind.ts'

const apiVersions: readonly (readonly [apiVersion: string, group: string, version: string])[] = [
  ['v1', '', 'v1'],
  ['apps/v1', 'apps', 'v1'],
  ['work.karmada.io/v1alpha2', 'work.karmada.io', 'v1alpha2'],
]
for (const [apiVersion, ...wanted] of apiVersions)
  test(`${apiVersion} has a group and a version`, () =>
    assert.deepEqual([groupOf(apiVersion), versionOf(apiVersion)], wanted))

const keys: readonly (readonly [text: string, key: object])[] = [
  ['web', { name: 'web' }],
  ['default/web', { namespace: 'default', name: 'web' }],
]
for (const [text, key] of keys)
  test(`${text} is a key, there and back`, () => {
    assert.deepEqual(parseKey(text), key)
    assert.equal(keyText(parseKey(text)), text)
  })

test('an object has the key of its metadata, and no namespace when it is cluster-scoped', () => {
  assert.deepEqual(keyOf(manifest('v1', 'Pod', { name: 'a', namespace: 'b', uid: 'u' })), { namespace: 'b', name: 'a' })
  assert.deepEqual(keyOf(manifest('v1', 'Node', { name: 'a', uid: 'u' })), { name: 'a' })
})

test('a kind is printed as Go prints it', () =>
  assert.equal(kindText({ apiVersion: 'apps/v1', kind: 'Deployment' }), 'apps/v1, Kind=Deployment'))
