import type { Binding, evict, GracefulEvictionTask, Host, ObjectReference, StatePreservation } from '@flotilla/sdk'
import { preservedState } from './preserved-state.ts'

/** A task that may begin, or why it may not yet. */
export type Preserved = { readonly task: GracefulEvictionTask } | { readonly cluster: string; readonly unknown: string }

/** After how many milliseconds it is tried again to read what is to be preserved. */
const again = 30_000

/** A task with what the new copy is to be told. Without that none begins: the state would be lost. */
export function withState(
  binding: Binding,
  task: GracefulEvictionTask,
  preservation: StatePreservation | undefined,
): Preserved {
  if (!preservation) return { task }
  const cluster = task.fromCluster
  const state = preservedState(binding, cluster, preservation)
  return 'labels' in state
    ? { task: { ...task, preservedLabelState: state.labels } }
    : { cluster, unknown: state.unknown }
}

const templateOf = ({ apiVersion, kind, namespace, name, uid }: ObjectReference) => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace && { namespace }), ...(uid && { uid }) },
})

const sooner = (...times: readonly (number | undefined)[]): { readonly again?: number } => {
  const soonest = Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY))
  return Number.isFinite(soonest) ? { again: soonest } : {}
}

/** Lets the tasks begin that may; of the others an event tells, and they are tried again. */
export function begun(
  { event }: Pick<Host, 'event'>,
  binding: Binding,
  due: readonly Preserved[],
  next?: number,
): evict.Eviction {
  const waiting = due.filter((each) => 'unknown' in each)
  for (const { cluster, unknown } of waiting)
    for (const about of [binding, templateOf(binding.spec.resource)])
      event(
        about,
        'Warning',
        'EvictWorkloadFromClusterFailed',
        `it stays in cluster ${cluster}, for its state cannot be preserved: ${unknown}; see spec.failover of its policy`,
      )
  return {
    tasks: due.flatMap((each) => ('task' in each ? [each.task] : [])),
    ...sooner(next, waiting.length > 0 ? again : undefined),
  }
}
