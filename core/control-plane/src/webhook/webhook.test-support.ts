import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  type Cluster,
  deepFreeze,
  type Extension,
  type Plugin,
  type SchedulingQuestion,
  type SchedulingRequest,
  schedulingReview,
} from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { cert, key } from './certificate.test-support.ts'

export interface Serving {
  readonly url: string
  /** Connections made so far. */
  readonly connections: () => number
  close(): void
}

/** A server for tests; with TLS it is `localhost`. */
export async function serve(listener: RequestListener, { tls = false } = {}): Promise<Serving> {
  let connections = 0
  const server = tls ? createSecureServer({ cert, key }, listener) : createServer(listener)
  server.on(tls ? 'secureConnection' : 'connection', () => connections++)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo // it listens on a port
  return {
    url: `${tls ? 'https' : 'http'}://localhost:${port}/schedule`,
    connections: () => connections,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

export async function read(request: IncomingMessage): Promise<SchedulingQuestion> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString())
}

export const reply = (answer: unknown): string => JSON.stringify({ ...schedulingReview, response: { answer } })

/** The question as a plugin in this process would be asked it. */
const asked = ({ point, ...question }: SchedulingRequest): object => deepFreeze(question)

const namesOf = (answer: unknown): unknown => {
  const { clusters } = (answer ?? {}) as { readonly clusters?: readonly { readonly cluster: Cluster }[] }
  return clusters ? { clusters: clusters.map(({ cluster }) => cluster.metadata.name) } : answer
}

/** Serves an in-process plugin to whoever asks it over the wire. */
export function serving(plugin: Plugin): RequestListener {
  const extensions: readonly Extension[] = plugin.extensions?.(fakeHost()) ?? []
  return async (request, response) => {
    const { request: question } = await read(request)
    const found = extensions.find(({ point }) => point.id === `schedule.${question.point}`)
    const answer = await found?.handler(asked(question) as never) // a question of that point
    const plain = question.point === 'select' ? namesOf(answer) : answer
    response.setHeader('content-type', 'application/json').end(reply(plain ?? null))
  }
}
