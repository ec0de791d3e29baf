import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Agent, buildConnector, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici'
import type { Credentials } from './credentials.ts'

/** How to reach a server. */
export interface Route {
  /** The CA that signed the server's certificate, PEM; by default those Node knows. */
  readonly ca?: string
  /** The name to look for in the server's certificate, if not the URL's. */
  readonly serverName?: string
  /** Believe any certificate. */
  readonly insecure?: boolean
  /** `http://`, `https://` or `socks5://`. */
  readonly proxyUrl?: string
  /** What an HTTP proxy is told beside where to connect to. */
  readonly proxyHeaders?: Readonly<Record<string, string | readonly string[]>>
  /**
   * Offer HTTP/2 to an `https` server; by default yes. One connection then carries all watches and requests, at about
   * two thirds of the requests a second that many HTTP/1.1 connections make.
   */
  readonly http2?: boolean
  /**
   * Milliseconds between two pings on a connection of HTTP/2; by default 10 s. When three of them are not answered it
   * ends: what is asked on a connection that died in silence would hang until its time is up, again and again.
   */
  readonly heartbeatMs?: number
  /** Milliseconds until a connection has to be there; by default 10 s. */
  readonly connectMs?: number
}

const pingsMissed = 3
/** Cloud load balancers forget a silent connection after a minute. */
const keepAlive = { keepAlive: true, keepAliveInitialDelay: 30_000 }

/** Ends a connection on which pings are sent when nothing comes back. */
function watchOver(socket: Socket, heartbeatMs: number): void {
  let heard = socket.bytesRead
  let missed = 0
  const timer = setInterval(() => {
    missed = socket.bytesRead === heard ? missed + 1 : 0
    heard = socket.bytesRead
    if (missed === pingsMissed) socket.destroy(silent(heartbeatMs * missed))
  }, heartbeatMs)
  timer.unref()
  socket.once('close', () => clearInterval(timer))
}

const silent = (milliseconds: number): Error =>
  Object.assign(new Error(`nothing was heard of it for ${milliseconds / 1000} s`), { code: 'ETIMEDOUT' })

/** Connects, and looks after connections that carry many requests. Of others each request has an end of its own. */
function connectorFor(options: buildConnector.BuildOptions, heartbeatMs: number): buildConnector.connector {
  const connect = buildConnector(options)
  return (to, callback) =>
    connect(to, (...[error, socket]: buildConnector.CallbackArgs) => {
      if (socket instanceof TLSSocket && socket.alpnProtocol === 'h2') watchOver(socket, heartbeatMs)
      if (error) callback(error, null)
      else callback(null, socket)
    })
}

/**
 * A stream that was answered may be torn down with its connection before it is closed, and tells of that when nobody
 * listens any more: such an error would end the process. Whoever waits for a stream hears of it as ever.
 */
subscribe('http2.client.stream.created', (message) => {
  const { stream } = message as { readonly stream: NodeJS.EventEmitter } // as Node documents the channel
  stream.on('error', () => undefined)
})

/** The connections to one server with one client certificate. */
export function agentFor(route: Route, { cert, key }: Pick<Credentials, 'cert' | 'key'>): Dispatcher {
  const {
    ca,
    serverName: servername,
    insecure = false,
    proxyUrl,
    proxyHeaders: headers,
    http2: allowH2 = true,
    heartbeatMs = 10_000,
    connectMs = 10_000,
  } = route
  const tls = { ca, cert, key, servername, rejectUnauthorized: !insecure, allowH2 }
  const options = {
    allowH2,
    keepAliveTimeout: 60_000,
    connectTimeout: connectMs,
    h2Options: { pingInterval: heartbeatMs },
  }
  if (!proxyUrl) {
    const connect = connectorFor({ ...tls, ...keepAlive, timeout: connectMs }, heartbeatMs)
    return new Agent({ ...options, connect })
  }
  if (proxyUrl.startsWith('socks')) return new Socks5ProxyAgent(proxyUrl, { ...options, requestTls: tls })
  const told = headers && { headers: headers as Record<string, string | string[]> } // which are only read
  return new ProxyAgent({ ...options, ...told, uri: proxyUrl, requestTls: tls, proxyTls: keepAlive })
}
