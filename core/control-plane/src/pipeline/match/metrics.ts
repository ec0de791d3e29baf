import type { Metrics } from '@flotilla/sdk'

/** What Karmada's dashboards look at. */
export const matchMetrics = (metrics: Metrics) => ({
  seconds: metrics.histogram({
    name: 'resource_match_policy_duration_seconds',
    help: 'How long it took to find the policy of a template',
    buckets: Array.from({ length: 12 }, (_, i) => 0.001 * 2 ** i),
  }),
  preemptions: metrics.counter({
    name: 'policy_preemption_total',
    help: 'Templates a policy took, or failed to take, from another one',
    labels: ['result'],
  }),
})

export type MatchMetrics = ReturnType<typeof matchMetrics>
