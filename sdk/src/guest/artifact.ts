import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { Runtime } from '../sandbox.ts'

/*
 * How a module travels: who publishes one and who fetches it mean the same by its digest, its signature and its types in a
 * registry.
 */

/** What a module is called in an OCI registry: the type of its manifest's artifact and of its one layer. */
export const moduleMediaTypes: Readonly<Record<Exclude<Runtime, 'lua'>, string>> = {
  wasm: 'application/vnd.flotilla.module.v1+wasm',
  javascript: 'application/vnd.flotilla.module.v1+javascript',
}

/** The annotation of a manifest in a registry that holds the signature over the module's bytes. */
export const signatureAnnotation = 'dev.flotilla.module.signature'

/** The digest of a module, as a ResourceInterpreterModule pins it: SHA-256 of its bytes in lower-case hex. */
export const moduleDigest = (module: Uint8Array): string => createHash('sha256').update(module).digest('hex')

/** A detached signature over the bytes of a module: Ed25519, in base64. The key is PKCS #8 in PEM. */
export const signModule = (module: Uint8Array, privateKey: string): string =>
  sign(null, module, ed25519(createPrivateKey(privateKey))).toString('base64')

/** Whether a signature is that of a module's bytes by the owner of a key: SPKI in PEM. */
export const isModuleSigned = (module: Uint8Array, signature: string, publicKey: string): boolean =>
  verify(null, module, ed25519(createPublicKey(publicKey)), Buffer.from(signature, 'base64'))

/** Other keys would sign too, in ways that say something else. */
function ed25519<K extends { readonly asymmetricKeyType?: string | undefined }>(key: K): K {
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new Error(`the key is ${key.asymmetricKeyType}; modules are signed with Ed25519`)
}

/** A key to sign modules with, and the one that shows whose signature it is. Both in PEM. */
export interface SigningKeys {
  readonly privateKey: string
  readonly publicKey: string
}

export const createSigningKeys = (): SigningKeys =>
  generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
