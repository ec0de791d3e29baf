import {
  annotation,
  type Binding,
  type ClusterAffinityTerm,
  clusterExpressionsText,
  deepEqual,
  isTrue,
  isWorkload,
  type Placement,
  strategyOf,
} from '@flotilla/sdk'
import { isScaled } from '../../manifest/scaled.ts'
import type { Snapshot } from './snapshot.ts'

/** Why a binding is scheduled, in the words of Karmada's metrics. */
export type Cause = 'ReconcileSchedule' | 'ScaleSchedule'

/** The placement a binding was last scheduled by. */
function applied({ metadata: { annotations } }: Binding): Placement | undefined {
  const text = annotations?.[annotation.appliedPlacement]
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Placement // the scheduler wrote it; what else it may be differs from any placement
  } catch {
    return undefined
  }
}

/** Whether a binding was last scheduled by the expressions it has now. */
export const hasSameExpressions = (binding: Binding): boolean =>
  binding.metadata.annotations?.[annotation.appliedExpressions] === clusterExpressionsText(binding)

const termNamed = (terms: readonly ClusterAffinityTerm[] | undefined, name: string | undefined) =>
  name ? terms?.find(({ affinityName }) => affinityName === name) : undefined

/** Of several terms, only the one in use counts. */
function sameTerm(before: Placement, now: Placement, observed: string | undefined): boolean {
  if (!before.clusterAffinities?.length && !now.clusterAffinities?.length) return true
  const used = termNamed(before.clusterAffinities, observed)
  return used !== undefined && deepEqual(used, termNamed(now.clusterAffinities, observed))
}

const isOtherPlacement = (before: Placement | undefined, now: Placement, observed: string | undefined): boolean =>
  !before ||
  !deepEqual(before.clusterAffinity, now.clusterAffinity) ||
  !deepEqual(before.clusterTolerations, now.clusterTolerations) ||
  !deepEqual(before.spreadConstraints, now.spreadConstraints) ||
  !deepEqual(before.replicaScheduling, now.replicaScheduling) ||
  !sameTerm(before, now, observed)

/** Whether someone asked for a full reschedule since the last one. */
export function isRescheduleWanted({ spec, status }: Binding): boolean {
  const { rescheduleTriggeredAt: wanted } = spec
  const last = status?.lastScheduledTime
  return wanted !== undefined && last !== undefined && Date.parse(wanted) > Date.parse(last)
}

/** Whether where a binding is does not stand by itself: it could not be placed, follows the clusters, or is where it cannot stay. */
export const isOpen = ({ spec, status }: Binding, placement: Placement, { staying }: Snapshot): boolean =>
  !isTrue(status?.conditions, 'Scheduled') ||
  !isWorkload(spec) ||
  strategyOf(placement) === 'Duplicated' || // clusters that join are to get it, too
  (spec.clusters ?? []).some(({ name }) => !staying.has(name))

/** Why a binding has to be scheduled now; undefined when what it has stands. */
export function dueCause(binding: Binding, placement: Placement, snapshot: Snapshot): Cause | undefined {
  const { spec, status } = binding
  if (!hasSameExpressions(binding)) return 'ReconcileSchedule'
  if (isOtherPlacement(applied(binding), placement, status?.schedulerObservingAffinityName)) return 'ReconcileSchedule'
  if (placement.replicaScheduling && isScaled(spec)) return 'ScaleSchedule'
  return isRescheduleWanted(binding) || isOpen(binding, placement, snapshot) ? 'ReconcileSchedule' : undefined
}
