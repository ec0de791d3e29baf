import type { Change, Index, Store } from '@flotilla/sdk'
import { type Amounts, add } from '../simulation/amounts.ts'
import type { NodeState } from '../simulation/nodes.ts'
import type { ClusterState } from '../simulation/simulation.ts'
import type { NodeFacts, PodFacts, QuotaFacts } from './facts.ts'

/** The caches of a member, of which a ledger is kept. */
export interface MemberStores {
  readonly nodes: Store<NodeFacts>
  readonly pods: Store<PodFacts>
  readonly quotas: Store<QuotaFacts>
}

const byOwner: Index<PodFacts> = { name: 'owner of stuck pods', values: ({ stuck }) => (stuck ? [stuck.owner] : []) }

const nothing: Amounts = new Map()

/** What the nodes of a member have left, kept up with every pod that comes or goes: nobody who asks waits for sums. */
export class Ledger {
  readonly #stores: MemberStores
  readonly #used = new Map<string, Map<string, bigint>>()
  /** What was made of a node's facts, until they or its pods change. */
  readonly #states = new Map<string, { readonly facts: NodeFacts; readonly state: NodeState }>()
  /** All nodes by name, until one changes. */
  #sorted: readonly NodeFacts[] | undefined

  constructor(stores: MemberStores) {
    this.#stores = stores
    stores.pods.listen((change) => this.#book(change))
    stores.nodes.listen(({ before, after }) => {
      this.#sorted = undefined
      if (before && !after) this.#states.delete(before.name)
    })
  }

  get synced(): Promise<unknown> {
    const { nodes, pods, quotas } = this.#stores
    return Promise.all([nodes.synced, pods.synced, quotas.synced])
  }

  state(): ClusterState {
    this.#sorted ??= this.#stores.nodes.list().toSorted((a, b) => (a.name < b.name ? -1 : 1))
    return { nodes: this.#sorted.map((facts) => this.#stateOf(facts)), quotas: this.#stores.quotas.list() }
  }

  /** How many pods of an owner have found no node since before a moment. */
  stuck(owner: string, before: number): number {
    return this.#stores.pods.by(byOwner, owner).filter(({ stuck }) => stuck && stuck.since <= before).length
  }

  #book({ before, after }: Change<PodFacts>): void {
    if (before?.node === after?.node && before?.requests === after?.requests) return
    for (const [pod, sign] of [
      [before, -1n],
      [after, 1n],
    ] as const) {
      // biome-ignore format: a table
      if (!pod?.node) continue
      const used = this.#used.get(pod.node) ?? new Map<string, bigint>()
      add(used, pod.requests, sign)
      this.#states.delete(pod.node)
      if ((used.get('pods') ?? 0n) > 0n) this.#used.set(pod.node, used)
      else this.#used.delete(pod.node)
    }
  }

  #stateOf(facts: NodeFacts): NodeState {
    const known = this.#states.get(facts.name)
    if (known?.facts === facts) return known.state
    const { name, labels, taints, isCordoned, allocatable } = facts
    const free = new Map(allocatable)
    add(free, this.#used.get(name) ?? nothing, -1n)
    const state = { name, labels, taints, isCordoned, free }
    this.#states.set(name, { facts, state })
    return state
  }
}
