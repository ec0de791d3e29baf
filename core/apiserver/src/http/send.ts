import { pipeline, Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import type { FastifyReply } from 'fastify'
import { partSize } from '../answer/encode.ts'
import { usualPatience } from './patience.ts'

/** An answer as it goes over the wire, whole or in parts. */
export type Encoded = string | Uint8Array | Iterable<string>

const isWhole = (encoded: Encoded): encoded is string | Uint8Array =>
  typeof encoded === 'string' || encoded instanceof Uint8Array

function* continued(first: string, parts: Iterator<string>): Generator<string> {
  yield first
  for (let next = parts.next(); !next.done; next = parts.next()) yield next.value
}

/** What is not longer than one part is whole. */
const settled = (encoded: Encoded): Encoded => {
  if (isWhole(encoded)) return encoded
  const parts = encoded[Symbol.iterator]()
  const { value: first = '' } = parts.next()
  return first.length < partSize ? first : continued(first, parts)
}

const wantsGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/

const isZipped = ({ request: { method, headers } }: FastifyReply, encoded: Encoded): boolean =>
  method === 'GET' &&
  wantsGzip.test(String(headers['accept-encoding'])) &&
  !(isWhole(encoded) && encoded.length < partSize)

/** Others have a turn between two parts. */
async function* inTurns(parts: Iterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    yield typeof part === 'string' ? Buffer.from(part) : part
    await turn()
  }
}

/** As quickly as it goes, and in another thread. Who leaves ends it. */
const zipped = (parts: Readable): Readable => pipeline(parts, createGzip({ level: 1 }), () => {})

/** Sends what is short at once and what is long part by part, and that compressed to who wants it so, as Kubernetes does. */
export const send = (reply: FastifyReply, encoded: Encoded, patience = usualPatience.reading): FastifyReply => {
  const answer = settled(encoded)
  const zip = isZipped(reply, answer)
  if (isWhole(answer) && !zip) return reply.send(answer)
  reply.raw.setTimeout(patience, () => reply.raw.destroy())
  const parts = Readable.from(inTurns(isWhole(answer) ? [answer] : answer), { objectMode: false })
  if (!zip) return reply.send(parts)
  return reply.header('content-encoding', 'gzip').header('vary', 'Accept-Encoding').send(zipped(parts))
}
