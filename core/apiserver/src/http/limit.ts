import { isMaster } from '../authorization.ts'
import type { Request } from '../request.ts'
import { refusal } from '../status.ts'

/** How many requests may be worked on at once. Watches count until they have begun. */
export interface Limits {
  readonly reads: number
  readonly writes: number
}

/** As in Kubernetes. */
export const usualLimits: Limits = { reads: 400, writes: 200 }

/** Works on a request when there is room. Throws 429 when there is none; administrators always find some. */
export type Limiter = <T>(request: Request, work: () => Promise<T>) => Promise<T>

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

export const createLimiter = (limits: Limits): Limiter => {
  const running = { reads: 0, writes: 0 }
  return async (request, work) => {
    const kind = isRead(request) ? 'reads' : 'writes'
    if (running[kind] >= limits[kind] && !isMaster(request.user))
      throw refusal.tooManyRequests('too many requests, please try again later', 1)
    running[kind] += 1
    try {
      return await work()
    } finally {
      running[kind] -= 1
    }
  }
}
