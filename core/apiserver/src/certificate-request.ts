import 'reflect-metadata' // what @peculiar/x509 stands on
import { webcrypto } from 'node:crypto'
import {
  cryptoProvider,
  ExtendedKeyUsage,
  type ExtendedKeyUsageType,
  KeyUsageFlags,
  type Name,
  Pkcs10CertificateRequest,
  type PublicKey,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509'

cryptoProvider.set(webcrypto)

/** What someone wants a certificate to say. */
export interface CertificateRequest {
  readonly subject: Name
  readonly publicKey: PublicKey
  readonly commonName: string
  readonly organizations: readonly string[]
  /** Names and addresses it is to be for. */
  readonly alternatives: SubjectAlternativeNameExtension | undefined
  /** Whether it was made by who has the private key. */
  verify(): Promise<boolean>
}

const label = '-----BEGIN CERTIFICATE REQUEST-----'

/** Reads a PKCS #10 request, PEM. Throws a `TypeError` where there is none. */
export const readCertificateRequest = (pem: string): CertificateRequest => {
  if (!pem.includes(label)) throw new TypeError('PEM block type must be CERTIFICATE REQUEST')
  let request: Pkcs10CertificateRequest
  try {
    request = new Pkcs10CertificateRequest(pem.slice(pem.indexOf(label)))
  } catch (cause) {
    throw new TypeError('it is not a certificate request', { cause })
  }
  const { subjectName, publicKey } = request
  return {
    subject: subjectName,
    publicKey,
    commonName: subjectName.getField('CN')[0] ?? '',
    organizations: subjectName.getField('O'),
    alternatives: request.extensions.find((each) => each instanceof SubjectAlternativeNameExtension),
    verify: () => request.verify(),
  }
}

const keyUsages: Readonly<Record<string, KeyUsageFlags>> = {
  signing: KeyUsageFlags.digitalSignature,
  'digital signature': KeyUsageFlags.digitalSignature,
  'content commitment': KeyUsageFlags.nonRepudiation,
  'key encipherment': KeyUsageFlags.keyEncipherment,
  'key agreement': KeyUsageFlags.keyAgreement,
  'data encipherment': KeyUsageFlags.dataEncipherment,
  'cert sign': KeyUsageFlags.keyCertSign,
  'crl sign': KeyUsageFlags.cRLSign,
  'encipher only': KeyUsageFlags.encipherOnly,
  'decipher only': KeyUsageFlags.decipherOnly,
}

const extendedUsages: Readonly<Record<string, ExtendedKeyUsageType>> = {
  'server auth': ExtendedKeyUsage.serverAuth,
  'client auth': ExtendedKeyUsage.clientAuth,
  'code signing': ExtendedKeyUsage.codeSigning,
  'email protection': ExtendedKeyUsage.emailProtection,
  's/mime': ExtendedKeyUsage.emailProtection,
  timestamping: ExtendedKeyUsage.timeStamping,
  'ocsp signing': ExtendedKeyUsage.ocspSigning,
}

/** Kubernetes' words for what a certificate is for, as certificates say it. */
export const usagesOf = (
  words: readonly string[],
): { readonly key: number; readonly extended: readonly ExtendedKeyUsageType[] } => ({
  key: words.reduce((flags, word) => flags | (keyUsages[word] ?? 0), 0),
  extended: words.flatMap((word) => extendedUsages[word] ?? []),
})
