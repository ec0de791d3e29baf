import { isConflict, type MetricOptions, type Metrics } from '@flotilla/sdk'

/** Runs something and observes how long it took, in seconds, by `result`: `success` or `error`. A lost race is no error. */
export type Timing = <T>(run: () => Promise<T>) => Promise<T>

/** Karmada's buckets for the duration of a reconcile: 1 ms, doubled eleven times. */
const buckets = Array.from({ length: 12 }, (_, power) => 0.001 * 2 ** power)

export function timing(metrics: Metrics, options: Pick<MetricOptions, 'name' | 'help'>): Timing {
  const histogram = metrics.histogram({ ...options, labels: ['result'], buckets })
  return async (run) => {
    const start = performance.now()
    let result = 'error'
    try {
      const outcome = await run()
      result = 'success'
      return outcome
    } catch (error) {
      if (isConflict(error)) result = 'success' // somebody else wrote first: it is done again
      throw error
    } finally {
      histogram.observe((performance.now() - start) / 1000, { result })
    }
  }
}
