import { webcrypto } from 'node:crypto'
import type { User } from '../transport.ts'

/** It takes a while to import: only who asks for a certificate, or reads what others ask, waits for it. */
async function x509() {
  await import('reflect-metadata') // what @peculiar/x509 stands on
  const all = await import('@peculiar/x509')
  all.cryptoProvider.set(webcrypto)
  return all
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** What is sent to an authority, and the key that stays at home. Both are PEM. */
export interface KeyedRequest {
  readonly request: string
  readonly key: string
}

/** Makes a key, and what asks for a certificate for it: the common name is the user, the organizations are its groups. */
export async function requestFor({ name, groups }: User): Promise<KeyedRequest> {
  const { Pkcs10CertificateRequestGenerator, PemConverter } = await x509()
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const subject = [...groups.map((group) => ({ O: [group] })), { CN: [name] }]
  const request = await Pkcs10CertificateRequestGenerator.create({ name: subject, signingAlgorithm: algorithm, keys })
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { request: request.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') }
}

/** What a request asks for. */
export interface Requested extends User {
  /** What its subject says beside these, and the names it wants to be known by. Most have none. */
  readonly others: readonly string[]
}

/** Reads a PEM request. Throws for what is none. That whoever sends it has the key is for the signer to look at. */
export async function readRequest(pem: string): Promise<Requested> {
  const { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } = await x509()
  const request = new Pkcs10CertificateRequest(pem)
  const fields = request.subjectName.toJSON().flatMap(Object.entries) as readonly [name: string, values: string[]][]
  const valuesOf = (field: string) => fields.flatMap(([name, values]) => (name === field ? values : []))
  const [name = '', ...names] = valuesOf('CN')
  const alternatives = request.extensions.filter((each) => each instanceof SubjectAlternativeNameExtension)
  return {
    name,
    groups: valuesOf('O'),
    others: [
      ...names.map((each) => `CN=${each}`),
      ...fields.flatMap(([name, values]) => (name === 'CN' || name === 'O' ? [] : [`${name}=${values.join()}`])),
      ...alternatives.flatMap(({ names }) => names.items.map(({ type, value }) => `${type}:${value}`)),
    ],
  }
}
