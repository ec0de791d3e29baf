import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { User } from '@flotilla/kube'
import { authenticated, credentialId } from '../access/access.ts'
import { refusal } from '../status.ts'
import type { FrontProxies } from './front-proxies.ts'

/** Who asks when nobody says who they are. */
export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

/** The common name is the user, organizations are the groups. */
const userOfCertificate = (socket: TLSSocket): User | undefined => {
  if (!socket.authorized) return undefined
  const { subject, fingerprint256 = '' } = socket.getPeerCertificate()
  const [name] = listOf(subject?.CN)
  const id = `X509SHA256=${fingerprint256.replaceAll(':', '').toLowerCase()}`
  return name ? { name, groups: [...listOf(subject.O), authenticated], extra: { [credentialId]: [id] } } : undefined
}

const known = new WeakMap<object, User | undefined>()

/** A connection's certificate does not change: it is read once. */
const userOfConnection = ({ socket }: IncomingMessage, proxies: FrontProxies | undefined): User | undefined => {
  if (!(socket instanceof TLSSocket) || proxies?.isOnly(socket)) return undefined
  if (!known.has(socket)) known.set(socket, userOfCertificate(socket))
  return known.get(socket)
}

/** Who tokens stand for, and who speaks for others. */
export interface TokenReader {
  readonly proxies?: FrontProxies
  readonly tokens: ReadonlyMap<string, User> | undefined
  /** Asked about those that are not among them. */
  readonly identify: (token: string) => Promise<User | undefined>
}

const given = new WeakMap<User, User>()

/** The same user is the same object each time: answers are remembered with it. */
const asAuthenticated = (user: User): User => {
  const found = given.get(user)
  if (found) return found
  const fresh = { ...user, groups: [...user.groups, authenticated] }
  given.set(user, fresh)
  return fresh
}

const bearer = /^bearer +(\S+)$/i

/** How a page in a browser says a token that asks for a WebSocket, which can say no header: as one of the protocols it offers. */
export const bearerProtocol = 'base64url.bearer.authorization.k8s.io.'

/** The values of a header that is a list. */
export const listed = ({ headersDistinct }: IncomingMessage, name: string): readonly string[] =>
  (headersDistinct[name] ?? [])
    .flatMap((value) => value.split(','))
    .map((each) => each.trim())
    .filter(Boolean)

const tokenOf = (request: IncomingMessage): string | undefined => {
  const { authorization, upgrade } = request.headers
  if (authorization) return bearer.exec(authorization)?.[1]
  if (upgrade?.toLowerCase() !== 'websocket') return undefined
  const [found, ...others] = listed(request, 'sec-websocket-protocol').filter((each) => each.startsWith(bearerProtocol))
  if (others.length > 0) throw refusal.unauthorized()
  return found && Buffer.from(found.slice(bearerProtocol.length), 'base64url').toString()
}

/**
 * Who sent a request: as a front proxy says, by client certificate, else by bearer token; `anonymous` when it carries neither.
 * Throws 401 for a token nobody has.
 */
export const authenticate = async (
  request: IncomingMessage,
  { tokens, identify, proxies }: TokenReader,
): Promise<User> => {
  const byCertificate = proxies?.user(request) ?? userOfConnection(request, proxies)
  if (byCertificate) return byCertificate
  const token = tokenOf(request)
  if (!token) return anonymous
  const listed = tokens?.get(token)
  if (listed) return asAuthenticated(listed)
  const user = await identify(token)
  if (user === undefined) throw refusal.unauthorized()
  return user
}
