import { Agent, type Dispatcher, ProxyAgent, Socks5ProxyAgent } from 'undici'
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
  /**
   * Offer HTTP/2 to an `https` server; by default yes. One connection then carries all watches and requests, at about
   * two thirds of the requests a second that many HTTP/1.1 connections make.
   */
  readonly http2?: boolean
}

const connectTimeout = 10_000
/** Cloud load balancers forget a silent connection after a minute. */
const keepAlive = { keepAlive: true, keepAliveInitialDelay: 30_000 }

/** The connections to one server with one client certificate. */
export function agentFor(route: Route, { cert, key }: Pick<Credentials, 'cert' | 'key'>): Dispatcher {
  const { ca, serverName: servername, insecure = false, proxyUrl, http2: allowH2 = true } = route
  const tls = { ca, cert, key, servername, rejectUnauthorized: !insecure, allowH2 }
  const options = { allowH2, keepAliveTimeout: 60_000, connectTimeout }
  if (!proxyUrl) return new Agent({ ...options, connect: { ...tls, ...keepAlive, timeout: connectTimeout } })
  if (proxyUrl.startsWith('socks')) return new Socks5ProxyAgent(proxyUrl, { ...options, requestTls: tls })
  return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: tls, proxyTls: keepAlive })
}
