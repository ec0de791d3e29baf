import type { Binding, Cluster, PerCluster, schedule } from '@flotilla/sdk'

/** What speaks against a cluster, if anything. */
export type Objection = (cluster: Cluster) => string | undefined

/** Asks an objection about each cluster. */
export function refuseEach(
  clusters: readonly Cluster[],
  objection: Objection,
  hope: Omit<schedule.Refusal, 'reason'>,
): PerCluster<schedule.Refusal> | undefined {
  let refused: Record<string, schedule.Refusal> | undefined
  for (const cluster of clusters) {
    const reason = objection(cluster)
    if (reason === undefined) continue
    refused ??= {}
    refused[cluster.metadata.name] = { reason, ...hope }
  }
  return refused
}

const none: ReadonlySet<string> = new Set()

/** The clusters a binding is scheduled to now. What is there already is not driven out by a filter. */
export const targetNames = ({ spec: { clusters } }: Binding): ReadonlySet<string> =>
  clusters && clusters.length > 0 ? new Set(clusters.map(({ name }) => name)) : none
