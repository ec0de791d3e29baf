import type { Explanation } from '@flotilla/core'
import {
  type Binding,
  findCondition,
  type Key,
  keyOf,
  keyText,
  type Reference,
  type TargetCluster,
} from '@flotilla/sdk'
import type { Changes } from './changes.ts'

/** What would change for one binding in one cluster. */
export interface Move {
  readonly binding: Reference
  readonly object: Reference
  readonly cluster: string
  /** Undefined where it is not. */
  readonly from?: TargetCluster
  readonly to?: TargetCluster
  readonly why: string
}

/** A binding that would have nowhere to go. */
export interface Stuck {
  readonly binding: Reference
  readonly object: Reference
  readonly reason: string
  readonly message: string
}

/** What a cluster holds, now and then. */
export interface Load {
  readonly cluster: string
  readonly bindings: Change
  readonly replicas: Change
}

interface Change {
  readonly from: number
  readonly to: number
}

export interface Moves {
  readonly moves: readonly Move[]
  readonly unschedulable: readonly Stuck[]
  readonly clusters: readonly Load[]
  readonly summary: {
    readonly bindings: number
    readonly moved: number
    readonly stay: number
    /** That are not now. */
    readonly unschedulable: number
    readonly unschedulableAlready: number
  }
}

/** All bindings by address, with how the last decision about each came about. */
export interface Comparison {
  readonly before: ReadonlyMap<string, Binding>
  readonly after: ReadonlyMap<string, Binding>
  readonly decisions: (binding: Key) => readonly Explanation[]
  readonly changes: Changes
}

export const byAddress = (bindings: readonly Binding[]): ReadonlyMap<string, Binding> =>
  new Map(bindings.map((binding) => [keyText(keyOf(binding)), binding]))

const targets = (binding: Binding | undefined): ReadonlyMap<string, TargetCluster> =>
  new Map(binding?.spec.clusters?.map((target) => [target.name, target]))

const referenceOf = ({ apiVersion, kind, metadata }: Binding): Reference => ({
  apiVersion,
  kind,
  ...keyOf({ metadata }),
})

const objectOf = ({ spec: { resource } }: Binding): Reference => ({
  apiVersion: resource.apiVersion,
  kind: resource.kind,
  ...keyOf({ metadata: resource }),
})

const isSame = (a: TargetCluster | undefined, b: TargetCluster | undefined): boolean =>
  Boolean(a) === Boolean(b) && (a?.replicas ?? 0) === (b?.replicas ?? 0)

/** Why a cluster gets more or less of a binding. */
function whyIn({ changes, decisions }: Comparison, binding: Binding, cluster: string, stays: boolean): string {
  if (!stays && changes.drain.includes(cluster)) return 'it is drained'
  if (!stays && changes.remove.includes(cluster)) return 'it is removed'
  const [last] = decisions(keyOf(binding))
  const found = last?.terms.at(-1)?.clusters.find(({ name }) => name === cluster)
  return found ? found.why : (last?.trigger ?? 'its policy is another')
}

function movesOf(comparison: Comparison, before: Binding | undefined, after: Binding | undefined): readonly Move[] {
  const binding = after ?? before
  if (!binding) return []
  const [now, then] = [targets(before), targets(after)]
  return [...new Set([...now.keys(), ...then.keys()])]
    .filter((cluster) => !isSame(now.get(cluster), then.get(cluster)))
    .sort()
    .map((cluster) => {
      const [from, to] = [now.get(cluster), then.get(cluster)]
      return {
        binding: referenceOf(binding),
        object: objectOf(binding),
        cluster,
        ...(from && { from }),
        ...(to && { to }),
        why: after ? whyIn(comparison, binding, cluster, to !== undefined) : 'no policy has it any more',
      }
    })
}

/** What the condition says of a binding that has nowhere to go. */
const refusalOf = (binding: Binding | undefined) => {
  const condition = findCondition(binding?.status?.conditions, 'Scheduled')
  return condition?.status === 'False' ? condition : undefined
}

/** It had nowhere to go before, and is where it was. */
const isNoNews = (before: Binding | undefined, after: Binding): boolean =>
  refusalOf(before) !== undefined && (before?.spec.clusters?.length ?? 0) === (after.spec.clusters?.length ?? 0)

function stuckOf(before: Binding | undefined, after: Binding): Stuck | undefined {
  const refusal = refusalOf(after)
  if (!refusal || isNoNews(before, after)) return undefined
  const { reason, message = '' } = refusal
  return { binding: referenceOf(after), object: objectOf(after), reason, message }
}

function loadsOf({ before, after }: Comparison): readonly Load[] {
  const loads = new Map<string, { bindings: { from: number; to: number }; replicas: { from: number; to: number } }>()
  const count = (bindings: Iterable<Binding>, side: 'from' | 'to') => {
    for (const { spec } of bindings) {
      for (const { name, replicas = 0 } of spec.clusters ?? []) {
        const load = loads.get(name) ?? { bindings: { from: 0, to: 0 }, replicas: { from: 0, to: 0 } }
        load.bindings[side]++
        load.replicas[side] += replicas
        loads.set(name, load)
      }
    }
  }
  count(before.values(), 'from')
  count(after.values(), 'to')
  return [...loads].map(([cluster, load]) => ({ cluster, ...load })).sort((a, b) => (a.cluster < b.cluster ? -1 : 1))
}

/** What would be elsewhere, what would stay, and what would have nowhere to go. */
export function compare(comparison: Comparison): Moves {
  const { before, after } = comparison
  const addresses = [...new Set([...before.keys(), ...after.keys()])].sort()
  const moves = addresses.flatMap((address) => movesOf(comparison, before.get(address), after.get(address)))
  const unschedulable = [...after].flatMap(([address, binding]) => stuckOf(before.get(address), binding) ?? [])
  const stuck = new Set(unschedulable.map(({ binding }) => keyText(binding)))
  const moved = new Set(moves.map(({ binding }) => keyText(binding)).filter((address) => !stuck.has(address)))
  const already = [...after].filter(([address, binding]) => refusalOf(binding) && !stuck.has(address)).length
  return {
    moves,
    unschedulable,
    clusters: loadsOf(comparison),
    summary: {
      bindings: addresses.length,
      moved: moved.size,
      stay: addresses.length - moved.size - stuck.size,
      unschedulable: stuck.size,
      unschedulableAlready: already,
    },
  }
}
