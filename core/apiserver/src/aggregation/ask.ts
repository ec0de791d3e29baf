import type { User } from '@flotilla/kube'
import { ApiError } from '@flotilla/sdk'
import { masters } from '../authorization.ts'
import type { Answer, BodyAnswer } from '../request.ts'
import type { Delegate } from './delegate.ts'
import { readPassed } from './passed.ts'

/** Who asks what a delegate has, as Kubernetes calls it. */
const aggregator: User = { name: 'system:kube-aggregator', groups: [masters] }

/** Kubernetes waits as long. */
const patience = 5_000

/** No document is longer. */
const longest = 16 * 2 ** 20

const read = async (answer: Answer): Promise<BodyAnswer> => {
  if ('body' in answer) return answer
  if ('content' in answer) return readPassed(answer, longest)
  if ('watch' in answer) answer.watch.end()
  throw new Error('the answer is no document')
}

interface Question {
  /** By default GET. */
  readonly method?: string
  /** By default JSON. */
  readonly accept?: string
  readonly body?: object
}

/** Asks a delegate for something, as the server itself. Rejects when there is no answer in time. */
export const ask = async (delegate: Delegate, path: string, question: Question = {}): Promise<BodyAnswer> => {
  const { method = 'GET', accept = 'application/json', body } = question
  const signal = AbortSignal.timeout(patience)
  try {
    const request = { method, path, query: {}, user: aggregator, accept, body: () => body, signal }
    return await read(await delegate(request))
  } catch (error) {
    if (error instanceof ApiError) return { code: error.code, body: error.status }
    throw error
  }
}
