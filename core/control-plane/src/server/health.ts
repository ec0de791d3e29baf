import type { FastifyPluginAsync } from 'fastify'
import type { ExposedMetrics } from './metrics.ts'

export interface HealthOptions {
  readonly metrics: ExposedMetrics
  /** What is not ready yet; empty when all is. */
  readonly unready: () => readonly string[]
}

/** `/healthz`, `/livez`, `/readyz` and `/metrics`. */
export const healthRoutes: FastifyPluginAsync<HealthOptions> = async (app, { metrics, unready }) => {
  app.get('/healthz', async (_, reply) => reply.type('text/plain').send('ok'))
  app.get('/livez', async (_, reply) => reply.type('text/plain').send('ok'))
  app.get('/readyz', async (_, reply) => {
    const missing = unready()
    reply.type('text/plain').code(missing.length === 0 ? 200 : 503)
    return missing.length === 0 ? 'ok' : missing.map((what) => `[-] ${what}\n`).join('')
  })
  app.get('/metrics', async (_, reply) => reply.type(metrics.contentType).send(await metrics.expose()))
}
