import {
  type Cluster,
  type ClusterTaintPolicy,
  type Condition,
  type MatchCondition,
  matchesCluster,
  type Taint,
  timestamp,
} from '@flotilla/sdk'

type Wanted = ClusterTaintPolicy['spec']['taints'][number]

/** A condition that is not there is in no status, and not out of any either. */
const holds = (
  conditions: readonly Condition[],
  { conditionType, operator, statusValues }: MatchCondition,
): boolean => {
  const found = conditions.find(({ type }) => type === conditionType)
  return found !== undefined && statusValues.includes(found.status) === (operator === 'In')
}

/** No requirement at all is one that is never met. */
const allHold = (conditions: readonly Condition[], required: readonly MatchCondition[] = []): boolean =>
  required.length > 0 && required.every((each) => holds(conditions, each))

const isAlike = (a: Wanted, b: Wanted): boolean => a.key === b.key && a.effect === b.effect

const isOneOf = (taints: readonly Wanted[], taint: Wanted): boolean => taints.some((each) => isAlike(each, taint))

/** The taints of a cluster once one policy has had its say. What it adds comes first, then what it removes. */
function taintsAfter(
  taints: readonly Taint[],
  { spec }: ClusterTaintPolicy,
  conditions: readonly Condition[],
  timeAdded: string,
): readonly Taint[] {
  const isAdding = allHold(conditions, spec.addOnConditions)
  const missing = isAdding ? spec.taints.filter((each) => !isOneOf(taints, each)) : []
  const added = [...taints, ...missing.map((each) => ({ ...each, timeAdded }))]
  return allHold(conditions, spec.removeOnConditions) ? added.filter((each) => !isOneOf(spec.taints, each)) : added
}

const age = ({ metadata: { creationTimestamp = '', name } }: ClusterTaintPolicy): string =>
  `${creationTimestamp} ${name}`

const olderFirst = (a: ClusterTaintPolicy, b: ClusterTaintPolicy): number => (age(a) < age(b) ? -1 : 1)

/** The taints policies give a cluster, the oldest policy first. The same list when nothing has to change. */
export function taintsUnder(
  policies: readonly ClusterTaintPolicy[],
  cluster: Cluster,
  now: Date,
): readonly Taint[] | undefined {
  const before = cluster.spec.taints ?? []
  const conditions = cluster.status?.conditions ?? []
  const after = policies
    .filter(({ spec }) => matchesCluster(spec.targetClusters, cluster))
    .toSorted(olderFirst)
    .reduce((taints, policy) => taintsAfter(taints, policy, conditions, timestamp(now)), before)
  const isSame = after.length === before.length && before.every((taint) => isOneOf(after, taint))
  return isSame ? cluster.spec.taints : after
}
