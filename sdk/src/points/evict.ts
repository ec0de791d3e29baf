import type { Binding, GracefulEvictionTask } from '../api/binding.ts'
import type { Cluster } from '../api/cluster.ts'
import { point } from '../point.ts'
import { gather } from '../rules.ts'

/** A binding, the clusters it runs in, and the time. */
export interface Tenancy {
  readonly binding: Binding
  readonly clusters: readonly Cluster[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Who has to go, and when to ask again. */
export interface Eviction {
  readonly tasks: readonly GracefulEvictionTask[]
  /** Milliseconds from now; by default when something changes. */
  readonly again?: number
}

/** Asked when a binding's clusters change, and when `again` has passed. All opinions count; a cluster is evicted once. */
export const decide = point('evict.decide', gather<Tenancy, Eviction>)
