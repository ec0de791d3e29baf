import type { FastifyReply } from 'fastify'
import { accepted } from '../answer/accept.ts'
import { encode, encodeForEyes } from '../answer/encode.ts'
import { isObject } from '../registry/json-path.ts'
import type { BodyAnswer } from '../request.ts'
import { usualPatience } from './patience.ts'
import { type Encoded, send } from './send.ts'

/** In UTF-8, which a header has as bytes, on one line. */
const warningOf = (text: string): string => {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(/["\\]/g, '\\$&')
  return Buffer.from(`299 - "${line}"`).toString('latin1')
}

/** What clients wait for is said in a header too. */
const retryAfterOf = (body: unknown): string | undefined => {
  const details = isObject(body) && isObject(body.details) ? body.details : undefined
  return details?.retryAfterSeconds === undefined ? undefined : String(details.retryAfterSeconds)
}

const isYaml = (accept: string | undefined): boolean => {
  try {
    return accepted(accept).format === 'yaml'
  } catch {
    return false // what refuses the header is itself told in JSON
  }
}

const yes: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True'])

/** Whether somebody reads it, who says so or asks with what people ask with. */
const isForEyes = ({ request: { query, headers } }: FastifyReply): boolean => {
  const { pretty = '' } = (query ?? {}) as Readonly<Record<string, string>> // what is said twice is none of these
  return pretty ? yes.has(pretty) : /^(?:curl|Wget|Mozilla\/5\.0)/.test(headers['user-agent'] ?? '')
}

const asItIs = (payload: unknown): string => payload as string // only text is said to be of a type of our own

/** Says what an answer is in, and puts it into that. */
const encoded = (reply: FastifyReply, { body, contentType = 'application/json' }: BodyAnswer): Encoded => {
  if (typeof body === 'string') {
    reply.header('content-type', 'text/plain; charset=utf-8').header('x-content-type-options', 'nosniff')
    return body
  }
  if (body instanceof Uint8Array) {
    reply.header('content-type', contentType)
    return body
  }
  const format = isYaml(reply.request.headers.accept) ? 'yaml' : 'json'
  reply.header('content-type', format === 'yaml' ? 'application/yaml' : contentType)
  reply.serializer(asItIs) // or the framework adds a charset to the type, which clients compare
  return format === 'json' && isForEyes(reply) ? encodeForEyes(body) : encode(body, format)
}

/** Sends an answer in the language the client accepts. Who reads nothing of a long one for so many milliseconds is cut off. */
export const respond = (reply: FastifyReply, answer: BodyAnswer, patience = usualPatience.reading): FastifyReply => {
  const { code, body, warnings = [], etag } = answer
  reply.code(code).header('cache-control', 'no-cache, private')
  if (warnings.length > 0) reply.header('warning', warnings.map(warningOf))
  const retryAfter = code >= 400 ? retryAfterOf(body) : undefined
  if (retryAfter) reply.header('retry-after', retryAfter)
  if (etag) {
    reply.header('etag', etag)
    if (reply.request.headers['if-none-match'] === etag) return reply.code(304).send()
  }
  return send(reply, encoded(reply, answer), patience)
}
