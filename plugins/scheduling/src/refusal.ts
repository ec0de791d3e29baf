import { type Binding, type Cluster, lasting, type PerCluster, remembered, type schedule } from '@flotilla/sdk'

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

type Refusals = PerCluster<schedule.Refusal> | undefined

/** Asks an objection about clusters. */
type Raise = (clusters: readonly Cluster[], text: string, objection: Objection) => Refusals

/**
 * An objection that many bindings raise alike, asked once for all of them as long as the clusters stay as they are. The text
 * says all it depends on beside the clusters.
 */
export function objecting(hope: Omit<schedule.Refusal, 'reason'>): Raise {
  const known = remembered<readonly Cluster[], Refusals>()
  return (clusters, text, objection) =>
    known(clusters, text, () => {
      const refused = refuseEach(clusters, objection, hope)
      return refused && lasting(refused)
    })
}

/** What is there already is not driven out. */
export function sparing(targets: ReadonlySet<string>, refused: Refusals): Refusals {
  if (!refused) return undefined
  const spared = [...targets].filter((name) => Object.hasOwn(refused, name))
  if (spared.length === 0) return refused
  return Object.fromEntries(Object.entries(refused).filter(([name]) => !targets.has(name)))
}

const none: ReadonlySet<string> = new Set()

/** The clusters a binding is scheduled to now. */
export const targetNames = ({ spec: { clusters } }: Binding): ReadonlySet<string> =>
  clusters && clusters.length > 0 ? new Set(clusters.map(({ name }) => name)) : none
