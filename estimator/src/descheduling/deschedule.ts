import {
  annotation,
  type Binding,
  dividesByAvailability,
  type PerCluster,
  type Placement,
  type TargetCluster,
} from '@flotilla/sdk'

/** Replicas that are taken back from clusters where no node is found for them. */
export interface Descheduling {
  readonly clusters: readonly TargetCluster[]
  /** How many, by cluster. */
  readonly taken: readonly (readonly [cluster: string, replicas: number])[]
}

function appliedPlacement({ metadata }: Binding): Placement {
  try {
    return JSON.parse(metadata.annotations?.[annotation.appliedPlacement] ?? '{}') as Placement // the scheduler wrote it
  } catch {
    return {} // somebody else did
  }
}

/** Whether replicas of a binding may go elsewhere: those of a Deployment that are divided by what clusters can take. */
export const mayMove = (binding: Binding): boolean =>
  binding.spec.resource.apiVersion === 'apps/v1' &&
  binding.spec.resource.kind === 'Deployment' &&
  dividesByAvailability(appliedPlacement(binding))

/** How many replicas are ready in a cluster; less than none while it has not said. */
function readyIn({ status }: Binding, cluster: string): number {
  const said = status?.aggregatedStatus?.find(({ clusterName }) => clusterName === cluster)?.status
  if (typeof said !== 'object' || said === null) return -1
  const { readyReplicas } = said as { readonly readyReplicas?: unknown }
  return typeof readyReplicas === 'number' ? readyReplicas : 0
}

/** The clusters to ask: those that lack replicas. */
export const lacking = (binding: Binding): readonly string[] =>
  (binding.spec.clusters ?? [])
    .filter(({ name, replicas = 0 }) => readyIn(binding, name) < replicas)
    .map(({ name }) => name)

function left(binding: Binding, { name, replicas = 0 }: TargetCluster, stuck = 0): number {
  if (stuck <= 0 || stuck > replicas) return replicas
  const ready = readyIn(binding, name)
  return ready <= replicas ? Math.max(replicas - stuck, ready) : replicas - stuck
}

/** What is taken from whom when so many replicas find no node; never what is ready. Undefined when nothing is. */
export function deschedule(binding: Binding, stuck: PerCluster<number>): Descheduling | undefined {
  const { clusters = [] } = binding.spec
  const after = clusters.map((target) => ({ ...target, replicas: left(binding, target, stuck[target.name]) }))
  const taken = after
    .map(({ name, replicas }, i) => [name, (clusters[i]?.replicas ?? 0) - replicas] as const)
    .filter(([, replicas]) => replicas > 0)
  return taken.length > 0 ? { clusters: after, taken } : undefined
}

/** In Karmada's words. */
export function descheduledText({ taken }: Descheduling): string {
  const each = taken.map(([cluster, replicas]) => `${replicas} replica(s) in cluster(${cluster})`)
  const total = taken.reduce((sum, [, replicas]) => sum + replicas, 0)
  return `Binding has been descheduled, ${each.join(', ')}, ${total} total descheduled replica(s)`
}
