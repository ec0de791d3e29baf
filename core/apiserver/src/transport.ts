import type { ApiRequest, ApiResponse, Transport, User, WireEvent } from '@flotilla/kube'
import { ApiError, type Status } from '@flotilla/sdk'
import type { Request, TextAnswer, WatchAnswer } from './request.ts'
import type { ApiServer } from './server.ts'

const none = {}

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
    if ('text' in answer) return { status: 200, body: await textOf(answer, request.signal) }
    return { status: answer.code, body: answer.body }
  },

  async stream(request: ApiRequest): Promise<AsyncIterable<WireEvent>> {
    const query = { watch: 'true', ...request.query }
    const answer = await server.handle(requestOf({ ...request, query }, user))
    if ('watch' in answer) return shown(answer)
    if ('text' in answer) throw new TypeError(`${request.path} is text: send it`)
    throw new ApiError(answer.body as Status) // what is not a watch here is a refusal
  },

  async close(): Promise<void> {},
})
