import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ApiRequest, faultOf, type Transport, Upgrades, type User, type WireEvent } from '@flotilla/kube'
import { ApiError, type Client, clusterKind, groupOf } from '@flotilla/sdk'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { failure } from '../failure.ts'
import type { ClusterProxy } from '../proxy/proxy.ts'
import { clusterProxyRoutes } from '../proxy/routes.ts'
import { Access, type Doing, doingOf, forbidden } from './access.ts'
import { acceptedJson, passedType, readBody } from './body.ts'
import { callerOf, type Front } from './front.ts'

/** A document about what is served. */
export interface Document {
  readonly body: unknown
  readonly contentType?: string
  /** Names this state of it. */
  readonly etag?: string
}

export interface ClusterApiOptions {
  /** To the API server that keeps the Clusters: `throughStorage`. */
  readonly transport: Transport
  /** Whom to ask who may do what. */
  readonly client: Client
  /** How the API server in front is known; undefined as long as nobody knows. */
  readonly front: () => Front | undefined
  /** Discovery and schemas. */
  readonly documents: (path: string, accept: string | undefined) => Document | undefined
  readonly proxy: ClusterProxy
}

const group = groupOf(clusterKind.apiVersion)
const root = `/apis/${clusterKind.apiVersion}/${clusterKind.plural}`

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** The largest body, as in Kubernetes. */
const bodyLimit = 3 * 1024 * 1024

/** Milliseconds an answer may take that is no stream. */
const answerMs = 60_000

/** Milliseconds a watcher may take to read what it was sent. */
const readMs = 60_000

const pathOf = (url: string): string => url.split('?', 1)[0] ?? ''
const queryOf = (url: string): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : ''))

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw failure(400, 'BadRequest', `the path ${text} is not valid`)
  }
}

class ClusterApi {
  readonly #options: ClusterApiOptions
  readonly #access: Access
  readonly #end = new AbortController()

  constructor(options: ClusterApiOptions) {
    this.#options = options
    this.#access = new Access(options.client)
  }

  /** Who asks. Throws 401 when nobody believable says so. */
  known(request: IncomingMessage): User {
    const front = this.#options.front()
    if (!front) throw failure(503, 'ServiceUnavailable', 'it is not known yet which API server is in front')
    const caller = callerOf(request, front)
    if (!caller) throw failure(401, 'Unauthorized', 'Unauthorized')
    return caller
  }

  /** Who asks, when he may. */
  async allowed(request: IncomingMessage, doing: Doing): Promise<User> {
    const caller = this.known(request)
    if (await this.#access.allows(caller, doing)) return caller
    const details = { ...(doing.name && { name: doing.name }), group, kind: clusterKind.plural }
    throw failure(403, 'Forbidden', forbidden(caller, doing), details)
  }

  /** Ends what would go on by itself. */
  async close(): Promise<void> {
    this.#end.abort(new Error('it is stopping'))
  }

  document({ raw }: FastifyRequest): Document {
    this.known(raw)
    const found = this.#options.documents(pathOf(raw.url ?? ''), raw.headers.accept)
    if (!found) throw failure(404, 'NotFound', 'the server could not find the requested resource')
    return found
  }

  /** Answers about Clusters themselves. */
  async objects({ raw, body }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { method = 'GET', url = '', headers } = raw
    const [path, query] = [pathOf(url), queryOf(url)]
    const doing = doingOf(method, path.slice(root.length), query)
    await this.allowed(raw, { ...doing, ...(doing.name && { name: decoded(doing.name) }) })
    const read = readBody(body instanceof Uint8Array ? body : undefined, headers['content-type'])
    const request: ApiRequest = {
      method,
      path,
      query,
      headers: {
        accept: acceptedJson(headers.accept),
        ...(read !== undefined && { 'content-type': passedType(headers['content-type']) }),
        ...(headers['user-agent'] && { 'user-agent': headers['user-agent'] }),
      },
      ...(read !== undefined && { body: read }),
    }
    return doing.verb === 'watch' ? this.#watch(request, reply) : this.#answer(request, reply)
  }

  async #answer(request: ApiRequest, reply: FastifyReply): Promise<FastifyReply> {
    const life = new AbortController()
    reply.raw.once('close', () => life.abort(new Error('the client has left')))
    const signal = AbortSignal.any([life.signal, AbortSignal.timeout(answerMs)])
    const { status, headers, body } = await this.#options.transport.send({ ...request, signal })
    for (const name of ['warning', 'retry-after']) if (headers?.[name]) reply.header(name, headers[name])
    return reply.code(status).type('application/json').send(JSON.stringify(body))
  }

  /** A watch is sent on event by event. Bookmarks are asked for in any case, so that a connection that died is noticed. */
  async #watch(request: ApiRequest, reply: FastifyReply): Promise<FastifyReply> {
    const life = new AbortController()
    reply.raw.once('close', () => life.abort(new Error('the client has left')))
    const { allowWatchBookmarks: wanted } = request.query ?? {}
    const query = { ...request.query, allowWatchBookmarks: 'true' }
    const signal = AbortSignal.any([life.signal, this.#end.signal])
    const events = await this.#options.transport.stream({ ...request, query, signal })
    reply.hijack()
    await sendEvents(events, wanted === 'true' || wanted === '1', reply.raw).catch(() => reply.raw.destroy())
    life.abort()
    return reply
  }
}

async function sendEvents(
  events: AsyncIterable<WireEvent>,
  withBookmarks: boolean,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  for await (const event of events) {
    if (event.type === 'BOOKMARK' && !withBookmarks) continue
    if (response.write(`${JSON.stringify(event)}\n`)) continue
    await once(response, 'drain', { signal: AbortSignal.timeout(readMs) })
  }
  response.end()
}

/** An error as what an API server says. */
function refusalOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof Error && 'statusCode' in error) return fastifyRefusal(error.message, Number(error.statusCode))
  return failure(503, 'ServiceUnavailable', `the API server that keeps the clusters did not answer: ${faultOf(error)}`)
}

const fastifyRefusal = (message: string, code: number): ApiError =>
  code === 413 ? failure(413, 'RequestEntityTooLarge', message) : failure(400, 'BadRequest', message)

function reject(reply: FastifyReply, error: unknown): FastifyReply {
  const { code, status } = refusalOf(error)
  const { retryAfterSeconds } = status.details ?? {}
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  return reply.code(code).type('application/json').send(JSON.stringify(status))
}

/** Clusters and documents about them. */
function addObjects(app: FastifyInstance, api: ClusterApi): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body))
  const handler = (request: FastifyRequest, reply: FastifyReply) => api.objects(request, reply)
  for (const url of [root, `${root}/:name`, `${root}/:name/status`])
    app.route({ method: methods, url, exposeHeadRoute: false, handler })
  for (const url of ['/apis', '/apis/*', '/openapi/*'])
    app.get(url, { exposeHeadRoute: false }, async (request, reply) => {
      const { body, contentType = 'application/json', etag } = api.document(request)
      if (etag) reply.header('etag', etag)
      if (etag && request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.type(contentType).send(body instanceof Uint8Array ? body : JSON.stringify(body))
    })
}

/** Serves Clusters, with `proxy`, for the API server in front. */
export const clusterApi =
  (options: ClusterApiOptions): FastifyPluginAsync =>
  async (app) => {
    const api = new ClusterApi(options)
    app.addHook('preClose', () => api.close())
    app.setErrorHandler((error, _request, reply) => reject(reply, error))
    await app.register(async (scope) => addObjects(scope, api))
    const admit = (request: IncomingMessage, name: string) =>
      api.allowed(request, { ...doingOf(request.method ?? 'GET', `/${name}/proxy`), name })
    const upgrades = new Upgrades()
    upgrades.listen(app.server, app.routing)
    await app.register(clusterProxyRoutes({ proxy: options.proxy, admit, upgrades }))
  }
