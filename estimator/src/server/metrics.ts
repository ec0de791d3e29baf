import type { Metrics } from '@flotilla/sdk'

const powers = (first: number, factor: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, power) => first * factor ** power)

const secondsSince = (start: number): number => (performance.now() - start) / 1000

/** What Karmada's dashboards look at. */
export function answerMetrics(metrics: Metrics) {
  const requests = metrics.counter({
    name: 'karmada_scheduler_estimator_estimating_request_total',
    help: 'Questions answered, by kind',
    labels: ['result', 'type'],
  })
  const duration = metrics.histogram({
    name: 'karmada_scheduler_estimator_estimating_algorithm_duration_seconds',
    help: 'How long an answer took',
    labels: ['result', 'type', 'step'],
    buckets: powers(0.001, 2, 10),
  })
  return {
    /** Runs what answers a question, and counts it. */
    async timed<T>(type: string, answer: () => T | Promise<T>): Promise<T> {
      const start = performance.now()
      let result = 'error'
      try {
        const given = await answer()
        result = 'success'
        return given
      } finally {
        requests.add({ result, type })
        duration.observe(secondsSince(start), { result, type, step: 'Total' })
      }
    },
  }
}
