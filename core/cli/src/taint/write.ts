import { type Client, type Cluster, clusterKind, errors, isConflict, type Taint } from '@flotilla/sdk'

/** How often it is tried against others who write the same cluster. */
const tries = 5

export interface Written {
  readonly cluster: Cluster
  readonly changed: boolean
}

/** Gives a cluster other taints; the same list means that nothing has to change. */
export async function writeTaints(
  client: Client,
  name: string,
  change: (taints: readonly Taint[]) => readonly Taint[],
  { dryRun, signal }: { readonly dryRun: boolean; readonly signal: AbortSignal },
): Promise<Written> {
  for (let tried = 1; ; tried++) {
    const cluster = await client.get(clusterKind, { name }, { signal })
    if (!cluster) throw errors.CLUSTER_UNKNOWN(name)
    const { taints = [] } = cluster.spec
    const wanted = change(taints)
    if (wanted === taints) return { cluster, changed: false }
    const { resourceVersion } = cluster.metadata
    const body = { metadata: { resourceVersion }, spec: { taints: wanted } }
    try {
      const written = await client.patch(clusterKind, { name }, { type: 'merge', body }, { dryRun, signal })
      return { cluster: written, changed: true }
    } catch (error) {
      if (tried === tries || !isConflict(error)) throw error
    }
  }
}
