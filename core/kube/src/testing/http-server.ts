import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { cert, key } from './certificate.ts'

export type Exchange = (request: IncomingMessage, response: ServerResponse) => void

interface Serving {
  readonly url: string
  /** Connections made so far. */
  readonly sockets: readonly Socket[]
}

async function listen(test: TestContext, server: Server, scheme: string): Promise<Serving> {
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => sockets.push(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  test.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on a port
  return { url: `${scheme}://127.0.0.1:${port}`, sockets }
}

/** A real server for one test. */
export const serve = (test: TestContext, exchange: Exchange): Promise<Serving> =>
  listen(test, createServer(exchange), 'http')

/** The same over TLS, with HTTP/2 for who wants it. It asks for a client certificate and takes any, or none. */
export const serveSecurely = (
  test: TestContext,
  exchange: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
): Promise<Serving> =>
  listen(
    test,
    createSecureServer({ cert, key, allowHTTP1: true, requestCert: true, rejectUnauthorized: false }, exchange),
    'https',
  )

/** Answers with JSON. */
export function answer(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}
