import type { IncomingMessage } from 'node:http'
import type { FastifyPluginAsync } from 'fastify'
import type { ExposedMetrics } from './metrics.ts'

export interface HealthOptions {
  readonly metrics: ExposedMetrics
  /** What is not ready yet; empty when all is. */
  readonly unready: () => readonly string[]
  /** Throws the answer to a request for metrics that must not have them. */
  readonly checkReader: (request: IncomingMessage) => void | Promise<void>
}

/** `/healthz`, `/livez` and `/readyz` for everyone, `/metrics` for who may read them. */
export const healthRoutes: FastifyPluginAsync<HealthOptions> = async (app, { metrics, unready, checkReader }) => {
  app.get('/healthz', async (_, reply) => reply.type('text/plain').send('ok'))
  app.get('/livez', async (_, reply) => reply.type('text/plain').send('ok'))
  app.get('/readyz', async (_, reply) => {
    const missing = unready()
    reply.type('text/plain').code(missing.length === 0 ? 200 : 503)
    return missing.length === 0 ? 'ok' : missing.map((what) => `[-] ${what}\n`).join('')
  })
  app.get('/metrics', async ({ raw }, reply) => {
    await checkReader(raw)
    return reply.type(metrics.contentType).send(await metrics.expose())
  })
}
