import type { Deployment } from '../api/workloads.ts'
import { resolveShare } from '../share.ts'

/** How many pods there may be during a rollout. */
export interface Limits {
  readonly replicas: number
  /** More are never there at once. */
  readonly mostReplicas: number
  /** Fewer are never available, as far as it is up to the rollout. */
  readonly leastAvailable: number
}

/** By default a quarter more, and a quarter less. Something has to give: when both are 0, one may be missing. */
export function limitsOf({ spec: { replicas = 1, strategy } }: Deployment): Limits {
  if (strategy?.type === 'Recreate') return { replicas, mostReplicas: replicas, leastAvailable: 0 }
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy?.rollingUpdate ?? {}
  const surge = resolveShare(maxSurge, replicas, 'up')
  const missing = Math.min(replicas, resolveShare(maxUnavailable, replicas, 'down'))
  const allowed = surge === 0 && missing === 0 ? 1 : missing
  return { replicas, mostReplicas: replicas + surge, leastAvailable: Math.max(0, replicas - allowed) }
}
