import { readFile } from 'node:fs/promises'
import { type ApiResponse, httpTransport } from '@flotilla/kube'
import {
  errors,
  type Host,
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

const firstLineOf = (body: unknown): string =>
  typeof body === 'string' ? (body.trim().split('\n', 1)[0]?.slice(0, 200) ?? '') : ''

/** The answer in a reply. Throws when the reply is none. */
function answerIn({ status, body }: ApiResponse, { href }: URL): unknown {
  const line = firstLineOf(body)
  if (status !== 200) throw errors.WEBHOOK_FAILED(href, `it answered with ${status}${line && `: ${line}`}`)
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
export function caller({ url, ca, tokenFile }: Place, timeout: number, { signal, metrics }: Host): Call {
  const transport = httpTransport({
    server: url.origin,
    ...(ca && { ca }),
    ...(tokenFile && { token: () => tokenOf(tokenFile) }),
    longestAnswer,
    metrics,
  })
  signal.addEventListener('abort', () => void transport.close(), { once: true })
  return async (request) => {
    const body: SchedulingQuestion = { ...schedulingReview, request }
    const response = await transport
      .send({
        method: 'POST',
        path: url.pathname,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeout + grace)]),
      })
      .catch((cause: unknown) => {
        if (cause instanceof SyntaxError) throw errors.WEBHOOK_FAILED(url.href, 'its answer is not JSON')
        throw errors.SERVER_UNREACHABLE(url.href, cause)
      })
    return answerIn(response, url)
  }
}
