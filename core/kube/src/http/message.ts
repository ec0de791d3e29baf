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

const tooLong = (most: number): Error => new Error(`the answer is longer than ${most} bytes`)

/** The bytes of a body, as long as they are not too many. */
async function bytesOf(body: Answer['body'], most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) throw tooLong(most) // leaving the loop ends the body
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const isZipped = ({ headers }: Answer): boolean => headers['content-encoding'] === 'gzip'

/** What an answer holds, unpacked: no more than `most` bytes. */
export async function contentOf(answer: Answer, most: number): Promise<Buffer> {
  const bytes = await bytesOf(answer.body, most)
  if (!isZipped(answer)) return bytes
  return unzip(bytes, { maxOutputLength: most }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ERR_BUFFER_TOO_LARGE' ? tooLong(most) : error
  })
}

async function textOf(answer: Answer, most: number | undefined): Promise<string> {
  if (most !== undefined) return (await contentOf(answer, most)).toString()
  const { body } = answer
  return isZipped(answer) ? (await unzip(await body.arrayBuffer())).toString() : body.text()
}

/** An answer, read to its end, with its size in characters. One longer than `most` bytes is none. */
export async function read(answer: Answer, most?: number): Promise<ApiResponse & { readonly size: number }> {
  const { statusCode: status } = answer
  const text = await textOf(answer, most)
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
