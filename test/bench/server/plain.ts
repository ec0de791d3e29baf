import type { ServerResponse } from 'node:http'
import type { TlsFiles } from '@flotilla/apiserver'
import { fastify } from 'fastify'

export interface PlainOptions {
  readonly tls: TlsFiles
  /** What every GET answers. */
  readonly body: string
}

const head = { 'content-type': 'application/json' }

/**
 * What HTTPS alone costs: fastify with the same TLS. It answers a POST with what was sent and a GET with always the same,
 * and tells all who watch of every PUT, in one write each. Nothing is checked, kept or found.
 */
export async function plain({ tls, body }: PlainOptions) {
  const app = fastify({ https: { ...tls, requestCert: true, rejectUnauthorized: false }, forceCloseConnections: true })
  const watching = new Set<ServerResponse>()
  app.post('/*', (request, reply) => reply.code(201).send(request.body))
  app.put('/*', (request, reply) => {
    const line = Buffer.from(`${JSON.stringify(request.body)}\n`)
    for (const response of watching) response.write(line)
    return reply.send(request.body)
  })
  app.get('/watch', (_, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, head).flushHeaders()
    watching.add(reply.raw)
    reply.raw.once('close', () => watching.delete(reply.raw))
  })
  app.get('/*', (_, reply) => reply.headers(head).send(body))
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { port: Number(new URL(url).port), close: () => app.close() }
}
