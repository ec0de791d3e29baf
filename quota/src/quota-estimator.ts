import {
  accountsOf,
  type Binding,
  type Cluster,
  definePlugin,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  type Host,
  on,
  type PerCluster,
  resourceBindingKind,
  roomIn,
  type SharedResourceQuota,
  schedule,
  sharedResourceQuotaKind,
} from '@flotilla/sdk'
import { type Amounts, amountsOf, isAsked, requestOf } from './amounts.ts'
import { assignmentsOf } from './assignments.ts'
import { InClusters } from './in-clusters.ts'
import { isAbout } from './scope.ts'
import { ofNamespace, sharedResources } from './shared/shares.ts'
import { podOf } from './usage.ts'

/** The largest number of replicas there is. */
const most = 2n ** 31n - 1n

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)

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

/** The clusters' own limits in quotas of a namespace. */
function leftInClusters(
  about: readonly FederatedResourceQuota[],
  clusters: readonly Cluster[],
  request: Amounts,
  placedIn: (cluster: string, resource: string) => bigint,
): Map<string, bigint> {
  const asked = new Set(clusters.map(({ metadata }) => metadata.name))
  const estimates = new Map<string, bigint>() // a cluster may be called `constructor`
  for (const { cluster, hard, used } of about.flatMap((quota) => limitsIn(quota, clusters))) {
    const usedOf = (resource: string) => larger(used.get(resource) ?? 0n, placedIn(cluster, resource))
    const room = asked.has(cluster) ? fits(hard, request, usedOf) : undefined
    if (room !== undefined) estimates.set(cluster, smaller(room, estimates.get(cluster) ?? most))
  }
  return estimates
}

/** How often a request fits into what a namespace may have of a quota that it shares. */
function leftOfShare(quota: SharedResourceQuota, namespace: string, request: Amounts): bigint | undefined {
  const accounts = accountsOf(quota)
  const rooms = sharedResources(quota).flatMap((resource): readonly (readonly [string, bigint])[] => {
    const account = accounts.get(resource)
    return account ? [[resource, roomIn(account, namespace)]] : []
  })
  return fits(new Map(rooms), request, () => 0n)
}

/** How many replicas a binding is to get beyond those it has. */
const wantedBy = ({ spec }: Binding): bigint =>
  larger(
    0n,
    BigInt(spec.replicas ?? 0) - (spec.clusters ?? []).reduce((sum, { replicas = 0 }) => sum + BigInt(replicas), 0n),
  )

/**
 * How many more replicas the quotas of a namespace leave room for in each cluster. What a cluster with limits of its own says
 * is used may be old, and what bindings were just given it has not heard of: the larger counts. Of a quota that namespaces
 * share no cluster gets more than is left; when that is too little, the refusal of the quota says why, and what is claimed back.
 */
function estimator(host: Host): (candidates: schedule.Candidates) => PerCluster<number> | undefined {
  const quotas = host.store(federatedResourceQuotaKind)
  const shared = host.store(sharedResourceQuotaKind)
  let inClusters: InClusters | undefined
  return ({ binding, clusters }) => {
    const { namespace } = binding.metadata
    if (!namespace || binding.spec.components?.length) return undefined
    const about = quotas.list(namespace).filter((quota) => isAbout(quota, binding))
    const shares = shared.by(ofNamespace, namespace)
    if (about.length + shares.length === 0) return undefined
    inClusters ??= new InClusters(host.store(resourceBindingKind))
    const placed = inClusters
    const request = podOf(binding.spec.replicaRequirements)
    const estimates = leftInClusters(about, clusters, request, (cluster, resource) =>
      placed.of(namespace, cluster, resource),
    )
    const wanted = wantedBy(binding)
    for (const share of shares) {
      const left = leftOfShare(share, namespace, request)
      if (left === undefined || left < wanted) continue
      for (const { metadata } of clusters) {
        estimates.set(metadata.name, smaller(left, estimates.get(metadata.name) ?? most))
      }
    }
    return Object.fromEntries([...estimates].map(([name, room]) => [name, Number(smaller(room, most))]))
  }
}

export const quotaEstimator = definePlugin({
  name: 'quota-estimator',
  extensions: (host) => [on(schedule.estimate, estimator(host))],
})
