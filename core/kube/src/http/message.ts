import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Dispatcher } from 'undici'
import type { ApiRequest, ApiResponse, WireEvent } from '../transport.ts'
import type { Credentials } from './credentials.ts'
import { linesOf } from './lines.ts'

type Answer = Dispatcher.ResponseData

const unzip = promisify(gunzip)

/** The path and query of a request, after the path of the server's URL. */
export function targetOf(prefix: string, { path, query }: ApiRequest): string {
  const text = new URLSearchParams(query).toString()
  return `${prefix}${path}${text && `?${text}`}`
}

export const headersOf = ({ headers }: ApiRequest, { authorization, impersonate }: Credentials) => ({
  ...headers,
  ...(authorization && { authorization }),
  ...(impersonate && { 'impersonate-user': impersonate }),
})

export const bodyOf = ({ body }: ApiRequest): string | null => (body === undefined ? null : JSON.stringify(body))

async function textOf({ headers, body }: Answer): Promise<string> {
  if (headers['content-encoding'] !== 'gzip') return body.text()
  return (await unzip(await body.arrayBuffer())).toString()
}

/** An answer, read to its end, with its size in characters. */
export async function read(answer: Answer): Promise<ApiResponse & { readonly size: number }> {
  const { statusCode: status } = answer
  const text = await textOf(answer)
  const isJson = text !== '' && String(answer.headers['content-type']).includes('json')
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]))
  return { status, headers, body: isJson ? JSON.parse(text) : text, size: text.length }
}

/** The events in a body, one a line. Ends quietly when the signal is why it ended. */
export async function* eventsOf(
  { body }: Answer,
  idleMs: number,
  signal?: AbortSignal,
): AsyncGenerator<WireEvent, void> {
  try {
    for await (const line of linesOf(body, { idleMs })) yield JSON.parse(line) as WireEvent // what a watch sends
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}
