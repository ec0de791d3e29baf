import { alike, type Cluster, type Manifest, type OverridePolicy, type Work } from '@flotilla/sdk'

/** What a Work is made of, but for itself. */
export interface Basis {
  readonly namespace: Manifest
  readonly cluster: Cluster
  /** The policies that are about the namespace, in any cluster. */
  readonly policies: readonly OverridePolicy[]
  /** Something in it stays in the cluster whatever happens. */
  readonly isPreserved: boolean
}

/** Clusters change every few seconds; that matters when a policy tells them apart. */
const isSame = (a: Basis, b: Basis): boolean =>
  a.namespace === b.namespace &&
  a.isPreserved === b.isPreserved &&
  a.policies.length === b.policies.length &&
  a.policies.every((policy, i) => policy === b.policies[i]) &&
  (a.policies.length === 0 || alike(a.cluster, b.cluster))

/** The Works that were found to be as they should: with many clusters, to make and compare them all takes seconds. */
export class Settled {
  readonly #works = new WeakMap<Work, Basis>()

  has(work: Work, basis: Basis): boolean {
    const found = this.#works.get(work)
    return found !== undefined && isSame(found, basis)
  }

  add(work: Work, basis: Basis): void {
    this.#works.set(work, basis)
  }
}
