import {
  type Cluster,
  definePlugin,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  type Host,
  on,
  type PerCluster,
  resourceBindingKind,
  schedule,
} from '@flotilla/sdk'
import { type Amounts, amountsOf, isAsked, requestOf } from './amounts.ts'
import { assignmentsOf } from './assignments.ts'
import { InClusters } from './in-clusters.ts'
import { isAbout } from './scope.ts'
import { podOf } from './usage.ts'

/** The largest number of replicas there is. */
const most = 2n ** 31n - 1n

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)

/** How often a request fits into what is left of limits; undefined when it asks for nothing that is limited. */
function fits(hard: Amounts, request: Amounts, usedOf: (resource: string) => bigint): bigint | undefined {
  let least: bigint | undefined
  for (const [resource, limit] of hard) {
    const wanted = isAsked(resource) ? (request.get(requestOf(resource)) ?? 0n) : 0n
    if (wanted === 0n) continue
    const times = larger(0n, limit - usedOf(resource)) / wanted
    if (least === undefined || times < least) least = times
  }
  return least
}

/** Limits of a cluster in one quota, and what it says is used of them. */
interface Limit {
  readonly cluster: string
  readonly hard: Amounts
  readonly used: Amounts
}

function limitsIn(quota: FederatedResourceQuota, clusters: readonly Cluster[]): readonly Limit[] {
  const said = new Map((quota.status?.aggregatedStatus ?? []).map((each) => [each.clusterName, each.used]))
  return assignmentsOf(quota, clusters).map(({ clusterName, hard }) => ({
    cluster: clusterName,
    hard: amountsOf(hard),
    used: amountsOf(said.get(clusterName)),
  }))
}

/**
 * How many more replicas the quotas of a namespace leave room for in each cluster that has limits of its own. What a cluster
 * says is used may be old, and what bindings were just given it has not heard of: the larger counts.
 */
function estimator(host: Host): (candidates: schedule.Candidates) => PerCluster<number> | undefined {
  const quotas = host.store(federatedResourceQuotaKind)
  let inClusters: InClusters | undefined
  return ({ binding, clusters }) => {
    const { namespace } = binding.metadata
    const about = namespace ? quotas.list(namespace).filter((quota) => isAbout(quota, binding)) : []
    if (!namespace || about.length === 0 || binding.spec.components?.length) return undefined
    inClusters ??= new InClusters(host.store(resourceBindingKind))
    const placed = inClusters
    const asked = new Set(clusters.map(({ metadata }) => metadata.name))
    const request = podOf(binding.spec.replicaRequirements)
    const estimates = new Map<string, number>() // a cluster may be called `constructor`
    for (const { cluster, hard, used } of about.flatMap((quota) => limitsIn(quota, clusters))) {
      const usedOf = (resource: string) => larger(used.get(resource) ?? 0n, placed.of(namespace, cluster, resource))
      const room = asked.has(cluster) ? fits(hard, request, usedOf) : undefined
      if (room === undefined) continue
      estimates.set(cluster, Math.min(Number(room < most ? room : most), estimates.get(cluster) ?? Number(most)))
    }
    return Object.fromEntries(estimates)
  }
}

export const quotaEstimator = definePlugin({
  name: 'quota-estimator',
  extensions: (host) => [on(schedule.estimate, estimator(host))],
})
