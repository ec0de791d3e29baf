import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { openAuthority } from '../tls.ts'

/** What an extension was asked. */
export interface Heard {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  /** All values of headers that are said more than once. */
  readonly distinct: IncomingMessage['headersDistinct']
  readonly body: string
  /** Who the connection is of. */
  readonly by: string | undefined
}

export type Respond = (response: ServerResponse, heard: Heard) => void

export interface TestExtension extends AsyncDisposable {
  readonly port: number
  /** PEM in base64. */
  readonly caBundle: string
  readonly heard: Heard[]
  /** What answers from now on, by path; all else is 404. */
  readonly answers: Map<string, Respond>
  /** How many connections were made to it. On one that is to speak another protocol at `…/speak` it says who asks, and what it hears. */
  readonly connections: number
  /** Ends what is open, and listens no more; or does again. */
  stop(): Promise<void>
  start(): Promise<void>
}

export const json =
  (body: unknown, code = 200): Respond =>
  (response) =>
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))

/** An API server over HTTPS for tests, which believes whoever speaks for others with a certificate of `trusts`. */
export const startExtension = async (host: string, trusts?: string): Promise<TestExtension> => {
  const authority = await openAuthority({ dir: mkdtempSync(join(tmpdir(), 'extension-')), hosts: [host] })
  const heard: Heard[] = []
  const answers = new Map<string, Respond>()
  let connections = 0
  const strict = trusts ? { ca: trusts, requestCert: true, rejectUnauthorized: true } : {}
  const server = createServer({ ...(await authority.server()), ...strict }, async (request, response) => {
    const { method = '', url = '', headers, headersDistinct: distinct, socket } = request
    const by = (socket as TLSSocket).getPeerCertificate()?.subject?.CN // it is one of HTTPS
    const body = await text(request)
    const found: Heard = { method, url, headers, distinct, body, by: by && String(by) }
    heard.push(found)
    const respond = answers.get(url.split('?', 1)[0] ?? '')
    if (respond) respond(response, found)
    else response.writeHead(404).end('404 page not found\n')
  })
  server.on('upgrade', ({ url = '', headers }, socket) => {
    if (!url.endsWith('/speak')) return void socket.end('HTTP/1.1 409 Conflict\r\ncontent-length: 2\r\n\r\nno')
    const head = ['HTTP/1.1 101 Switching Protocols', 'connection: Upgrade', `upgrade: ${headers.upgrade}`, 'x-own: 1']
    socket.write(`${head.join('\r\n')}\r\n\r\n${headers['x-remote-user']}: `)
    socket.on('error', () => {}).pipe(socket)
  })
  server.on('secureConnection', () => {
    connections += 1
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port // it listens on a port
  }
  const port = await listen(0)
  const stop = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    port,
    caBundle: Buffer.from(authority.ca).toString('base64'),
    heard,
    answers,
    get connections() {
      return connections
    },
    stop,
    start: async () => {
      if (!server.listening) await listen(port)
    },
    [Symbol.asyncDispose]: stop,
  }
}
