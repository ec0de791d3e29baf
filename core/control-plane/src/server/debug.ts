import type { IncomingMessage } from 'node:http'
import { ApiError, type Key, keyText } from '@flotilla/sdk'
import type { FastifyPluginAsync } from 'fastify'
import type { ControlPlane } from '../control-plane.ts'

export interface DebugOptions {
  readonly account: ControlPlane['account']
  /** Throws the answer to a request of who must not look. */
  readonly checkReader: (request: IncomingMessage) => void | Promise<void>
}

const missing = (binding: Key): ApiError =>
  new ApiError({
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    code: 404,
    reason: 'NotFound',
    message: `there is no binding ${keyText(binding)}`,
  })

/** `/debug/schedule/<namespace>/<binding>`, or without the namespace: how the last decisions about it came about. */
export const debugRoutes: FastifyPluginAsync<DebugOptions> = async (app, { account, checkReader }) => {
  app.addHook('onRequest', async ({ raw }) => checkReader(raw))
  for (const path of ['/debug/schedule/:name', '/debug/schedule/:namespace/:name']) {
    app.get<{ Params: Key }>(path, async ({ params }) => {
      const found = await account({ ...params })
      if (!found) throw missing(params)
      return found
    })
  }
}
