import { type Host, type Key, keyText } from '@flotilla/sdk'

/** Tells how long changes of endpoints take to be everywhere. */
export interface Spreading {
  /** A change is heard of; of those that wait together the first counts. */
  begins(key: Key): void
  /** Nothing had to be done about it. */
  forget(key: Key): void
  /** Brings it about. What fails goes on until it does not. */
  during<T>(key: Key, bring: () => Promise<T>): Promise<T>
}

const buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export function createSpreading({ metrics }: Pick<Host, 'metrics'>, flow: string): Spreading {
  const took = metrics.histogram({
    name: 'flotilla_endpoint_change_duration_seconds',
    help: 'From when a change of endpoints was heard of until all that bring it to clusters was written',
    labels: ['flow'],
    buckets,
  })
  const since = new Map<string, number>()
  return {
    begins: (key) => {
      if (!since.has(keyText(key))) since.set(keyText(key), performance.now())
    },
    forget: (key) => void since.delete(keyText(key)),
    during: async (key, bring) => {
      const text = keyText(key)
      const at = since.get(text)
      since.delete(text) // what is heard of meanwhile is another change
      try {
        const answer = await bring()
        if (at !== undefined) took.observe((performance.now() - at) / 1000, { flow })
        return answer
      } catch (error) {
        if (at !== undefined) since.set(text, at)
        throw error
      }
    },
  }
}
