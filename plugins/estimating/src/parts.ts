import { type BindingSpec, type Component, hasReplicas, type schedule } from '@flotilla/sdk'
import { type Amounts, amountsOf, plus } from './quantities.ts'

/** So many replicas of one pod template, and what each asks for: itself as a pod, too. */
export interface Part {
  readonly request: Amounts
  readonly replicas: bigint
}

/** A number of replicas; what is none is 0. */
const whole = (replicas: number): bigint => BigInt(Math.max(0, Math.trunc(replicas) || 0))

const partOf = (needs: Component['replicaRequirements'], replicas: number): Part => ({
  request: amountsOf({ ...needs?.resourceRequest, pods: 1 }),
  replicas: whole(replicas),
})

const partsOf = (components: readonly Component[]): readonly Part[] =>
  components
    .map(({ replicaRequirements, replicas }) => partOf(replicaRequirements, replicas))
    .filter(({ replicas }) => replicas > 0n)

/**
 * What is to be counted of a binding: single replicas, or sets of all its components, which run whole or not at all.
 * Undefined when it needs no room.
 */
export function countedOf(spec: BindingSpec): readonly Part[] | undefined {
  if (hasReplicas(spec)) return [partOf(spec.replicaRequirements, 1)]
  const parts = partsOf(spec.components ?? [])
  return parts.length > 0 ? parts : undefined
}

/** What was given to a cluster and is not counted there yet. */
export const assumedParts = (workloads: readonly schedule.AssumedWorkload[]): readonly Part[] =>
  workloads.flatMap(({ components }) => partsOf(components))

const nothing: Amounts = new Map()

/** What all replicas of all parts ask for. */
export const together = (parts: readonly Part[]): Amounts =>
  parts.reduce((sum, { request, replicas }) => plus(sum, request, replicas), nothing)
