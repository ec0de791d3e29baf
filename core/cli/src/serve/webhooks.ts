import type { Authority } from '@flotilla/apiserver'
import { admissionWebhook, conversionWebhook } from '@flotilla/core'
import type { Ask } from '@flotilla/sdk'
import { fastify } from 'fastify'
import type { Address } from '../commands/options.ts'

/** How often it is looked whether the certificate needs to be made anew, in milliseconds. */
const renewalMs = 12 * 60 * 60 * 1000

/** A server of webhooks, until it is disposed of. */
export interface WebhookServer extends AsyncDisposable {
  readonly port: number
}

/** Serves admission and conversion over TLS. The certificate is changed under it before it ends. */
export async function serveWebhooks(
  authority: () => Promise<Authority>,
  { host, port }: Address,
  ask: Ask,
): Promise<WebhookServer> {
  const show = async () => {
    const { cert, key } = await (await authority()).server()
    return { cert, key, minVersion: 'TLSv1.3' as const }
  }
  const app = fastify({ https: await show(), forceCloseConnections: true }) // an API server keeps its connections
  await app.register(admissionWebhook(ask))
  await app.register(conversionWebhook())
  await app.listen({ host, port })
  const renewal = setInterval(() => {
    show().then(
      (shown) => app.server.setSecureContext(shown),
      () => undefined, // it holds for weeks yet, and is tried again
    )
  }, renewalMs).unref()
  const address = app.server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    async [Symbol.asyncDispose]() {
      clearInterval(renewal)
      await app.close()
    },
  }
}
