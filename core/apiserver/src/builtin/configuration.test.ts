import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examine, object, row, stored } from './kind.test.fixture.ts'

const now = new Date('2026-11-22T16:00:00Z')
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const key =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
const sealed = (field: string): string => `${field}: Forbidden: field is immutable when \`immutable\` is set`

examine('ConfigMap', [
  ['is fine empty', {}, []],
  ['is fine with data', { data: { 'a.b-c_D': '1' }, binaryData: { b: base64('x') } }, []],
  ['keys are names of files', { data: { 'a/b': '1' } }, [`data[a/b]: Invalid value: "a/b": ${key}`]],
  ['keys do not lead elsewhere', { data: { '..': '1' } }, ['data[..]: Invalid value: "..": must not be \'..\'']],
  [
    'values are texts',
    { data: { a: 1 } },
    ['data.a: Invalid value: "integer": data.a in body must be of type string: "integer"'],
  ],
  [
    'a key is there once',
    { data: { a: '1' }, binaryData: { a: base64('1') } },
    ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
  ],
  [
    'is not too large',
    { data: { a: 'x'.repeat(1024 * 1024 + 1) } },
    [': Too long: may not be more than 1048576 bytes'],
  ],
  ['may change', { data: { a: '2' } }, [], { data: { a: '1' } }],
  [
    'may not change when it is sealed',
    { data: { a: '2' }, immutable: true },
    [sealed('data')],
    { data: { a: '1' }, immutable: true },
  ],
  ['may not be unsealed', { data: { a: '1' } }, [sealed('immutable')], { data: { a: '1' }, immutable: true }],
])

examine('Secret', [
  ['is fine empty', {}, []],
  ['values are base64', { data: { a: '%' } }, ['data.a: Invalid value: "%": data.a in body must be of type byte: "%"']],
  ['keeps its type', { type: 'b' }, ['type: Invalid value: "b": field is immutable'], { type: 'a' }],
  [
    'may not change when it is sealed',
    { data: { a: base64('2') }, immutable: true },
    [sealed('data')],
    { data: { a: base64('1') }, immutable: true },
  ],
  [
    'TLS is a certificate and its key',
    { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } },
    ['data[tls.key]: Required value'],
  ],
  [
    'basic authentication is a name or a password',
    { type: 'kubernetes.io/basic-auth' },
    ['data[username]: Required value', 'data[password]: Required value'],
  ],
  ['SSH is a key', { type: 'kubernetes.io/ssh-auth' }, ['data[ssh-privatekey]: Required value']],
  [
    'Docker is a configuration',
    { type: 'kubernetes.io/dockerconfigjson' },
    ['data[.dockerconfigjson]: Required value'],
  ],
  [
    'a configuration is JSON, and never shown',
    { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64('x') } },
    ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character in JSON'],
  ],
  [
    'a token is of an account',
    { type: 'kubernetes.io/service-account-token' },
    ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
  ],
])

test('plain text in a Secret is encoded, and wins', () => {
  const { data, stringData, type } = stored(
    object('Secret', { data: { a: base64('1'), b: base64('2') }, stringData: { a: 'ü' } }),
  )
  assert.deepEqual(
    { data, stringData, type },
    { data: { a: base64('ü'), b: base64('2') }, stringData: undefined, type: 'Opaque' },
  )
})

test('kubectl get', () => {
  assert.deepEqual(row(object('ConfigMap', { data: { a: '1' }, binaryData: { b: '' } }), now).slice(0, 2), ['test', 2])
  assert.deepEqual(row(stored(object('Secret', { data: { a: '' } })), now).slice(0, 3), ['test', 'Opaque', 1])
  assert.deepEqual(row(object('ServiceAccount', {}), now).slice(0, 2), ['test', 0])
})
