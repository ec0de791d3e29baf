import type { Metrics } from '@flotilla/sdk'

/** What questions to estimators come to. */
export const callMetrics = (metrics: Metrics) => ({
  asked: metrics.counter({
    name: 'flotilla_estimator_requests_total',
    help: 'Questions to the accurate estimators of clusters; `skipped`: it did not answer lately and was not asked',
    labels: ['member_cluster', 'result'],
  }),
  duration: metrics.histogram({
    name: 'flotilla_estimator_request_duration_seconds',
    help: 'How long accurate estimators took to answer',
    labels: ['result'],
  }),
})

export type CallMetrics = ReturnType<typeof callMetrics>
