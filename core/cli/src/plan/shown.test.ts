import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manifest } from '@flotilla/sdk/testing'
import { discreet, shown } from './shown.ts'

test('what Flotilla and kubectl note on an object is not shown, what its author says is', () => {
  const object = manifest('v1', 'ConfigMap', { namespace: 'shop', name: 'web' })
  const metadata = {
    ...object.metadata,
    uid: 'u',
    resourceVersion: '7',
    labels: { app: 'web', 'karmada.io/managed': 'true', 'work.karmada.io/permanent-id': 'x' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'mykarmada.io/x': 'mine' },
  }
  assert.deepEqual(shown({ ...object, metadata, status: {} }).metadata, {
    namespace: 'shop',
    name: 'web',
    labels: { app: 'web' },
    annotations: { 'mykarmada.io/x': 'mine' },
  })
})

const secret = { apiVersion: 'v1', kind: 'Secret' }

const masked: Readonly<Record<string, readonly [given: Parameters<typeof discreet>[1], is: object]>> = {
  'a value that changes': [
    { path: 'data.a', desired: 'x', observed: 'y' },
    { path: 'data.a', desired: '*** (after)', observed: '*** (before)' },
  ],
  'a value that comes': [
    { path: 'data[tls.crt]', desired: 'x' },
    { path: 'data[tls.crt]', desired: '***', observed: undefined },
  ],
  'all of its values': [
    { path: 'data', observed: { a: 'x', b: 'y' } },
    { path: 'data', desired: undefined, observed: { a: '***', b: '***' } },
  ],
  'the whole secret': [
    { path: '', desired: { ...secret, data: { a: 'x' }, stringData: { b: 'y' } } },
    { path: '', desired: { ...secret, data: { a: '***' }, stringData: { b: '***' } }, observed: undefined },
  ],
  'its type, which is none': [
    { path: 'type', desired: 'Opaque' },
    { path: 'type', desired: 'Opaque' },
  ],
}
for (const [name, [given, is]] of Object.entries(masked)) {
  test(`of a secret is masked: ${name}`, () => assert.deepEqual(discreet(secret, given), is))
}

test('nothing else is masked', () => {
  const difference = { path: 'data.a', desired: 'x', observed: 'y' }
  assert.equal(discreet({ apiVersion: 'v1', kind: 'ConfigMap' }, difference), difference)
  assert.equal(discreet({ apiVersion: 'example.com/v1', kind: 'Secret' }, difference), difference)
})
