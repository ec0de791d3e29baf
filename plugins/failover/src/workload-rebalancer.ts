import { definePlugin } from '@flotilla/sdk'
import { rebalancing } from './rebalance.ts'

/** Schedules the workloads a WorkloadRebalancer names afresh, once: so they come back to a cluster they had to leave. */
export const workloadRebalancer = definePlugin({
  name: 'workload-rebalancer',
  controllers: (host) => [rebalancing(host)],
})
