import type { Plugin } from '@flotilla/sdk'
import { applicationFailover } from './application-failover.ts'
import { remedies } from './remedies.ts'
import { taintEviction } from './taint-eviction.ts'
import { taintPolicies } from './taint-policies.ts'
import { workloadRebalancer } from './workload-rebalancer.ts'

/** When a cluster is one to leave, when a binding has to leave it, and how it comes back. */
export const failoverPlugins: readonly Plugin[] = [
  taintEviction,
  applicationFailover,
  taintPolicies,
  remedies,
  workloadRebalancer,
]
