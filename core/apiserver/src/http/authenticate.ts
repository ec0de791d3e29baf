import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { User } from '@flotilla/kube'
import { refusal } from '../status.ts'

const authenticated = 'system:authenticated'

/** Who asks when nobody says who they are. */
export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

const listOf = (value: string | readonly string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

/** The common name is the user, organizations are the groups. */
const userOfCertificate = (socket: TLSSocket): User | undefined => {
  if (!socket.authorized) return undefined
  const { subject } = socket.getPeerCertificate()
  const [name] = listOf(subject?.CN)
  return name ? { name, groups: [...listOf(subject.O), authenticated] } : undefined
}

const known = new WeakMap<object, User | undefined>()

/** A connection's certificate does not change: it is read once. */
const userOfConnection = ({ socket }: IncomingMessage): User | undefined => {
  if (!(socket instanceof TLSSocket)) return undefined
  if (!known.has(socket)) known.set(socket, userOfCertificate(socket))
  return known.get(socket)
}

const bearer = /^bearer +(\S+)$/i

/**
 * Who sent a request: by client certificate, else by bearer token; `anonymous` when it carries neither.
 * Throws 401 for a token nobody has.
 */
export const authenticate = (request: IncomingMessage, tokens: ReadonlyMap<string, User> | undefined): User => {
  const byCertificate = userOfConnection(request)
  if (byCertificate) return byCertificate
  const { authorization } = request.headers
  if (authorization === undefined) return anonymous
  const token = bearer.exec(authorization)?.[1]
  const user = token === undefined ? undefined : tokens?.get(token)
  if (user === undefined) throw refusal.unauthorized()
  return { name: user.name, groups: [...user.groups, authenticated] }
}
