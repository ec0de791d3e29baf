import { type Cluster, type Condition, findCondition, type Taint, taintKey, timestamp } from '@flotilla/sdk'

const byStatus: Readonly<Record<Condition['status'], string | undefined>> = {
  True: undefined,
  False: taintKey.notReady,
  Unknown: taintKey.unreachable,
}

const ours: readonly string[] = [taintKey.notReady, taintKey.unreachable]

const isOurs = ({ key, effect }: Taint): boolean => effect === 'NoSchedule' && ours.includes(key)

/**
 * The taints of a cluster, with those its Ready condition asks for: while it is not ready, or not reached, nothing new is
 * scheduled to it. The same list when nothing has to change.
 */
export function taintsFor({ spec, status }: Cluster, now: Date): readonly Taint[] | undefined {
  const { taints = [] } = spec
  const key = byStatus[findCondition(status?.conditions, 'Ready')?.status ?? 'False']
  const stay = taints.filter((taint) => !isOurs(taint) || taint.key === key)
  if (key === undefined || stay.some((taint) => isOurs(taint)))
    return stay.length === taints.length ? spec.taints : stay
  return [...stay, { key, effect: 'NoSchedule', timeAdded: timestamp(now) }]
}
