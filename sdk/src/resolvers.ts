/**
 * What could change an answer about clusters, beside an edit of the binding itself: a cluster's `labels`, its `taints`, the
 * rest of its `spec`, the `apis` it serves, its `conditions`, more `room` in it; where other `bindings` are, of the same
 * workload affinity groups if the binding has any; a `quota` of the binding's namespace.
 */
export const resolvers = ['labels', 'taints', 'spec', 'apis', 'conditions', 'room', 'bindings', 'quota'] as const

export type Resolver = (typeof resolvers)[number]

/** When a binding that got a bad answer is tried again. A cluster that comes always counts, and so does an edit. */
export interface Hope {
  /** Only a change of these has it tried again; none: nothing does. By default any change of a cluster. */
  readonly resolvedBy?: readonly Resolver[]
}
