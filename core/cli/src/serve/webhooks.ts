import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Authority } from '@flotilla/apiserver'
import { admissionWebhook, conversionWebhook } from '@flotilla/core'
import type { Ask } from '@flotilla/sdk'
import { type FastifyInstance, fastify } from 'fastify'
import type { Address } from '../commands/options.ts'
import type { ClusterApiServer } from './cluster-api.ts'

/** Milliseconds in which what was asked before the end is answered: more than an API server waits. */
const lastAnswersMs = 11_000

/** Milliseconds in which something is asked on a connection that was opened for it. */
const firstQuestionMs = 1_000

/** How often it is looked whether the certificate needs to be made anew, in milliseconds. */
const renewalMs = 12 * 60 * 60 * 1000

/**
 * The connections on which nothing was asked yet. Node takes them for busy, and an API server keeps some in store; the end must not
 * wait for them.
 */
function unasked({ server }: Pick<FastifyInstance, 'server'>): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('request', ({ socket }: IncomingMessage) => sockets.delete(socket))
  return sockets
}

/** A server of webhooks, until it is disposed of. */
export interface WebhookServer extends AsyncDisposable {
  readonly port: number
}

/** Who asks for Clusters shows a certificate; who asks a webhook has none. */
const clientsOf = ({ clientCa }: ClusterApiServer) => ({
  ca: clientCa(),
  requestCert: true,
  rejectUnauthorized: false,
})

/** Serves admission and conversion over TLS, and Clusters when they are served here. The certificate is changed under it before it ends. Disposed of, it answers what it was asked. */
export async function serveWebhooks(
  authority: () => Promise<Authority>,
  { host, port }: Address,
  ask: Ask,
  clusters?: ClusterApiServer,
): Promise<WebhookServer> {
  const show = async () => {
    const { cert, key } = await (await authority()).server()
    return { cert, key, minVersion: 'TLSv1.3' as const, ...(clusters && clientsOf(clusters)) }
  }
  // An API server keeps its connections: those on which nothing is asked are closed at the end, the others are answered.
  const app = fastify({ https: await show(), forceCloseConnections: 'idle', return503OnClosing: false })
  const idle = unasked(app)
  await app.register(admissionWebhook(ask))
  await app.register(conversionWebhook())
  if (clusters) await app.register(clusters.routes)
  await app.listen({ host, port })
  const renew = () =>
    void show().then(
      (shown) => app.server.setSecureContext(shown),
      () => undefined, // it holds for weeks yet, and is tried again
    )
  const renewal = setInterval(renew, renewalMs).unref()
  clusters?.onChange(renew)
  const address = app.server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    async [Symbol.asyncDispose]() {
      clearInterval(renewal)
      const closeIdle = () => {
        for (const socket of idle) socket.destroy()
      }
      const soon = setTimeout(closeIdle, firstQuestionMs)
      const late = setTimeout(() => app.server.closeAllConnections(), lastAnswersMs)
      await app.close()
      clearTimeout(soon)
      clearTimeout(late)
    },
  }
}
