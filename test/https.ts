import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'
import type { Json } from './kubectl.ts'

export interface Question {
  readonly method?: string
  readonly body?: string | Uint8Array
  /** Of the body. */
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Without it the administrator asks. */
  readonly anonymous?: boolean
}

export interface HttpAnswer {
  readonly status: number
  readonly type: string | undefined
  /** How it was compressed; it is here as it was before. */
  readonly encoding: string | undefined
  readonly text: string
  /** The text as JSON; undefined when it is not. */
  readonly body: Json
  /** What the server says beside the answer. */
  readonly warnings: readonly string[]
}

/** `299 - "text"`, without what is around it. */
const warningOf = (line: string): string =>
  Buffer.from(line, 'latin1')
    .toString()
    .replace(/^299 \S+ "(.*)"$/, '$1')
    .replaceAll(/\\(.)/g, '$1')

const decode = (data: string): Buffer => Buffer.from(data, 'base64')

const parsed = (text: string): Json => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function answerOf(incoming: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { 'content-encoding': encoding } = incoming.headers
  const bytes = Buffer.concat(chunks)
  const text = (encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString()
  return {
    status: incoming.statusCode ?? 0,
    type: incoming.headers['content-type'],
    encoding,
    text,
    body: parsed(text),
    warnings: (incoming.headersDistinct.warning ?? []).map(warningOf),
  }
}

/** Asks the server of a kubeconfig's first context, byte for byte: for what kubectl would never say. */
export function asking(kubeconfig: string): (path: string, question?: Question) => Promise<HttpAnswer> {
  const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8')) as Json
  const [{ cluster }] = clusters
  const [{ user }] = users
  const ca = decode(cluster['certificate-authority-data'])
  const identity = { cert: decode(user['client-certificate-data']), key: decode(user['client-key-data']) }
  return async (path, { method = 'GET', body, type, headers, anonymous = false } = {}) => {
    const outgoing = request(`${cluster.server}${path}`, {
      method,
      ca,
      agent: false,
      ...(anonymous ? {} : identity),
      headers: {
        ...headers,
        ...(type && { 'content-type': type }),
        ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
      },
      signal: AbortSignal.timeout(20_000),
    })
    outgoing.end(body)
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
    return answerOf(incoming)
  }
}
