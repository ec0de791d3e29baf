import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { openAuthority } from '@flotilla/apiserver'
import type { Manifest } from '@flotilla/sdk'
import { stringify } from 'yaml'
import { pinOf, signedInfo } from './cluster-info.ts'
import { keptToken, newToken, tokenOf, tokenSecret, tokenText } from './token.ts'

const token = { id: 'abcdef', secret: '0123456789abcdef' }

test('a token is six letters, a dot and sixteen more', () => {
  assert.deepEqual(tokenOf('abcdef.0123456789abcdef'), token)
  assert.ok(tokenOf(tokenText(newToken())))
  for (const wrong of ['', 'abcdef', 'ABCDEF.0123456789abcdef', 'abcdef.0123456789abcde', ' abcdef.0123456789abcdef'])
    assert.equal(tokenOf(wrong), undefined, wrong)
})

test('what is kept of a token is what it was made of', () => {
  const terms = { ttl: 60_000, usages: ['authentication', 'signing'], groups: ['system:bootstrappers:a'] }
  const now = new Date('2026-01-01T00:00:00Z')
  const secret = tokenSecret(token, { ...terms, description: 'for paris' }, now)
  assert.deepEqual(secret.metadata, { namespace: 'kube-system', name: 'bootstrap-token-abcdef' })
  assert.deepEqual(keptToken(secret), {
    ...token,
    expiration: new Date('2026-01-01T00:01:00Z'),
    usages: terms.usages,
    groups: terms.groups,
    description: 'for paris',
  })
  assert.equal(keptToken(tokenSecret(token, { ...terms, ttl: 0 }, now))?.expiration, undefined)
  assert.equal(keptToken({ ...secret, type: 'Opaque' }), undefined)
})

describe('what is known of an API server', async () => {
  const files = new Map<string, string>()
  const shelf = {
    read: async (file: string) => files.get(file),
    write: async (file: string, text: string) => void files.set(file, text),
  }
  const { ca } = await openAuthority({ dir: shelf })
  const cluster = { server: 'https://x', 'certificate-authority-data': Buffer.from(ca).toString('base64') }
  const kubeconfig = stringify({ clusters: [{ cluster }] })
  const signed = (secret: string, text = kubeconfig): string => {
    const header = Buffer.from('{"alg":"HS256","kid":"abcdef"}').toString('base64url')
    const signature = createHmac('sha256', secret).update(`${header}.${Buffer.from(text).toString('base64url')}`)
    return `${header}..${signature.digest('base64url')}`
  }
  const info = (data: Readonly<Record<string, string>>) =>
    signedInfo({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cluster-info' }, data } as Manifest, token)

  test('is signed by who has the token', () => {
    const good = info({ kubeconfig, 'jws-kubeconfig-abcdef': signed(token.secret) })
    assert.deepEqual(good, { server: 'https://x', ca, signature: 'good' })
    const missing = info({ kubeconfig, 'jws-kubeconfig-xxxxxx': signed(token.secret) })
    assert.equal(missing?.signature, 'missing')
    const forgeries = [signed('fedcba9876543210'), signed(token.secret, `${kubeconfig}# x`), 'x', '', '..', signed(token.secret).replace('..', '.e30.')] // biome-ignore format: a list
    for (const jws of forgeries) assert.equal(info({ kubeconfig, 'jws-kubeconfig-abcdef': jws })?.signature, 'bad', jws)
    assert.equal(info({}), undefined)
  })
  test('has a key that is known by its hash', () => assert.match(pinOf(ca), /^sha256:[0-9a-f]{64}$/))
})
