import type { NodeClaim } from '@flotilla/sdk'
import { type Ground, mayRun } from './affinity.ts'
import { type Amounts, add, timesIn } from './amounts.ts'

/** A node, and what it has left for pods. */
export interface NodeState extends Ground {
  readonly free: Amounts
}

/** What one replica asks a node for: itself as a pod, too. */
export interface Need {
  readonly claim?: NodeClaim | undefined
  readonly request: Amounts
}

const copied = (node: NodeState): NodeState & { readonly free: Map<string, bigint> } => ({
  ...node,
  free: new Map(node.free),
})

/** Nodes to put replicas on in thought: what they have left shrinks, the nodes themselves do not. */
export class Nodes {
  readonly #nodes: readonly (NodeState & { readonly free: Map<string, bigint> })[]
  /** The first node that may still have room for a need: those before have none, and never get any. */
  readonly #from = new WeakMap<Need, number>()

  constructor(nodes: readonly NodeState[]) {
    this.#nodes = nodes.map(copied)
  }

  /** Puts so many replicas where there is room first. Answers how many found none. */
  put(need: Need, replicas: bigint): bigint {
    const { claim, request } = need
    let left = replicas
    for (let at = this.#from.get(need) ?? 0; at < this.#nodes.length && left > 0n; at++) {
      const node = this.#nodes[at]
      if (!node || !mayRun(node, claim)) continue
      const room = timesIn(node.free, request) ?? 0n
      const taken = room < left ? room : left
      if (taken > 0n) add(node.free, request, -taken)
      left -= taken
      this.#from.set(need, at)
    }
    return left
  }

  get all(): readonly NodeState[] {
    return this.#nodes
  }
}

/** How many replicas fit on nodes, each of which needs one node with room for all of it. */
export function fitting(nodes: readonly NodeState[], { claim, request }: Need): bigint {
  let total = 0n
  for (const node of nodes) if (mayRun(node, claim)) total += timesIn(node.free, request) ?? 0n
  return total
}
