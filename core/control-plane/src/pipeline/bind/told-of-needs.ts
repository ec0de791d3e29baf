import { type Ask, interpret, type Manifest, reasonOf } from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'

/** What the owner of a template hears of the questions asked about it, by extension point. */
const words: Readonly<Record<string, { readonly reason: string; readonly subject: string }>> = {
  [interpret.components.id]: { reason: 'GetComponents', subject: 'components' },
  [interpret.replicas.id]: { reason: 'GetReplicas', subject: 'replicas' },
  [interpret.dependencies.id]: { reason: 'GetDependencies', subject: 'dependencies' },
}

/** Asks on behalf of a template, and tells its owner what came of it. Where nobody has an answer there is no news. */
export function askingFor({ ask, event }: Pick<Machine, 'ask' | 'event'>, template: Manifest): Ask {
  return async (point, arg) => {
    const known = words[point.id]
    try {
      const answer = await ask(point, arg)
      if (known && answer !== undefined) {
        const message = `Get ${known.subject}(${JSON.stringify(answer)}) succeed.`
        event(template, 'Normal', `${known.reason}Succeed`, message)
      }
      return answer
    } catch (cause) {
      if (known) event(template, 'Warning', `${known.reason}Failed`, reasonOf(cause))
      throw cause
    }
  }
}
