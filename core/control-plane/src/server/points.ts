import type { IncomingMessage } from 'node:http'
import type { FastifyPluginAsync } from 'fastify'
import type { ControlPlane } from '../control-plane.ts'

export interface PointOptions {
  readonly points: ControlPlane['points']
  /** Throws the answer to a request of who must not look. */
  readonly checkReader: (request: IncomingMessage) => void | Promise<void>
}

/** `/points`: every extension point, and who answers it, in the order they are asked. */
export const pointRoutes: FastifyPluginAsync<PointOptions> = async (app, { points, checkReader }) => {
  app.get('/points', async ({ raw }) => {
    await checkReader(raw)
    return { points: points() }
  })
}
