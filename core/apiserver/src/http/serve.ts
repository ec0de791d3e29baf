import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { User } from '@flotilla/kube'
import { ApiError } from '@flotilla/sdk'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { isPublic } from '../documents.ts'
import type { Answer, BodyKind, Request } from '../request.ts'
import type { ApiServer } from '../server.ts'
import { refusal } from '../status.ts'
import { anonymous, authenticate } from './authenticate.ts'
import { bodyLimit, checkDepth, protobufType, readBody } from './body.ts'
import { drained } from './drain.ts'
import { respond } from './respond.ts'
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
  user(request: IncomingMessage): User
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
  /** Adds routes of its own. They go before those of servers, and see to access themselves. */
  readonly mount?: (app: FastifyInstance, access: Access) => void | Promise<void>
}

/** A listener that runs. */
export interface HttpsListener {
  /** `https://127.0.0.1:6443`. */
  readonly url: string
  readonly port: number
  /** Ends connections and stops listening. The servers live on. */
  close(): Promise<void>
}

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

const splitUrl = (url: string, prefix: string): readonly [path: string, query: Readonly<Record<string, string>>] => {
  const mark = url.indexOf('?')
  const path = decodePath(url.slice(prefix.length, mark < 0 ? undefined : mark)) || '/'
  return [path, mark < 0 ? {} : Object.fromEntries(new URLSearchParams(url.slice(mark + 1)))]
}

/** Without a name nothing but health and version is told. */
const checkKnown = (user: User, path: string): void => {
  if (user === anonymous && !isPublic(path)) throw refusal.unauthorized()
}

type BodyReader = Request['body']

/** Protobuf costs something to load: who never gets any does without. */
const protobufReader = async (_request: FastifyRequest, bytes: string | Buffer): Promise<BodyReader> => {
  const { readEnvelope } = await import('../protobuf/index.ts')
  return (expected: BodyKind) => checkDepth(readEnvelope(Buffer.from(bytes), expected))
}

const isReader = (body: unknown): body is BodyReader => typeof body === 'function'

const requestOf = (request: FastifyRequest, prefix: string, tokens: HttpsOptions['tokens']): Request => {
  const { raw, body } = request
  const [path, query] = splitUrl(raw.url ?? '/', prefix)
  const user = authenticate(raw, tokens)
  checkKnown(user, path)
  const { accept, 'content-type': contentType, 'user-agent': userAgent } = raw.headers
  return {
    method: raw.method ?? 'GET',
    path,
    query,
    user,
    ...(contentType && { contentType }),
    ...(accept && { accept }),
    ...(userAgent && { userAgent }),
    body: isReader(body) ? body : () => readBody(body instanceof Uint8Array ? body : undefined, contentType),
  }
}

const answerOf = async (
  request: FastifyRequest,
  { server }: Mounted,
  prefix: string,
  tokens: HttpsOptions['tokens'],
): Promise<Answer> => {
  try {
    return await server.handle(requestOf(request, prefix, tokens))
  } catch (error) {
    if (error instanceof ApiError) return { code: error.code, body: error.status }
    throw error
  }
}

const send = async (reply: FastifyReply, answer: Answer): Promise<FastifyReply> => {
  if (!('watch' in answer)) return respond(reply, answer)
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
  return status < 500 ? refusal.badRequest(message, error) : refusal.internal(message, error)
}

const refuse = (reply: FastifyReply, error: unknown): FastifyReply => {
  const { code, status } = refusalOf(error)
  return respond(reply, { code, body: status })
}

const prefixOf = ({ prefix }: Mounted): string => (prefix === '/' ? '' : prefix.replace(/\/$/, ''))

const addServer = (app: FastifyInstance, mounted: Mounted, tokens: HttpsOptions['tokens']): void => {
  const prefix = prefixOf(mounted)
  const handler = async (request: FastifyRequest, reply: FastifyReply) =>
    send(reply, await answerOf(request, mounted, prefix, tokens))
  app.route({ method: methods, url: `${prefix}/*`, handler })
  if (prefix) app.route({ method: methods, url: prefix, handler })
}

const createApp = ({ tls }: HttpsOptions): FastifyInstance => {
  const app: FastifyInstance = fastify({
    https: {
      ...tls,
      requestCert: true,
      rejectUnauthorized: false, // who has no certificate may have a token
      minVersion: 'TLSv1.2',
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      noDelay: true,
    },
    bodyLimit,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 8192 },
    exposeHeadRoutes: false,
    frameworkErrors: (error, _request, reply) => void refuse(reply, error),
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addContentTypeParser(protobufType, { parseAs: 'buffer' }, protobufReader)
  app.setErrorHandler(async (error, request, reply) => {
    if (isTooLarge(error)) await drained(request.raw)
    return refuse(reply, error)
  })
  app.setNotFoundHandler((_request, reply) => refuse(reply, refusal.unknownPath()))
  return app
}

/** One HTTPS listener for several API servers, each under its prefix. HTTP/1.1: every watch has its own connection. */
export const serveHttps = async (options: HttpsOptions): Promise<HttpsListener> => {
  const { servers, host = '127.0.0.1', port = 0, tokens, mount } = options
  const app = createApp(options)
  await mount?.(app, { user: (request) => authenticate(request, tokens) })
  for (const mounted of servers) addServer(app, mounted, tokens)
  await app.listen({ host, port })
  const { port: bound } = app.server.address() as AddressInfo // it listens on a port
  return {
    url: `https://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: () => app.close(),
  }
}
