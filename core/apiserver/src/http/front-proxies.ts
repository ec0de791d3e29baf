import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type DetailedPeerCertificate, TLSSocket } from 'node:tls'
import type { User } from '@flotilla/kube'
import { authenticated } from '../access/access.ts'

/** API servers behind which this one stands: they have found out who asks, and say so in headers. */
export interface FrontProxyOptions {
  /** The authority that signs their certificates, PEM. */
  readonly ca: string
  /** The common names in these; by default any. */
  readonly names?: readonly string[]
}

/** The certificates from a peer's to the one that is believed. */
function* chainOf(socket: TLSSocket): Generator<DetailedPeerCertificate> {
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true)
  for (let last: unknown; next?.raw && next !== last; next = next.issuerCertificate) {
    yield next
    last = next
  }
}

const extraPrefix = 'x-remote-extra-'

const decoded = (key: string): string => {
  try {
    return decodeURIComponent(key)
  } catch {
    return key // as Kubernetes has it
  }
}

const userIn = ({ headers, headersDistinct }: IncomingMessage): User | undefined => {
  const all = (name: string): readonly string[] => headersDistinct[name] ?? []
  const [name] = all('x-remote-user')
  if (!name) return undefined
  const [uid] = all('x-remote-uid')
  const extra = Object.keys(headers)
    .filter((each) => each.startsWith(extraPrefix))
    .map((each) => [decoded(each.slice(extraPrefix.length)), all(each)] as const)
  const groups = [...new Set([...all('x-remote-group'), authenticated])]
  return { name, groups, ...(uid && { uid }), ...(extra.length > 0 && { extra: Object.fromEntries(extra) }) }
}

/** Believes those that speak for others, and nobody else. */
export class FrontProxies {
  readonly #authority: X509Certificate
  readonly #names: readonly string[]
  readonly #known = new WeakMap<TLSSocket, boolean>()

  readonly #isShared: boolean

  /** `clientCa`: the authority of those who ask for themselves. */
  constructor({ ca, names = [] }: FrontProxyOptions, clientCa: string) {
    this.#authority = new X509Certificate(ca)
    this.#names = names
    this.#isShared = this.#authority.fingerprint256 === new X509Certificate(clientCa).fingerprint256
  }

  /** Whether a connection is one of theirs, and of nobody who asks for himself. */
  isOnly(socket: TLSSocket): boolean {
    return !this.#isShared && this.#signed(socket)
  }

  #signed(socket: TLSSocket): boolean {
    const known = this.#known.get(socket)
    if (known !== undefined) return known
    const found = socket.authorized && chainOf(socket).some(({ raw }) => this.#isOurs(new X509Certificate(raw)))
    this.#known.set(socket, found)
    return found
  }

  /** Who asks, as one of them says; undefined where none does. */
  user(request: IncomingMessage): User | undefined {
    const { socket, headers } = request
    if (headers['x-remote-user'] === undefined || !(socket instanceof TLSSocket) || !this.#signed(socket))
      return undefined
    const { CN } = socket.getPeerCertificate().subject
    return this.#names.length === 0 || this.#names.includes(String(CN)) ? userIn(request) : undefined
  }

  #isOurs(certificate: X509Certificate): boolean {
    return certificate.checkIssued(this.#authority) && certificate.verify(this.#authority.publicKey)
  }
}
