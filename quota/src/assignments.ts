import {
  type Cluster,
  type FederatedResourceQuota,
  isFields,
  type LabelSelector,
  matchesLabels,
  type ResourceList,
  type StaticClusterAssignment,
} from '@flotilla/sdk'

/** Ours: on a quota, limits of every cluster with certain labels: a JSON list of `{labelSelector, hard}`. */
export const clusterCapsAnnotation = 'quota.flotilla.dev/cluster-caps'

/** What every cluster with certain labels may use. */
export interface ClusterCap {
  readonly labelSelector?: LabelSelector
  readonly hard: ResourceList
}

const isCap = (value: unknown): value is ClusterCap => isFields(value) && isFields(value.hard)

/** The caps of a quota; undefined when what is written there is no list of caps. */
export function capsOf({ metadata }: FederatedResourceQuota): readonly ClusterCap[] | undefined {
  const text = metadata.annotations?.[clusterCapsAnnotation]
  if (text === undefined) return []
  try {
    const caps: unknown = JSON.parse(text)
    return Array.isArray(caps) && caps.every(isCap) ? caps : undefined
  } catch {
    return undefined
  }
}

/** The limits of each cluster: those it is given by name, else those of the first cap that its labels match. */
export function assignmentsOf(
  quota: FederatedResourceQuota,
  clusters: readonly Cluster[],
): readonly StaticClusterAssignment[] {
  const { staticAssignments = [] } = quota.spec
  const caps = capsOf(quota) ?? []
  if (caps.length === 0) return staticAssignments
  const named = new Set(staticAssignments.map(({ clusterName }) => clusterName))
  const capped = clusters.flatMap(({ metadata: { name, labels } }) => {
    const cap = named.has(name) ? undefined : caps.find(({ labelSelector }) => matchesLabels(labelSelector, labels))
    return cap ? [{ clusterName: name, hard: cap.hard }] : []
  })
  return [...staticAssignments, ...capped]
}
