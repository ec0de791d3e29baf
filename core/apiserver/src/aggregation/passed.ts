import type { Readable } from 'node:stream'
import type { BodyAnswer, PassedAnswer } from '../request.ts'

/** Longer is no answer that is read whole. */
const longest = 64 * 2 ** 20

const textOf = async (content: Readable, most: number): Promise<string> => {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of content as AsyncIterable<Buffer>) {
    size += part.length
    if (size > most) throw new Error(`the answer is longer than ${most} bytes`) // which ends it
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** What somebody else answers, read to its end. Rejects when there is none, or it is too long. */
export const readPassed = async ({ status, headers, content }: PassedAnswer, most = longest): Promise<BodyAnswer> => {
  const { 'content-type': contentType } = headers
  return { code: status, body: parsed(await textOf(content, most)), ...(contentType && { contentType }) }
}
