import { ApiError, errors, FlotillaError } from '@flotilla/sdk'
import { withDeadline } from './deadline.ts'
import { refusalOf } from './refusal.ts'
import type { ApiRequest, ApiResponse, Transport, WireEvent } from './transport.ts'

/** The way to one server, and how long an answer may take. */
export interface Connection {
  readonly transport: Transport
  readonly timeoutMs: number
}

/** What a caller is told when no answer came: its own reason if it gave up itself, else that the server is unreachable. */
function failureOf({ transport }: Connection, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason
  if (error instanceof ApiError || error instanceof FlotillaError) return error
  return errors.SERVER_UNREACHABLE(transport.address, error)
}

/** Asks once. Throws an `ApiError` for an answer that is not a success, `SERVER_UNREACHABLE` when there was none. */
export async function ask(connection: Connection, request: ApiRequest): Promise<ApiResponse> {
  const { transport, timeoutMs } = connection
  let response: ApiResponse
  try {
    response = await withDeadline(timeoutMs, request.signal, (signal) => transport.send({ ...request, signal }))
  } catch (error) {
    throw failureOf(connection, error, request.signal)
  }
  if (response.status >= 300) throw refusalOf(request, response)
  return response
}

/**
 * Opens a watch when the first event is asked for. Only its beginning has a deadline. Ends, without an error, with the
 * request's signal; whoever stops listening ends the stream below.
 */
export async function* follow(connection: Connection, request: ApiRequest): AsyncGenerator<WireEvent, void> {
  const { transport, timeoutMs } = connection
  const { signal } = request
  if (signal?.aborted) return
  const ended = new AbortController()
  const end = () => ended.abort(signal?.reason)
  signal?.addEventListener('abort', end)
  try {
    const opening = () => transport.stream({ ...request, signal: ended.signal })
    yield* await withDeadline(timeoutMs, signal, opening)
  } catch (error) {
    if (!signal?.aborted) throw failureOf(connection, error, signal)
  } finally {
    signal?.removeEventListener('abort', end)
    ended.abort()
  }
}
