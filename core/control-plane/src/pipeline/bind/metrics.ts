import type { Metrics } from '@flotilla/sdk'
import { timing } from '../../manifest/timing.ts'

/** What Karmada's dashboards look at. */
export const bindMetrics = (metrics: Metrics) => ({
  timed: timing(metrics, {
    name: 'resource_apply_policy_duration_seconds',
    help: 'How long it took to bring a binding up to its template and policy',
  }),
  attempts: metrics.counter({
    name: 'policy_apply_attempts_total',
    help: 'How often a policy was applied to a template',
    labels: ['result'],
  }),
})

export type BindMetrics = ReturnType<typeof bindMetrics>
