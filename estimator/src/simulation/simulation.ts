import type { Component, ReplicaRequirements, schedule } from '@flotilla/sdk'
import { amountsOf, counted } from './amounts.ts'
import { fitting, type Need, type NodeState, Nodes } from './nodes.ts'
import { type Batch, type QuotaState, timesInQuotas } from './quota.ts'

/** What a member cluster is like at a moment. */
export interface ClusterState {
  /** In the order in which they are filled. */
  readonly nodes: readonly NodeState[]
  readonly quotas: readonly QuotaState[]
}

type Assumed = readonly schedule.AssumedWorkload[]

/** More pods than this are not put on nodes one set after the other: there is room, is all that anyone has to know. */
const mostPods = 100_000n

/** A number of replicas as anyone may send it. */
const whole = (replicas: number): bigint => BigInt(Math.max(0, Math.trunc(replicas) || 0))

/** A batch of replicas, and what each of them needs. */
type Part = Batch & Need

const partOf = (
  { nodeClaim, priorityClassName, resourceRequest }: Omit<ReplicaRequirements, 'namespace'> = {},
  replicas = 1,
): Part => ({
  claim: nodeClaim,
  priorityClassName,
  request: amountsOf({ ...resourceRequest, pods: 1 }),
  replicas: whole(replicas),
})

const partsOf = (components: readonly Component[]): readonly Part[] =>
  components
    .map(({ replicaRequirements, replicas }) => partOf(replicaRequirements, replicas))
    .filter(({ replicas }) => replicas > 0n)

/** The nodes as they are once what was assumed runs on them. What of that finds no room takes none. */
function settled({ nodes }: ClusterState, assumed: Assumed): readonly NodeState[] {
  if (assumed.length === 0) return nodes
  const taken = new Nodes(nodes)
  for (const { components } of assumed) for (const part of partsOf(components)) taken.put(part, part.replicas)
  return taken.all
}

/** How often the parts fit into the quotas of their namespace, beside what was assumed there. */
function quotaBound({ quotas }: ClusterState, parts: readonly Part[], namespace: string | undefined, assumed: Assumed) {
  if (!namespace) return undefined
  const here = quotas.filter((quota) => quota.namespace === namespace)
  const beside = assumed.filter((workload) => workload.namespace === namespace)
  return timesInQuotas(
    here,
    parts,
    beside.flatMap(({ components }) => partsOf(components)),
  )
}

const lesser = (a: bigint, b: bigint | undefined): bigint => (b === undefined || a < b ? a : b)

/**
 * How many more replicas of such requirements a cluster could run now: each on a node that has room for all of it and lets
 * it run, and all of them within the quotas of their namespace. What was assumed to come has its place before.
 */
export function availableReplicas(state: ClusterState, needs: ReplicaRequirements, assumed: Assumed = []): number {
  const part = partOf(needs)
  const onNodes = fitting(settled(state, assumed), part)
  return counted(lesser(onNodes, quotaBound(state, [part], needs.namespace, assumed)))
}

/** How many whole sets the nodes take, one after the other, each replica where there is room first. */
function setsOn(nodes: readonly NodeState[], parts: readonly Part[], atMost: bigint): bigint {
  const [only] = parts
  if (only && parts.length === 1) return lesser(fitting(nodes, only) / only.replicas, atMost)
  const taken = new Nodes(nodes)
  const pods = parts.reduce((sum, { replicas }) => sum + replicas, 0n)
  let sets = 0n
  while (sets < atMost && sets * pods < mostPods) {
    if (parts.some((part) => taken.put(part, part.replicas) > 0n)) break
    sets++
  }
  return sets
}

/**
 * How many more sets of components a cluster could run now; a set runs whole or not at all. It is never more than there
 * is room for, and exact up to a hundred thousand pods. Components without replicas need nothing: any number of sets.
 */
export function availableSets(
  state: ClusterState,
  components: readonly Component[],
  namespace: string | undefined,
  assumed: Assumed = [],
): number {
  const parts = partsOf(components)
  const limit = quotaBound(state, parts, namespace, assumed) ?? BigInt(Number.MAX_SAFE_INTEGER)
  return counted(parts.length === 0 ? limit : setsOn(settled(state, assumed), parts, limit))
}
