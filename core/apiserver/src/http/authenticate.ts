import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { User } from '@flotilla/kube'
import { authenticated, credentialId } from '../access/access.ts'
import { refusal } from '../status.ts'

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
const userOfConnection = ({ socket }: IncomingMessage): User | undefined => {
  if (!(socket instanceof TLSSocket)) return undefined
  if (!known.has(socket)) known.set(socket, userOfCertificate(socket))
  return known.get(socket)
}

/** Who tokens stand for. */
export interface TokenReader {
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

/**
 * Who sent a request: by client certificate, else by bearer token; `anonymous` when it carries neither.
 * Throws 401 for a token nobody has.
 */
export const authenticate = async (request: IncomingMessage, { tokens, identify }: TokenReader): Promise<User> => {
  const byCertificate = userOfConnection(request)
  if (byCertificate) return byCertificate
  const { authorization } = request.headers
  const token = authorization && bearer.exec(authorization)?.[1]
  if (!token) return anonymous
  const listed = tokens?.get(token)
  if (listed) return asAuthenticated(listed)
  const user = await identify(token)
  if (user === undefined) throw refusal.unauthorized()
  return user
}
