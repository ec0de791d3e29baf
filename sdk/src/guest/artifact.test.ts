import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { createSigningKeys, isModuleSigned, moduleDigest, signModule } from './artifact.ts'

const module = Buffer.from('export const interpretHealth = () => "Healthy"')
const changed = Buffer.from('export const interpretHealth = () => "Unknown"')

test('a digest is that of sha256sum', () => {
  assert.equal(moduleDigest(Buffer.from('abc')), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('a signature holds for these bytes and this key', () => {
  const { privateKey, publicKey } = createSigningKeys()
  const signature = signModule(module, privateKey)
  assert.match(signature, /^[A-Za-z0-9+/]{86}==$/)
  assert.equal(isModuleSigned(module, signature, publicKey), true)
  assert.equal(isModuleSigned(changed, signature, publicKey), false)
  assert.equal(isModuleSigned(module, signature, createSigningKeys().publicKey), false)
  assert.equal(isModuleSigned(module, 'no signature', publicKey), false)
})

test('a key of another kind is refused, not taken for one', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  assert.throws(() => signModule(module, privateKey), /the key is rsa; modules are signed with Ed25519/)
  assert.throws(() => isModuleSigned(module, '', publicKey), /the key is rsa/)
})
