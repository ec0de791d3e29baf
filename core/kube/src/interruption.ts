import { ApiError, FlotillaError, isExpired } from '@flotilla/sdk'

/** Why a watch began anew. */
export type Reason = 'ended' | 'expired' | 'unreachable' | 'throttled' | 'refused' | 'failed'

/** The longest that a server may put us off at once. */
const longestDelayMs = 60_000

export const isThrottle = (error: unknown): boolean =>
  error instanceof ApiError && (error.code === 429 || error.code === 503)

export function reasonOf(error: unknown): Reason {
  if (error === undefined) return 'ended'
  if (isExpired(error)) return 'expired'
  if (isThrottle(error)) return 'throttled'
  if (error instanceof ApiError) return 'refused'
  return error instanceof FlotillaError ? 'unreachable' : 'failed'
}

/** Milliseconds that a server asks us to stay away. */
export const delayOf = (error: unknown): number =>
  error instanceof ApiError ? Math.min(longestDelayMs, (error.status.details?.retryAfterSeconds ?? 0) * 1_000) : 0

/** Whether the version is still good to watch from: the server did not object to it. */
export const mayResume = (reason: Reason): boolean => reason !== 'expired' && reason !== 'refused'
