import {
  errors,
  type Http,
  type HttpAnswer,
  type HttpCall,
  type HttpConnection,
  type HttpServer,
  type Metrics,
} from '@flotilla/sdk'
import { buildConnector, type Dispatcher, Pool } from 'undici'
import { faultOf, isBroken } from './fault.ts'
import { contentOf } from './message.ts'

const longestAnswer = 4 * 2 ** 20
const connections = 64
const connectTimeout = 10_000

/** Connects elsewhere than the URL says, for the certificate of the URL. */
function connectorTo(server: HttpServer, { hostname }: URL): buildConnector.connector {
  const { ca, address } = server
  const servername = /^[\d.]+$|:/.test(hostname) ? undefined : hostname // an address has no name to ask for
  const connect = buildConnector({ ca, servername, timeout: connectTimeout, keepAlive: true, allowH2: false })
  if (!address) return connect
  const { hostname: host, port } = new URL(`https://${address}`)
  return (options, callback) => connect({ ...options, hostname: host.replace(/^\[(.*)\]$/, '$1'), port }, callback)
}

const tokenOf = async ({ token }: HttpServer): Promise<string | undefined> =>
  typeof token === 'function' ? token() : token

const headersOf = (answer: Dispatcher.ResponseData): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]))

class Connection implements HttpConnection {
  readonly #server: HttpServer
  readonly #url: URL
  readonly #pool: Pool
  readonly #count: (method: string, code: string) => void

  constructor(server: HttpServer, count: (host: string, method: string, code: string) => void) {
    this.#server = server
    this.#url = new URL(server.url)
    this.#pool = new Pool(this.#url.origin, {
      connections: server.connections ?? connections,
      connect: connectorTo(server, this.#url),
      keepAliveTimeout: 60_000,
      headersTimeout: 0, // each call has a time of its own
      bodyTimeout: 0,
    })
    this.#count = (method, code) => count(this.#url.host, method, code)
  }

  async send(call: HttpCall): Promise<HttpAnswer> {
    const { timeout, signal } = call
    const life = new AbortController()
    const timer = setTimeout(() => life.abort(new Error(`it took longer than ${timeout} ms`)), timeout)
    const leave = () => life.abort(signal?.reason)
    if (signal?.aborted) leave()
    signal?.addEventListener('abort', leave)
    try {
      return await this.#exchange(call, life.signal)
    } catch (cause) {
      throw errors.SERVER_UNREACHABLE(this.#hrefOf(call), new Error(faultOf(cause), { cause }))
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', leave)
    }
  }

  /** Resolves when calls that are under way have ended. */
  async close(): Promise<void> {
    await this.#pool.close().catch(() => undefined) // it was ended meanwhile
  }

  end(): void {
    void this.#pool.destroy()
  }

  #hrefOf({ path }: HttpCall): string {
    return path === undefined ? this.#url.href : this.#url.origin + path
  }

  async #exchange(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await this.#request(call, signal)
    const body = await contentOf(answer, this.#server.longestAnswer ?? longestAnswer)
    return { status: answer.statusCode, headers: headersOf(answer), body }
  }

  /** Asks, and once more when the connection broke: it may have been an idle one that the server had left. */
  async #request(call: HttpCall, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    try {
      return await this.#dispatch(call, signal)
    } catch (error) {
      if (!isBroken(error) || signal.aborted) throw error
      return this.#dispatch(call, signal)
    }
  }

  async #dispatch(call: HttpCall, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { body = null, method = body === null ? 'GET' : 'POST', path, headers } = call
    const token = await tokenOf(this.#server)
    let code = '<error>'
    try {
      const answer = await this.#pool.request({
        path: path ?? this.#url.pathname + this.#url.search,
        method: method as Dispatcher.HttpMethod, // whatever the caller wants to ask
        headers: { 'accept-encoding': 'gzip', ...headers, ...(token && { authorization: `Bearer ${token}` }) },
        body,
        signal,
      })
      code = String(answer.statusCode)
      return answer
    } finally {
      this.#count(method, code)
    }
  }
}

/** What plugins reach others with. What is open ends with the signal. */
export function createHttp({ metrics, signal }: { readonly metrics?: Metrics; readonly signal: AbortSignal }): Http {
  const counter = metrics?.counter({
    name: 'rest_client_requests_total',
    help: 'HTTP requests by status code, method and host.',
    labels: ['code', 'method', 'host'],
  })
  const open = new Set<Connection>()
  const end = () => {
    for (const connection of open) connection.end()
  }
  signal.addEventListener('abort', end, { once: true })
  return {
    open: (server) => {
      const connection = new Connection(server, (host, method, code) => counter?.add({ code, method, host }))
      open.add(connection)
      return {
        send: (call) => connection.send(call),
        close: () => void connection.close().then(() => open.delete(connection)),
      }
    },
  }
}
