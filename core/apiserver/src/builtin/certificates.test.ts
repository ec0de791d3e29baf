import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examine, object, row, stored } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const now = new Date('2026-11-29T12:00:00Z')

const asking = (fields: Fields = {}): Fields => ({
  spec: { request: 'eA==', signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], ...fields },
})
const decided = (...types: readonly string[]): Fields => ({
  ...asking(),
  status: { conditions: types.map((type) => ({ type, status: 'True', reason: 'r', message: 'm' })) },
})

examine('CertificateSigningRequest', [
  ['is fine', asking(), []],
  ['has a signer', asking({ signerName: '' }), ['spec.signerName: Required value']],
  [
    'of a domain',
    asking({ signerName: 'client' }),
    [
      'spec.signerName: Invalid value: "client": must be a fully qualified domain and path of the form "example.com/signer-name"',
    ],
  ],
  [
    'but not the one of old',
    asking({ signerName: 'kubernetes.io/legacy-unknown' }),
    [
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    ],
  ],
  ['is for something', asking({ usages: [] }), ['spec.usages: Required value']],
  ['once', asking({ usages: ['any', 'any'] }), ['spec.usages[1]: Duplicate value: "any"']],
  ['lasts a while', asking({ expirationSeconds: 600 }), []],
  [
    'and not less',
    asking({ expirationSeconds: 599 }),
    ['spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)'],
  ],
  [
    'is not allowed and denied at once',
    decided('Approved', 'Denied'),
    ['status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'],
  ],
  [
    'stays decided',
    asking(),
    ['status.conditions: Forbidden: updates may not remove a condition of type "Denied"'],
    decided('Denied'),
  ],
  [
    'is not decided by the way',
    decided('Approved'),
    ['status.conditions: Forbidden: updates may not add a condition of type "Approved"'],
    asking(),
  ],
  [
    'gets a certificate',
    { ...asking(), status: { certificate: 'eA==' } },
    ['status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block'],
  ],
])

test('what was asked for stays', () => {
  const before = stored(object('CertificateSigningRequest', asking()))
  const after = stored(object('CertificateSigningRequest', asking({ usages: ['server auth'] })), before)
  assert.deepEqual(after.spec, before.spec)
})

test('kubectl get', () => {
  const fields = { ...decided('Approved'), ...asking({ username: 'u', expirationSeconds: 86400 }) }
  const shown = row(object('CertificateSigningRequest', { ...decided('Approved'), spec: fields.spec }), now)
  assert.deepEqual(shown.slice(2), ['kubernetes.io/kube-apiserver-client', 'u', '24h', 'Approved'])
})
