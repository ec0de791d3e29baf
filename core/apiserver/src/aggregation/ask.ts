import type { User } from '@flotilla/kube'
import { masters } from '../authorization.ts'
import type { BodyAnswer } from '../request.ts'
import type { Delegate } from './delegate.ts'

/** Who asks what a delegate has, as Kubernetes calls it. */
const aggregator: User = { name: 'system:kube-aggregator', groups: [masters] }

/** Asks a delegate for a document of its own. Undefined when it has none. */
export const ask = async (delegate: Delegate, path: string, accept: string): Promise<BodyAnswer | undefined> => {
  const answer = await delegate({ method: 'GET', path, query: {}, user: aggregator, accept, body: () => undefined })
  if ('body' in answer) return answer.code === 200 ? answer : undefined
  if ('watch' in answer) answer.watch.end()
  return undefined
}
