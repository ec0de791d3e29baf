import { readFile } from 'node:fs/promises'
import {
  errors,
  type Host,
  type HttpAnswer,
  isFields,
  type SchedulingQuestion,
  type SchedulingRequest,
  schedulingReview,
} from '@flotilla/sdk'
import type { Place } from './place.ts'

/** No answer about clusters is longer, in bytes. */
const longestAnswer = 16 * 2 ** 20

/** Puts a question; the answer as it came, undefined when the webhook has no opinion. */
export type Call = (request: SchedulingRequest) => Promise<unknown>

const firstLineOf = (text: string): string => text.trim().split('\n', 1)[0]?.slice(0, 200) ?? ''

/** What a reply says: an object of JSON, or nothing that could be read. */
function bodyOf({ headers, body }: HttpAnswer, { href }: URL): unknown {
  if (!headers['content-type']?.includes('json')) return undefined
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch {
    throw errors.WEBHOOK_FAILED(href, 'its answer is not JSON')
  }
}

/** The answer in a reply. Throws when the reply is none. */
function answerIn(reply: HttpAnswer, url: URL): unknown {
  const { href } = url
  const { status } = reply
  if (status !== 200) {
    const line = firstLineOf(Buffer.from(reply.body).toString())
    throw errors.WEBHOOK_FAILED(href, `it answered with ${status}${line && `: ${line}`}`)
  }
  const body = bodyOf(reply, url)
  const { apiVersion, kind } = schedulingReview
  if (!isFields(body) || body.apiVersion !== apiVersion || body.kind !== kind)
    throw errors.WEBHOOK_FAILED(href, `it answered with something that is not a ${kind} of ${apiVersion}`)
  const { response } = body
  if (!isFields(response) || !('answer' in response))
    throw errors.WEBHOOK_FAILED(href, 'its review has no response.answer; null is no opinion')
  return response.answer ?? undefined
}

const tokenOf = async (file: string): Promise<string> => (await readFile(file, 'utf8')).trim()

/** How much longer than the plugin's time a call may take, in milliseconds: who waits for it has given up first, and says so. */
const grace = 100

/** Asks over connections that are kept, until the plugin ends. A question that takes too long is given up. */
export function caller({ url, ca, tokenFile }: Place, timeout: number, { http }: Host): Call {
  const connection = http.open({
    url: url.href,
    ...(ca && { ca }),
    ...(tokenFile && { token: () => tokenOf(tokenFile) }),
    longestAnswer,
  })
  return async (request) => {
    const question: SchedulingQuestion = { ...schedulingReview, request }
    const reply = await connection.send({
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(question),
      timeout: timeout + grace,
    })
    return answerIn(reply, url)
  }
}
