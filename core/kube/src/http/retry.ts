import { backoff } from '../backoff.ts'
import type { ApiRequest, ApiResponse } from '../transport.ts'
import { isBroken } from './fault.ts'

/** What became of one try: an answer, or none. */
export type Try = { readonly response: ApiResponse } | { readonly error: unknown }

/** Tries of a request that lost its connection, and of one the server put off. */
const mostTries = 3
const mostDelays = 5
/** Longer than this is for the caller to wait, who has other things to do. */
const longestDelayMs = 10_000

/** Milliseconds of a `Retry-After`, given in seconds; undefined when there is none. */
function delayOf({ status, headers }: ApiResponse): number | undefined {
  const seconds = Number(headers?.['retry-after'])
  return (status === 429 || status === 503) && seconds >= 0 ? seconds * 1000 : undefined
}

/**
 * Milliseconds until a request should be tried again; undefined when its outcome stands. Reads are tried again when the
 * connection broke; anything is when the server said `Retry-After`, for then it did nothing yet.
 */
export function retryIn({ method }: ApiRequest, tries: number, outcome: Try, random = Math.random): number | undefined {
  if ('response' in outcome) {
    const delay = delayOf(outcome.response)
    if (delay === undefined || delay > longestDelayMs || tries >= mostDelays) return undefined
    return delay + random() * Math.max(100, delay / 2)
  }
  if (method !== 'GET' || tries >= mostTries || !isBroken(outcome.error)) return undefined
  return backoff(tries - 1, { baseMs: 100, capMs: 1_000 }, random)
}
