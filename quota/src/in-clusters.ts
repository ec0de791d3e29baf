import { type Binding, type Change, keyOf, keyText, type Store } from '@flotilla/sdk'
import { type Amounts, requestOf } from './amounts.ts'
import { usageOf } from './usage.ts'

/** What bindings use in each cluster, by namespace: kept, because the scheduler asks for every binding. */
export class InClusters {
  readonly #sums = new Map<string, Map<string, bigint>>()

  constructor(bindings: Store<Binding>) {
    bindings.listen((change) => this.#hear(change))
  }

  /** How much of a resource is used in a cluster by the bindings of a namespace. */
  of(namespace: string, cluster: string, resource: string): bigint {
    return this.#sums.get(keyText({ namespace, name: cluster }))?.get(requestOf(resource)) ?? 0n
  }

  #hear({ before, after }: Change<Binding>): void {
    if (before) this.#count(before, -1n)
    if (after) this.#count(after, 1n)
  }

  #count(binding: Binding, sign: bigint): void {
    const { namespace = '' } = keyOf(binding)
    for (const [name, amounts] of usageOf(binding).byCluster) this.#add(keyText({ namespace, name }), amounts, sign)
  }

  #add(place: string, amounts: Amounts, sign: bigint): void {
    const sum = this.#sums.get(place) ?? new Map<string, bigint>()
    for (const [resource, amount] of amounts) {
      const left = (sum.get(resource) ?? 0n) + sign * amount
      if (left === 0n) sum.delete(resource)
      else sum.set(resource, left)
    }
    if (sum.size > 0) this.#sums.set(place, sum)
    else this.#sums.delete(place)
  }
}
