import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { relay, relayUpgrade, responseOn, Upgrades, type User } from '@flotilla/kube'
import { ApiError } from '@flotilla/sdk'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { isPublic } from '../documents.ts'
import type { Answer, BodyKind, PassedAnswer, Request, TextAnswer } from '../request.ts'
import type { ApiServer } from '../server.ts'
import { tellEvents, tellText } from '../session/reading.ts'
import { type Speak, speakerFor } from '../session/speak.ts'
import { refusal } from '../status.ts'
import { type AuditOptions, record } from './audit.ts'
import { anonymous, authenticate, type TokenReader } from './authenticate.ts'
import { bodyLimit, checkDepth, objectTypes, protobufType, readBody } from './body.ts'
import { drained } from './drain.ts'
import { FrontProxies, type FrontProxyOptions } from './front-proxies.ts'
import { impersonationOf } from './impersonate.ts'
import { createLimiter, type Limiter, type Limits, usualLimits } from './limit.ts'
import { headerLimit, type Patience, refuseRaw, usualPatience } from './patience.ts'
import { respond } from './respond.ts'
import { Sessions } from './sessions.ts'
import { streamWatch } from './stream.ts'

/** A server and where it is found. */
export interface Mounted {
  /** `/` for the whole listener, or a path such as `/members/member1`. */
  readonly prefix: string
  readonly server: ApiServer
}

/** PEM texts. `ca` signs the client certificates that are trusted. */
export interface TlsFiles {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** What extra routes may want of the listener. */
export interface Access {
  /** Who sent a request; `system:anonymous` when it does not say. Throws 401 for a token nobody has. */
  user(request: IncomingMessage): Promise<User>
  /**
   * Who a request is made as. Throws 401 or 403 when he may not ask for what it asks for: as the roles of the server at `/` say, or else
   * anyone who is known. `path`: what it asks for, where that is not all of its path.
   */
  check(request: IncomingMessage, path?: string): Promise<User>
}

export interface HttpsOptions {
  readonly servers: readonly Mounted[]
  /** By default 127.0.0.1. */
  readonly host?: string
  /** By default one that is free. */
  readonly port?: number
  readonly tls: TlsFiles
  /** Bearer tokens and whose they are. */
  readonly tokens?: ReadonlyMap<string, User>
  /** Those behind which the servers stand, and whom they believe in whose name they ask; by default none. */
  readonly frontProxies?: FrontProxyOptions
  /** How long clients may take; by default as in Kubernetes. */
  readonly patience?: Patience
  /** How many requests may be worked on at once, all servers together; by default as in Kubernetes. */
  readonly limits?: Limits
  /** Hears of every request to a server; by default nobody does. */
  readonly audit?: AuditOptions
  /** Milliseconds after which a session with a Pod ends in which nobody says anything; by default 4 hours, as in Kubernetes. */
  readonly idle?: number
  /** Adds routes of its own, and who takes connections for other protocols. They go before those of servers, and see to access themselves. */
  readonly mount?: (app: FastifyInstance, access: Access, upgrades: Upgrades) => void | Promise<void>
}

/** A listener that runs. */
export interface HttpsListener {
  /** `https://127.0.0.1:6443`. */
  readonly url: string
  readonly port: number
  /** Ends connections and stops listening. The servers live on. */
  close(): Promise<void>
}

const usualIdle = 4 * 60 * 60 * 1000

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

const decodePath = (path: string): string => {
  try {
    return path.includes('%') ? decodeURIComponent(path) : path
  } catch (cause) {
    throw refusal.badRequest(
      `the path ${path} is not valid: a percent sign must be followed by two hexadecimal digits`,
      cause,
    )
  }
}

const half = /%(?![0-9a-f]{2})/i

/** What is not well-formed is not there, as Go reads it. */
const wellFormed = (text: string): string =>
  half.test(text)
    ? text
        .split('&')
        .filter((pair) => !half.test(pair))
        .join('&')
    : text

/** As Go reads it: of what is said twice the first counts; all counts that says how dry a run is. */
const queryOf = (search: URLSearchParams): Readonly<Record<string, string>> => {
  const query: Record<string, string> = Object.create(null)
  for (const [name, value] of search) {
    if (!(name in query)) query[name] = value
    else if (name === 'dryRun') query[name] += `,${value}`
  }
  return query
}

type Split = Pick<Request, 'path' | 'query' | 'search'>

const splitUrl = (url: string, prefix: string): Split => {
  const mark = url.indexOf('?')
  const path = decodePath(url.slice(prefix.length, mark < 0 ? undefined : mark)) || '/'
  if (mark < 0) return { path, query: {} }
  const search = new URLSearchParams(wellFormed(url.slice(mark + 1)))
  return { path, query: queryOf(search), search }
}

/** Without a name nothing but health and version is told, unless roles say otherwise. */
const checkKnown = (user: User, path: string, { hearsAnonymous }: ApiServer): void => {
  if (user === anonymous && !hearsAnonymous && !isPublic(path)) throw refusal.unauthorized()
}

type BodyReader = Request['body']

const isProtobuf = (contentType = ''): boolean => contentType.trim().toLowerCase().startsWith(protobufType)

/** Protobuf costs something to load: who never gets any does without. */
const protobufReader = async (bytes: Uint8Array): Promise<BodyReader> => {
  const { readEnvelope } = await import('../protobuf/index.ts')
  return (expected: BodyKind) => checkDepth(readEnvelope(bytes, expected))
}

/** A server on the listener, and who is who there. */
interface Post extends Mounted {
  /** How long a client may take to read, in milliseconds. */
  readonly reading: number
  readonly reader: TokenReader
  readonly limiter: Limiter
  readonly audit: AuditOptions | undefined
  readonly sessions: Sessions
}

const requestOf = async (
  { raw, body: sent }: FastifyRequest,
  outgoing: ServerResponse,
  { prefix, server, reader, sessions }: Post,
): Promise<Request> => {
  const body = sent instanceof Uint8Array ? sent : undefined
  const url = splitUrl(raw.url ?? '/', prefix)
  const user = await authenticate(raw, reader)
  checkKnown(user, url.path, server)
  const impersonation = impersonationOf(raw)
  const { method = 'GET' } = raw
  const { accept, 'content-type': contentType, 'user-agent': userAgent = 'unknown' } = raw.headers
  return {
    method,
    ...url,
    user,
    ...(sessions.isOffered(raw) && { upgrade: true }),
    ...(impersonation && { impersonation }),
    ...(contentType && { contentType }),
    ...(accept && { accept }),
    userAgent,
    body: body && isProtobuf(contentType) ? await protobufReader(body) : () => readBody(body, contentType, method),
    wire: { incoming: raw, target: (raw.url ?? '/').slice(prefix.length), outgoing, ...(body && { body }) },
  }
}

const orRefusal = (error: unknown): Answer => {
  if (error instanceof ApiError) return { code: error.code, body: error.status }
  throw error
}

/** An answer, and how a session goes on that it is. */
interface Reply {
  readonly answer: Answer
  readonly speak?: Speak
}

/** Two connections that speak what they have agreed on, until one of them ends or the server does. */
const tied =
  (answer: PassedAnswer): Speak =>
  async (connection, signal) => {
    const end = () => void connection.socket.destroy()
    signal.addEventListener('abort', end)
    await relayUpgrade(connection, answer)
    signal.removeEventListener('abort', end)
  }

const replyOf = (raw: IncomingMessage, answer: Answer, { upgrade }: Request): Reply => {
  if (upgrade && 'watch' in answer) return { answer, speak: tellEvents(raw, answer) }
  if (upgrade && 'text' in answer) return { answer, speak: tellText(raw, answer) }
  if ('content' in answer && answer.status === 101) return { answer, speak: tied(answer) }
  if (!('session' in answer)) return { answer }
  try {
    return { answer, speak: speakerFor(raw, answer.session) }
  } catch (error) {
    answer.session.end()
    throw error
  }
}

const answerTo = async (sent: FastifyRequest, outgoing: ServerResponse, post: Post): Promise<Reply> => {
  const { server, limiter, audit } = post
  const received = new Date()
  let request: Request | undefined
  const handled = async (): Promise<Reply> => {
    const understood = await requestOf(sent, outgoing, post)
    request = understood
    return replyOf(sent.raw, await limiter(understood, () => server.handle(understood)), understood)
  }
  const reply = await handled().catch((error): Reply => ({ answer: orRefusal(error) }))
  if (audit) record(audit, { raw: sent.raw, received, request, answer: reply.answer })
  return reply
}

/** Text as it comes, until it ends or the client leaves. */
const sendText = (reply: FastifyReply, { text }: TextAnswer): FastifyReply => {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return reply.header('content-type', 'text/plain; charset=utf-8').send(Readable.from(text(gone.signal)))
}

const send = async (
  reply: FastifyReply,
  { answer, speak }: Reply,
  { sessions, reading }: Post,
): Promise<FastifyReply> => {
  if (speak) {
    reply.hijack()
    sessions.begin(reply.request.raw, reply.raw, speak)
    return reply
  }
  if ('session' in answer) throw new TypeError('a session without anyone who speaks') // there is always one
  if ('text' in answer) return sendText(reply, answer)
  if ('content' in answer) {
    reply.hijack()
    await relay(reply.raw, answer)
    return reply
  }
  if (!('watch' in answer)) return respond(reply, answer, reading)
  reply.hijack()
  await streamWatch(answer, reply.raw)
  return reply
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE'

/** What fastify refuses before we see it, in our words. */
const refusalOf = (error: unknown): ApiError => {
  if (error instanceof ApiError) return error
  if (isTooLarge(error)) return refusal.tooLarge(bodyLimit)
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  const message = error instanceof Error ? error.message : String(error)
  if (status === 415) return refusal.unsupportedMediaType(objectTypes)
  return status < 500 ? refusal.badRequest(message, error) : refusal.internal(message, error)
}

const refuse = (reply: FastifyReply, error: unknown): FastifyReply | Promise<FastifyReply> => {
  const { code, status } = refusalOf(error)
  return respond(reply, { code, body: status })
}

const prefixOf = ({ prefix }: Mounted): string => (prefix === '/' ? '' : prefix.replace(/\/$/, ''))

const readerOf = (server: ApiServer | undefined, { tokens, frontProxies, tls }: HttpsOptions): TokenReader => ({
  tokens,
  ...(frontProxies && { proxies: new FrontProxies(frontProxies, tls.ca) }),
  identify: async (token) => server?.identify(token),
})

const accessOf = (server: ApiServer | undefined, reader: TokenReader): Access => ({
  user: (request) => authenticate(request, reader),
  async check(request, path) {
    const user = await authenticate(request, reader)
    if (user === anonymous && !server?.hearsAnonymous) throw refusal.unauthorized()
    const own = splitUrl(request.url ?? '/', '')
    const impersonation = impersonationOf(request)
    const asked = { method: request.method ?? 'GET', path: path ?? own.path, query: own.query, user }
    return (await server?.check({ ...asked, ...(impersonation && { impersonation }) })) ?? user
  },
})

/** Where connections are asked for. */
const connecting = /^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+\/(?:exec|attach|portforward)\/?(?:\?|$)/

/** What goes on may be heard on a WebSocket, too. */
const going = /\/log\/?(?:\?|$)|[?&]watch(?:[=&]|$)/

/** Somebody else says himself where. */
const isConnecting = (server: ApiServer, target: string, { upgrade = '' }: IncomingHttpHeaders): boolean =>
  connecting.test(target) || server.passesOn(target) || (upgrade.toLowerCase() === 'websocket' && going.test(target))

const addServer = (app: FastifyInstance, upgrades: Upgrades, post: Post): void => {
  const { prefix, server, sessions } = post
  const handler = async (request: FastifyRequest, reply: FastifyReply) =>
    send(reply, await answerTo(request, reply.raw, post), post)
  upgrades.take(
    ({ url = '', headers }) => url.startsWith(prefix) && isConnecting(server, url.slice(prefix.length), headers),
    (request, connection) => {
      sessions.offer(request, connection)
      app.routing(request, responseOn(request, connection.socket))
    },
  )
  app.route({ method: methods, url: `${prefix}/*`, handler })
  if (prefix) app.route({ method: methods, url: prefix, handler })
}

const createApp = (
  { tls, frontProxies, patience = usualPatience }: HttpsOptions,
  upgrades: Upgrades,
): FastifyInstance => {
  const app: FastifyInstance = fastify({
    https: {
      ...tls,
      ...(frontProxies && { ca: [tls.ca, frontProxies.ca] }),
      requestCert: true,
      rejectUnauthorized: false, // who has no certificate may have a token
      minVersion: 'TLSv1.2',
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      noDelay: true,
      handshakeTimeout: patience.headers,
      headersTimeout: patience.headers,
      connectionsCheckingInterval: Math.min(5_000, patience.headers / 4),
      maxHeaderSize: headerLimit,
      shouldUpgradeCallback: (request) => upgrades.isTaken(request),
    },
    bodyLimit,
    requestTimeout: patience.request,
    keepAliveTimeout: patience.idle,
    clientErrorHandler: refuseRaw,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 8192 },
    exposeHeadRoutes: false,
    frameworkErrors: (error, _request, reply) => void refuse(reply, error),
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler(async (error, request, reply) => {
    if (isTooLarge(error)) await drained(request.raw)
    return refuse(reply, error)
  })
  upgrades.listen(app.server, app.routing)
  app.setNotFoundHandler(({ method }, reply) =>
    refuse(reply, methods.includes(method) ? refusal.unknownPath() : refusal.methodNotAllowed()),
  )
  return app
}

/** One HTTPS listener for several API servers, each under its prefix. HTTP/1.1: every watch has its own connection. */
export const serveHttps = async (options: HttpsOptions): Promise<HttpsListener> => {
  const { servers, host = '127.0.0.1', port = 0, mount, limits = usualLimits, audit, idle = usualIdle } = options
  const upgrades = new Upgrades()
  const app = createApp(options, upgrades)
  const whole = servers.find(({ prefix }) => prefix === '/')?.server
  await mount?.(app, accessOf(whole, readerOf(whole, options)), upgrades)
  const limiter = createLimiter(limits)
  const { reading } = options.patience ?? usualPatience
  const sessions = new Sessions(idle)
  app.addHook('preClose', () => sessions.close())
  for (const mounted of servers) {
    const { server } = mounted
    const reader = readerOf(server, options)
    addServer(app, upgrades, { server, prefix: prefixOf(mounted), reader, limiter, audit, sessions, reading })
  }
  await app.listen({ host, port })
  const { port: bound } = app.server.address() as AddressInfo // it listens on a port
  return {
    url: `https://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: () => app.close(),
  }
}
