import 'reflect-metadata' // what @peculiar/x509 stands on
import { generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { User } from '@flotilla/kube'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PemConverter,
  type PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

import { type CertificateRequest, usagesOf } from './certificate-request.ts'

cryptoProvider.set(webcrypto)

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

const day = 24 * 60 * 60 * 1000
const authorityLife = 3650 * day
const leafLife = 365 * day
/** Clocks differ. */
const backdate = 60 * 60 * 1000
/** What has less than this left is made anew. */
const renewal = 30 * day

/** A certificate and its private key, as PEM. */
export interface Credential {
  readonly cert: string
  readonly key: string
}

/** Where certificates and keys are kept, by file name: `ca.crt`, `ca.key`. */
export interface Shelf {
  read(file: string): Promise<string | undefined>
  write(file: string, text: string): Promise<void>
}

export interface AuthorityOptions {
  /** Where everything is kept: `ca`, `server` and one pair for each client; a folder is readable by its owner only. */
  readonly dir: string | Shelf
  /** Names and addresses the server is reached by. By default `localhost`, `127.0.0.1` and `::1`. */
  readonly hosts?: readonly string[]
  readonly now?: () => Date
}

/** A certificate authority of one's own. What it issues is kept, and made anew when it is about to expire. */
export interface Authority {
  /** What clients and servers trust, as PEM. */
  readonly ca: string
  /** The server's, for its hosts. */
  server(): Promise<Credential>
  /** A client's: the common name is the user, the organizations are its groups. `file` is what it is kept as. */
  client(file: string, user: User): Promise<Credential>
  /** A private key on the curve P-256 for something else, PEM. */
  key(file: string): Promise<string>
  /** A certificate as it was asked for, PEM, of `seconds` at most. Nothing is kept of it. */
  sign(request: CertificateRequest, usages: readonly string[], seconds?: number): Promise<string>
}

interface Issuer extends Credential {
  readonly certificate: X509Certificate
  readonly keys: webcrypto.CryptoKeyPair
}

/** What a certificate says beside its key and its validity. */
interface Profile {
  readonly subject: readonly Record<string, string[]>[]
  readonly extensions: readonly Extension[]
}

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

const exportKey = async ({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> =>
  PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY')

const importKeys = async ({ key }: Credential, certificate: X509Certificate): Promise<webcrypto.CryptoKeyPair> => ({
  privateKey: await webcrypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(key), algorithm, true, ['sign']),
  publicKey: await certificate.publicKey.export(),
})

/** Positive, and never used before. */
const serialNumber = (): string => `00${randomBytes(16).toString('hex')}`

const validity = (now: Date, life: number) => ({
  notBefore: new Date(now.getTime() - backdate),
  notAfter: new Date(now.getTime() + life),
})

const createAuthority = async (now: Date): Promise<Issuer> => {
  const keys = await generateKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=flotilla-ca',
    ...validity(now, authorityLife),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificate, keys, cert: certificate.toString('pem'), key: await exportKey(keys) }
}

/** What a certificate says, to be signed. */
interface Leaf {
  readonly subject: Name
  readonly publicKey: webcrypto.CryptoKey | PublicKey
  readonly keyUsages: number
  readonly extensions: readonly Extension[]
  readonly notBefore: Date
  readonly notAfter: Date
}

const signLeaf = async (issuer: Issuer, { subject, keyUsages, extensions, ...leaf }: Leaf): Promise<string> => {
  const certificate = await X509CertificateGenerator.create({
    ...leaf,
    serialNumber: serialNumber(),
    subject: subject.toString(),
    issuer: issuer.certificate.subject,
    signingAlgorithm: algorithm,
    signingKey: issuer.keys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      ...(keyUsages === 0 ? [] : [new KeyUsagesExtension(keyUsages, true)]), // to be for nothing is not allowed
      await AuthorityKeyIdentifierExtension.create(issuer.certificate),
      ...extensions,
    ],
  })
  return certificate.toString('pem')
}

const issue = async (issuer: Issuer, { subject, extensions }: Profile, now: Date): Promise<Credential> => {
  const keys = await generateKeys()
  const cert = await signLeaf(issuer, {
    subject: new Name([...subject]),
    publicKey: keys.publicKey,
    keyUsages: KeyUsageFlags.digitalSignature,
    extensions,
    ...validity(now, leafLife),
  })
  return { cert, key: await exportKey(keys) }
}

/** Not longer than the authority itself lasts. */
const within = (issuer: Issuer, { notBefore, notAfter }: ReturnType<typeof validity>) => ({
  notBefore,
  notAfter: notAfter < issuer.certificate.notAfter ? notAfter : issuer.certificate.notAfter,
})

const signAsked = (
  issuer: Issuer,
  { subject, publicKey, alternatives }: CertificateRequest,
  usages: readonly string[],
  life: number,
  now: Date,
): Promise<string> => {
  const { key, extended } = usagesOf(usages)
  return signLeaf(issuer, {
    subject,
    publicKey,
    keyUsages: key,
    extensions: [
      ...(extended.length > 0 ? [new ExtendedKeyUsageExtension([...extended])] : []),
      ...(alternatives ? [alternatives] : []),
    ],
    ...within(issuer, validity(now, life)),
  })
}

const serverProfile = (hosts: readonly string[]): Profile => ({
  subject: [{ CN: ['kube-apiserver'] }],
  extensions: [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(
      hosts.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
    ),
  ],
})

const clientProfile = ({ name, groups }: User): Profile => ({
  subject: [...groups.map((group) => ({ O: [group] })), { CN: [name] }],
  extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
})

const readFrom = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Either the old content is there or the new. */
const writeTo = async (path: string, text: string): Promise<void> => {
  await writeFile(`${path}.new`, text, { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** A folder that only its owner can look into. */
const folder = async (dir: string): Promise<Shelf> => {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  return { read: (file) => readFrom(join(dir, file)), write: (file, text) => writeTo(join(dir, file), text) }
}

const load = async (shelf: Shelf, name: string): Promise<Credential | undefined> => {
  const [cert, key] = await Promise.all([shelf.read(`${name}.crt`), shelf.read(`${name}.key`)])
  return cert && key ? { cert, key } : undefined
}

const save = async (shelf: Shelf, name: string, { cert, key }: Credential): Promise<void> => {
  await shelf.write(`${name}.key`, key)
  await shelf.write(`${name}.crt`, cert)
}

/** Whether a certificate will hold for a while. */
const lasts = (certificate: X509Certificate, now: Date): boolean =>
  certificate.notAfter.getTime() - now.getTime() > renewal

const loadAuthority = async (shelf: Shelf, now: Date): Promise<Issuer | undefined> => {
  const found = await load(shelf, 'ca')
  if (found === undefined) return undefined
  const certificate = new X509Certificate(found.cert)
  if (!lasts(certificate, now)) return undefined
  return { ...found, certificate, keys: await importKeys(found, certificate) }
}

const openIssuer = async (shelf: Shelf, now: Date): Promise<Issuer> => {
  const found = await loadAuthority(shelf, now)
  if (found) return found
  const created = await createAuthority(now)
  await save(shelf, 'ca', created)
  return created
}

const sameSubject = (certificate: X509Certificate, { subject }: Profile): boolean =>
  certificate.subject === new Name([...subject]).toString()

const sameHosts = (certificate: X509Certificate, { extensions }: Profile): boolean => {
  const wanted = extensions.find((extension) => extension instanceof SubjectAlternativeNameExtension)
  const found = certificate.getExtension(SubjectAlternativeNameExtension)
  return wanted === undefined || JSON.stringify(wanted.names) === JSON.stringify(found?.names)
}

const isGood = async ({ cert }: Credential, issuer: Issuer, profile: Profile, now: Date): Promise<boolean> => {
  const certificate = new X509Certificate(cert)
  if (!lasts(certificate, now) || !sameSubject(certificate, profile) || !sameHosts(certificate, profile)) return false
  return certificate.verify({ publicKey: issuer.keys.publicKey, date: now })
}

const ensureKey = async (shelf: Shelf, file: string): Promise<string> => {
  const found = await shelf.read(`${file}.key`)
  if (found) return found
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const fresh = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await shelf.write(`${file}.key`, fresh)
  return fresh
}

/** Opens the authority that is kept somewhere, or makes one. */
export const openAuthority = async (options: AuthorityOptions): Promise<Authority> => {
  const { dir, hosts = ['localhost', '127.0.0.1', '::1'], now = () => new Date() } = options
  const shelf = typeof dir === 'string' ? await folder(dir) : dir
  const issuer = await openIssuer(shelf, now())
  const ensure = async (file: string, profile: Profile): Promise<Credential> => {
    const found = await load(shelf, file)
    if (found && (await isGood(found, issuer, profile, now()))) return found
    const fresh = await issue(issuer, profile, now())
    await save(shelf, file, fresh)
    return fresh
  }
  return {
    ca: issuer.cert,
    server: () => ensure('server', serverProfile(hosts)),
    client: (file, user) => ensure(file, clientProfile(user)),
    key: (file) => ensureKey(shelf, file),
    sign: (request, usages, seconds) =>
      signAsked(issuer, request, usages, seconds === undefined ? leafLife : Math.min(seconds * 1000, leafLife), now()),
  }
}
