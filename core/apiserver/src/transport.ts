import type { Readable } from 'node:stream'
import { type ApiRequest, type ApiResponse, linesOf, type Transport, type User, type WireEvent } from '@flotilla/kube'
import { ApiError, type Status } from '@flotilla/sdk'
import { readPassed } from './aggregation/passed.ts'
import type { BodyAnswer, PassedAnswer, Request, TextAnswer, WatchAnswer } from './request.ts'
import type { ApiServer } from './server.ts'

const none = {}

/** Milliseconds in which a watch of somebody else tells something, or ends. */
const silence = 15 * 60_000

const requestOf = (request: ApiRequest, user: User): Request => {
  const { method, path, query = none, headers, body, signal } = request
  const contentType = headers?.['content-type']
  const accept = headers?.accept
  const userAgent = headers?.['user-agent']
  return {
    method,
    path,
    query,
    user: request.user ?? user,
    ...(contentType && { contentType }),
    ...(accept && { accept }),
    ...(userAgent && { userAgent }),
    body: () => body,
    ...(signal && { signal }),
  }
}

async function* shownAs(events: AsyncIterable<WireEvent>, show: (event: WireEvent) => WireEvent) {
  for await (const event of events) yield show(event)
}

const shown = ({ watch, show }: WatchAnswer): AsyncIterable<WireEvent> => (show ? shownAs(watch, show) : watch)

const textOf = async ({ text }: TextAnswer, signal = new AbortController().signal): Promise<string> => {
  let all = ''
  for await (const part of text(signal)) all += part
  return all
}

const sentOf = ({ code, body }: BodyAnswer): ApiResponse => ({ status: code, body })

async function* eventsIn(content: Readable, signal: AbortSignal | undefined): AsyncGenerator<WireEvent> {
  try {
    for await (const line of linesOf(content, { idleMs: silence })) yield JSON.parse(line) as WireEvent
  } catch (error) {
    if (!signal?.aborted) throw error // or else nobody wants it any more
  }
}

/** What somebody else tells, as long as he does. */
const passedEvents = async (answer: PassedAnswer, signal?: AbortSignal): Promise<AsyncIterable<WireEvent>> => {
  if (answer.status === 200) return eventsIn(answer.content, signal)
  throw new ApiError((await readPassed(answer)).body as Status)
}

/**
 * Requests without a wire: frozen objects go straight in and out. `user` is who asks when a request does not say; the
 * caller is trusted.
 */
export const inProcessTransport = (server: ApiServer, user: User): Transport => ({
  address: server.name,

  async send(request: ApiRequest): Promise<ApiResponse> {
    const answer = await server.handle(requestOf(request, user))
    if ('watch' in answer) {
      answer.watch.end()
      throw new TypeError(`${request.path} is a watch: stream it`)
    }
    if ('session' in answer) {
      answer.session.end()
      throw new TypeError(`${request.path} wants a connection`)
    }
    if ('text' in answer) return { status: 200, body: await textOf(answer, request.signal) }
    if ('content' in answer) return sentOf(await readPassed(answer))
    return sentOf(answer)
  },

  async stream(request: ApiRequest): Promise<AsyncIterable<WireEvent>> {
    const query = { watch: 'true', ...request.query }
    const answer = await server.handle(requestOf({ ...request, query }, user))
    if ('watch' in answer) return shown(answer)
    if ('text' in answer) throw new TypeError(`${request.path} is text: send it`)
    if ('content' in answer) return passedEvents(answer, request.signal)
    if ('session' in answer) throw new TypeError(`${request.path} wants a connection`) // which it was not promised
    throw new ApiError(answer.body as Status) // what is not a watch here is a refusal
  },

  async close(): Promise<void> {},
})
