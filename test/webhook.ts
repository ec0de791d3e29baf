import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { cert, key } from './certificate.ts'
import type { Json } from './kubectl.ts'

/** What a webhook answers to a review, or a status of HTTP, or text that is no answer. */
export type Reply = (review: Json) => object | number | string

export interface Webhook extends AsyncDisposable {
  /** How a server reaches the reply of a path. */
  at(path: string): { readonly url: string; readonly caBundle: string }
}

/** A webhook over HTTPS that answers by path. */
export async function startWebhook(replies: Readonly<Record<string, Reply>>): Promise<Webhook> {
  const server = createServer({ cert, key }, async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const review = await json(request)
    const reply = replies[path]?.(review) ?? 404
    if (typeof reply === 'number') response.writeHead(reply).end('out of order')
    else
      response
        .setHeader('content-type', 'application/json')
        .end(typeof reply === 'string' ? reply : JSON.stringify(reply))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  return {
    at: (path) => ({ url: `https://127.0.0.1:${port}${path}`, caBundle: Buffer.from(cert).toString('base64') }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A review with a response. */
export const answering =
  (response: object): Reply =>
  ({ apiVersion, kind, request: { uid } }) => ({ apiVersion, kind, response: { uid, ...response } })

/** A response that changes an object. */
export const patching = (...operations: readonly object[]): Reply =>
  answering({
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  })
