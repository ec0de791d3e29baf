import type { Plugin } from '@flotilla/sdk'
import { applicationFailover } from './application-failover.ts'
import { taintEviction } from './taint-eviction.ts'
import { workloadRebalancer } from './workload-rebalancer.ts'

/** When a binding has to leave a cluster, and how it comes back. */
export const failoverPlugins: readonly Plugin[] = [taintEviction, applicationFailover, workloadRebalancer]
