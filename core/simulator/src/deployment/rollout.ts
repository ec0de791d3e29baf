import type { Deployment, ReplicaSet } from '../api/workloads.ts'
import { type Limits, limitsOf } from './limits.ts'
import { isCurrent, newReplicaSet, revisionOf } from './replica-set.ts'

/** A ReplicaSet that should have another size. */
export interface Resize {
  readonly set: ReplicaSet
  readonly replicas: number
}

/** What to do next. Each part is done before the next question is asked. */
export interface Rollout {
  /** The ReplicaSet of the template as it is now, if it is there. */
  readonly current?: ReplicaSet
  readonly old: readonly ReplicaSet[]
  readonly create?: ReplicaSet
  readonly resize: readonly Resize[]
  /** Old ReplicaSets that nobody will go back to. */
  readonly remove: readonly ReplicaSet[]
  /** The revision of the current ReplicaSet. */
  readonly revision: number
}

const wantedBy = ({ spec: { replicas = 1 } }: ReplicaSet): number => replicas
const made = ({ status }: ReplicaSet): number => status?.replicas ?? 0
const available = ({ status }: ReplicaSet): number => status?.availableReplicas ?? 0
const sum = (sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number): number =>
  sets.reduce((total, set) => total + count(set), 0)

const byAge = (a: ReplicaSet, b: ReplicaSet): number =>
  revisionOf(a) - revisionOf(b) || a.metadata.name.localeCompare(b.metadata.name)

/** How large the current ReplicaSet may be beside the old ones. */
function roomFor(current: number, old: readonly ReplicaSet[], { replicas, mostReplicas }: Limits): number {
  if (current >= replicas) return replicas
  const room = mostReplicas - current - sum(old, wantedBy)
  return room > 0 ? Math.min(replicas, current + room) : current
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0)

/** Takes up to so many, from the first ones first, and from none more than down to its floor. */
function take(sizes: readonly number[], floors: readonly number[], most: number): readonly number[] {
  let left = Math.max(0, most)
  return sizes.map((size, index) => {
    const taken = Math.min(left, Math.max(0, size - (floors[index] ?? 0)))
    left -= taken
    return size - taken
  })
}

/** Old pods go as new ones become available; those that do not work go first. */
function shrinkOld(current: ReplicaSet, old: readonly ReplicaSet[], { leastAvailable }: Limits): readonly Resize[] {
  const unavailable = Math.max(0, wantedBy(current) - available(current))
  const before = old.map(wantedBy)
  const surplus = total(before) + wantedBy(current) - leastAvailable - unavailable
  const working = take(before, old.map(available), surplus)
  const spare = available(current) + sum(old, available) - leastAvailable
  const after = take(working, [], Math.min(spare, surplus - (total(before) - total(working))))
  return old.flatMap((set, index) => {
    const replicas = after[index] ?? 0
    return replicas === before[index] ? [] : [{ set, replicas }]
  })
}

function resizeRolling(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): readonly Resize[] {
  const limits = limitsOf(deployment)
  const replicas = roomFor(wantedBy(current), old, limits)
  if (replicas !== wantedBy(current)) return [{ set: current, replicas }]
  return shrinkOld(current, old, limits)
}

/** First all old pods go, then the new ones come. */
function resizeRecreated(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): readonly Resize[] {
  const leaving = old.filter((set) => wantedBy(set) > 0).map((set) => ({ set, replicas: 0 }))
  if (leaving.length > 0 || sum(old, made) > 0) return leaving
  const { replicas = 1 } = deployment.spec
  return replicas === wantedBy(current) ? [] : [{ set: current, replicas }]
}

/** A rollout that is paused only follows the number of replicas, with the newest ReplicaSet that has any. */
function resizePaused(deployment: Deployment, sets: readonly ReplicaSet[]): readonly Resize[] {
  const { replicas: wanted } = limitsOf(deployment)
  const newest = sets.findLast((set) => wantedBy(set) > 0) ?? sets.at(-1)
  if (!newest) return []
  const replicas = Math.max(
    0,
    wanted -
      sum(
        sets.filter((set) => set !== newest),
        wantedBy,
      ),
  )
  return replicas === wantedBy(newest) ? [] : [{ set: newest, replicas }]
}

function initialSize(deployment: Deployment, old: readonly ReplicaSet[]): number {
  const limits = limitsOf(deployment)
  if (deployment.spec.strategy?.type === 'Recreate') return limits.replicas
  return Math.max(0, Math.min(limits.replicas, limits.mostReplicas - sum(old, wantedBy)))
}

function outdated(
  { spec: { revisionHistoryLimit = 10 } }: Deployment,
  old: readonly ReplicaSet[],
): readonly ReplicaSet[] {
  const empty = old.filter((set) => wantedBy(set) === 0 && made(set) === 0)
  return empty.slice(0, Math.max(0, empty.length - revisionHistoryLimit))
}

/** What comes next on the way from the ReplicaSets that are there to the one the Deployment wants. */
export function planRollout(deployment: Deployment, sets: readonly ReplicaSet[]): Rollout {
  const ordered = [...sets].sort(byAge)
  const current = ordered.findLast((set) => isCurrent(set, deployment))
  const old = ordered.filter((set) => set !== current)
  const latest = Math.max(0, ...old.map(revisionOf))
  const revision = current && revisionOf(current) > latest ? revisionOf(current) : latest + 1
  const plan = { old, resize: [], remove: [], revision, ...(current && { current }) }
  if (deployment.spec.paused) return { ...plan, resize: resizePaused(deployment, ordered) }
  const recreates = deployment.spec.strategy?.type === 'Recreate'
  if (!current) {
    const leaving = recreates ? old.filter((set) => wantedBy(set) > 0).map((set) => ({ set, replicas: 0 })) : []
    if (leaving.length > 0 || (recreates && sum(old, made) > 0)) return { ...plan, resize: leaving }
    return { ...plan, create: newReplicaSet(deployment, initialSize(deployment, old), revision) }
  }
  const resize = (recreates ? resizeRecreated : resizeRolling)(deployment, current, old)
  return { ...plan, resize, remove: outdated(deployment, old) }
}
