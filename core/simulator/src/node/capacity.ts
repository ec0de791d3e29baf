import { type Key, keyOf, keyText, type Store } from '@flotilla/sdk'
import type { Node } from '../api/node.ts'
import type { Pod, PodSpec } from '../api/pod.ts'
import { type Amounts, amounts, minus, plus, requests } from './amounts.ts'
import { mismatch, shortage } from './fit.ts'

/** Room on a node that a pod has. */
interface Claim {
  readonly node: string
  readonly amounts: Amounts
}

/** A node for a pod, or why there is none, as the scheduler says it. */
export type Place = { readonly node: string } | { readonly unschedulable: string }

const nothing: Amounts = new Map()

const isOver = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed'

/** `3 Insufficient cpu, 1 Too many pods`. */
function counted(reasons: readonly string[]): string {
  const counts = Map.groupBy(reasons, (reason) => reason)
  return [...counts].map(([reason, each]) => `${each.length} ${reason}`).join(', ')
}

/**
 * Who has how much of which node: the pods that are bound, and those being created right now. Read from the pods
 * themselves, so that a restart forgets nothing.
 */
export class Capacity {
  readonly #nodes: Store<Node>
  readonly #claims = new Map<string, Claim>()
  readonly #used = new Map<string, Amounts>()
  readonly #allocatable = new WeakMap<Node, Amounts>()
  readonly #freed = new Set<() => void>()

  constructor(nodes: Store<Node>, pods: Store<Pod>) {
    this.#nodes = nodes
    pods.listen(({ before, after }) => {
      if (after?.spec.nodeName && !isOver(after)) this.#claim(keyOf(after), after.spec.nodeName, after.spec)
      else if (before ?? after) this.release(keyOf((after ?? before) as Pod)) // one of them is there
    })
    nodes.listen(() => this.#tell())
  }

  /** Hears when there may be room where there was none. Returns what ends the hearing. */
  listen(freed: () => void): () => void {
    this.#freed.add(freed)
    return () => this.#freed.delete(freed)
  }

  /** Finds the emptiest node that fits, and sets room aside there until the pod is gone or `release` is called. */
  place(pod: Key, spec: PodSpec): Place {
    const wanted = requests(spec)
    const nodes = this.#nodes.list()
    const reasons = nodes.map((node) => mismatch(spec, node) ?? shortage(wanted, this.#free(node)))
    const fitting = nodes.filter((_, index) => reasons[index] === undefined)
    const [first, ...others] = fitting
    if (!first) {
      const why = counted(reasons.filter((reason) => reason !== undefined))
      return { unschedulable: `0/${nodes.length} nodes are available${why ? `: ${why}` : ''}.` }
    }
    const emptiest = others.reduce((best, node) => (this.#pods(node) < this.#pods(best) ? node : best), first)
    this.#claim(pod, emptiest.metadata.name, spec, wanted)
    return { node: emptiest.metadata.name }
  }

  /** The pod did not come to be, or does not need its room any more. */
  release(pod: Key): void {
    const text = keyText(pod)
    const claim = this.#claims.get(text)
    if (!claim) return
    this.#claims.delete(text)
    this.#used.set(claim.node, minus(this.#used.get(claim.node) ?? nothing, claim.amounts))
    this.#tell()
  }

  #claim(pod: Key, node: string, spec: PodSpec, wanted?: Amounts): void {
    const text = keyText(pod)
    if (this.#claims.get(text)?.node === node) return
    this.release(pod)
    const amounts = wanted ?? requests(spec)
    this.#claims.set(text, { node, amounts })
    this.#used.set(node, plus(this.#used.get(node) ?? nothing, amounts))
  }

  #free(node: Node): Amounts {
    let all = this.#allocatable.get(node)
    if (!all) {
      all = amounts(node.status?.allocatable)
      this.#allocatable.set(node, all)
    }
    return minus(all, this.#used.get(node.metadata.name) ?? nothing)
  }

  #pods(node: Node): number {
    return this.#used.get(node.metadata.name)?.get('pods') ?? 0
  }

  #tell(): void {
    for (const freed of this.#freed) freed()
  }
}
