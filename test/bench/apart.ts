import { Worker } from 'node:worker_threads'
import type { ApiRequest, Transport, WireEvent } from '@flotilla/kube'
import { ApiError } from '@flotilla/sdk'

/** What the thread is asked; requests are text, as on a wire. */
export interface Asked {
  readonly id: number
  readonly server: string
  readonly verb: 'send' | 'stream' | 'stop'
  readonly text: string
}

/** What it answers: bodies and events are text. */
export type Answer =
  | { readonly id: number; readonly status: number; readonly body: string }
  | { readonly id: number; readonly event: string }
  | { readonly id: number; readonly ended: true }
  | { readonly id: number; readonly refused: string }

/** Told of every answer, of those nobody waits for any more, too: what was asked has been done. */
export type Hear = (server: string, request: ApiRequest, body: unknown) => void

/** Events in the order they came, for one who waits for them. */
function inbox() {
  const events: WireEvent[] = []
  let wake = () => {}
  let end: { readonly error?: unknown } | undefined
  return {
    put(event: WireEvent) {
      events.push(event)
      wake()
    },
    end(error?: unknown) {
      end = { ...(error !== undefined && { error }) }
      wake()
    },
    async *events(): AsyncGenerator<WireEvent> {
      for (;;) {
        const some = events.splice(0)
        yield* some
        if (some.length > 0) continue
        if (end?.error) throw end.error
        if (end) return
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

/**
 * API servers in a thread of their own, so that what one measures is the control plane, as if they were elsewhere:
 * requests and answers are JSON in between.
 */
export async function serversApart(names: readonly string[], hear: Hear = () => undefined) {
  const thread = new Worker(new URL('./apart-thread.js', import.meta.url), {
    workerData: names,
    resourceLimits: { maxOldGenerationSizeMb: 16_384 },
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  waiting.set(0, () => resolve())
  thread.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer))
  thread.on('error', (error) => {
    reject(error)
    throw error // nobody would be answered any more
  })
  await ready
  let last = 0

  const textOf = ({ signal: _, ...request }: ApiRequest) => JSON.stringify(request)

  const transportOf = (server: string): Transport => ({
    address: server,
    send(request) {
      const id = ++last
      const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: unknown }>()
      const giveUp = () => reject(request.signal?.reason)
      request.signal?.addEventListener('abort', giveUp, { once: true })
      waiting.set(id, (answer) => {
        waiting.delete(id)
        request.signal?.removeEventListener('abort', giveUp)
        if (!('status' in answer)) return
        const body = JSON.parse(answer.body)
        if (answer.status < 300) hear(server, request, body)
        resolve({ status: answer.status, body })
      })
      thread.postMessage({ id, server, verb: 'send', text: textOf(request) } satisfies Asked)
      return promise
    },
    async stream(request) {
      const id = ++last
      const { put, end, events } = inbox()
      waiting.set(id, (answer) => {
        if ('event' in answer) return put(JSON.parse(answer.event))
        waiting.delete(id)
        end('refused' in answer ? new ApiError(JSON.parse(answer.refused)) : undefined)
      })
      const stop = () => {
        waiting.delete(id)
        thread.postMessage({ id, server, verb: 'stop', text: '' } satisfies Asked)
        end()
      }
      request.signal?.addEventListener('abort', stop, { once: true })
      thread.postMessage({ id, server, verb: 'stream', text: textOf(request) } satisfies Asked)
      return events()
    },
    async close() {},
  })

  return {
    transports: new Map(names.map((name) => [name, transportOf(name)])) as ReadonlyMap<string, Transport>,
    [Symbol.asyncDispose]: async () => void (await thread.terminate()),
  }
}
