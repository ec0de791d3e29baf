import type { Pod } from '../api/pod.ts'
import type { StatefulSet } from '../api/workloads.ts'
import { isActive, isReady } from '../pod/condition.ts'
import { ordinalOf, revisionLabel, updateRevisionOf } from './pod.ts'

/** What to do next. */
export interface Steps {
  /** Ordinals of pods to make. */
  readonly create: readonly number[]
  readonly remove: readonly Pod[]
}

const nothing: Steps = { create: [], remove: [] }

const isFinished = (pod: Pod): boolean => pod.metadata.deletionTimestamp === undefined && !isActive(pod)

/** From the highest number down to the partition: the first pod of an old template, unless a new one above has yet to be ready. */
function outdated(set: StatefulSet, pods: readonly Pod[]): readonly Pod[] {
  const { type = 'RollingUpdate', rollingUpdate: { partition = 0 } = {} } = set.spec.updateStrategy ?? {}
  if (type === 'OnDelete') return []
  const revision = updateRevisionOf(set)
  const isOld = (pod: Pod) => pod.metadata.labels?.[revisionLabel] !== revision
  const next = pods.findLast((pod) => ordinalOf(pod) >= partition && (isOld(pod) || !isReady(pod)))
  return next && isOld(next) ? [next] : []
}

/** One at a time, and each only when those before it are ready; as in Kubernetes, one that never is holds up the rest. */
function planOrdered(
  set: StatefulSet,
  kept: readonly Pod[],
  missing: readonly number[],
  surplus: readonly Pod[],
): Steps {
  const [next] = missing
  const before = next === undefined ? kept : kept.filter((pod) => ordinalOf(pod) < next)
  if (!before.every(isReady)) return nothing
  if (next !== undefined) return { create: [next], remove: [] }
  return { create: [], remove: surplus.length > 0 ? surplus.slice(-1) : outdated(set, kept) }
}

/** What comes next for the pods of a StatefulSet. */
export function planStatefulSet(set: StatefulSet, all: readonly Pod[]): Steps {
  const { replicas = 1, ordinals: { start = 0 } = {}, podManagementPolicy } = set.spec
  const finished = all.filter(isFinished)
  if (finished.length > 0) return { create: [], remove: finished }
  const pods = [...all].sort((a, b) => ordinalOf(a) - ordinalOf(b))
  const isWanted = (ordinal: number) => ordinal >= start && ordinal < start + replicas
  const there = new Set(pods.map(ordinalOf))
  const missing = Array.from({ length: replicas }, (_, index) => start + index).filter((ordinal) => !there.has(ordinal))
  const surplus = pods.filter((pod) => !isWanted(ordinalOf(pod)))
  const kept = pods.filter((pod) => isWanted(ordinalOf(pod)))
  if (podManagementPolicy !== 'Parallel') return planOrdered(set, kept, missing, surplus)
  if (missing.length > 0 || surplus.length > 0) return { create: missing, remove: surplus }
  return { create: [], remove: outdated(set, kept) }
}
