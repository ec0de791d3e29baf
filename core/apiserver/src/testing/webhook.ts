import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { openAuthority } from '../tls.ts'

/** What came in, and where. */
export interface Asked {
  readonly path: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into questions of every shape
  readonly body: any
}

/** Answers in JSON; a number is the status of an answer that is none, and text is sent as it is. */
export type Reply = (asked: Asked) => unknown

export interface TestWebhook extends AsyncDisposable {
  readonly port: number
  /** `https://127.0.0.1:...`, without a path. */
  readonly url: string
  /** PEM in base64. */
  readonly caBundle: string
  readonly asked: Asked[]
  /** What answers from now on, by path. */
  readonly replies: Map<string, Reply>
  /** How many connections were made to it. */
  readonly connections: number
}

/** A webhook over HTTPS, for tests. */
export const startWebhook = async (hosts: readonly string[] = ['127.0.0.1']): Promise<TestWebhook> => {
  const authority = await openAuthority({ dir: mkdtempSync(join(tmpdir(), 'webhook-')), hosts })
  const asked: Asked[] = []
  const replies = new Map<string, Reply>()
  let connections = 0
  const server = createServer(await authority.server(), async (request, response) => {
    const question: Asked = {
      path: (request.url ?? '').split('?')[0] ?? '',
      body: request.method === 'GET' ? undefined : await json(request),
    }
    asked.push(question)
    const reply = await replies.get(question.path)?.(question)
    if (typeof reply === 'number') response.writeHead(reply).end('out of order')
    else response.writeHead(200, { 'content-type': 'application/json' }).end(textOf(reply))
  })
  server.on('secureConnection', () => {
    connections += 1
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    caBundle: Buffer.from(authority.ca).toString('base64'),
    asked,
    replies,
    get connections() {
      return connections
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const textOf = (reply: unknown): string => (typeof reply === 'string' ? reply : JSON.stringify(reply ?? {}))

/** The answer to a review. */
export const review = ({ body }: Asked, response: object): object => ({
  apiVersion: body.apiVersion,
  kind: 'AdmissionReview',
  response: { uid: body.request.uid, ...response },
})

export const allowed = (asked: Asked): object => review(asked, { allowed: true })

/** Lets a write pass, changed. */
export const patching =
  (...operations: readonly object[]) =>
  (asked: Asked): object =>
    review(asked, {
      allowed: true,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
    })
