import type { FastifyReply } from 'fastify'
import { accepted } from '../answer/accept.ts'
import { encode } from '../answer/encode.ts'
import { isObject } from '../registry/json-path.ts'
import type { BodyAnswer } from '../request.ts'
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

/** Says what an answer is in, and puts it into that. */
const encoded = (reply: FastifyReply, { body, contentType = 'application/json' }: BodyAnswer): Encoded => {
  if (typeof body === 'string') {
    reply.header('content-type', 'text/plain; charset=utf-8')
    return body
  }
  if (body instanceof Uint8Array) {
    reply.header('content-type', contentType)
    return body
  }
  const format = isYaml(reply.request.headers.accept) ? 'yaml' : 'json'
  reply.header('content-type', format === 'yaml' ? 'application/yaml' : contentType)
  return encode(body, format)
}

/** Sends an answer in the language the client accepts. */
export const respond = (reply: FastifyReply, answer: BodyAnswer): FastifyReply => {
  const { code, body, warnings = [], etag } = answer
  reply.code(code).header('cache-control', 'no-cache, private')
  if (warnings.length > 0) reply.header('warning', warnings.map(warningOf))
  const retryAfter = code >= 400 ? retryAfterOf(body) : undefined
  if (retryAfter) reply.header('retry-after', retryAfter)
  if (etag) {
    reply.header('etag', etag)
    if (reply.request.headers['if-none-match'] === etag) return reply.code(304).send()
  }
  return send(reply, encoded(reply, answer))
}
