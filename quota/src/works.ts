import {
  type Change,
  type Cluster,
  clusterOfNamespace,
  deepEqual,
  executionNamespace,
  type FederatedResourceQuota,
  type Index,
  type Key,
  keyOf,
  keyText,
  type Manifest,
  type Store,
  type Work,
} from '@flotilla/sdk'
import { capsOf } from './assignments.ts'
import { quotaOf } from './member-quota.ts'

const ofQuota: Index<Work> = {
  name: 'of federated quota',
  values: (work) => {
    const quota = quotaOf(work)
    return quota ? [keyText(quota)] : []
  },
}

/** The Works of a quota, whether it is there or not. */
export const worksOf = (works: Store<Work>, quota: Key): readonly Work[] => works.by(ofQuota, keyText(quota))

/** The quota of a Work that is not as it was, but for its status. One that comes is as it should be: who makes it knows. */
export function quotaOfChanged({ before, after, initial }: Change<Work>): readonly Key[] {
  if (!before && !initial) return []
  const quota = (after && quotaOf(after)) ?? (before && quotaOf(before))
  const isSame = before && after && before.metadata.generation === after.metadata.generation
  return quota && !isSame ? [quota] : []
}

/** The quota of a Work of which something else is said. */
export function quotaOfSaid({ before, after }: Change<Work>): readonly Key[] {
  const quota = (after && quotaOf(after)) ?? (before && quotaOf(before))
  return quota && !deepEqual(before?.status, after?.status) ? [quota] : []
}

const byCluster: Index<FederatedResourceQuota> = {
  name: 'gives to cluster',
  values: (quota) => [
    ...(quota.spec.staticAssignments ?? []).map(({ clusterName }) => clusterName),
    ...((capsOf(quota) ?? []).length > 0 ? [''] : []), // any cluster
  ],
}

/** The quotas that give something to a cluster, or may do so. */
export const quotasOfCluster = (quotas: Store<FederatedResourceQuota>, cluster: string): readonly Key[] =>
  [...new Set([...quotas.by(byCluster, cluster), ...quotas.by(byCluster, '')])].map(keyOf)

/** The cluster that came, went, or has other labels. */
export function changedCluster({ before, after, initial }: Change<Cluster>): string | undefined {
  const cluster = after ?? before
  if (initial || !cluster) return undefined
  const isSame =
    before &&
    after &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    deepEqual(before.metadata.labels, after.metadata.labels)
  return isSame ? undefined : cluster.metadata.name
}

/** The cluster whose Works have a place from now on. */
export const placedCluster = ({ before, after, initial }: Change<Manifest>): string | undefined =>
  before || initial ? undefined : clusterOfNamespace(after?.metadata.name)

/** The clusters whose Works have a place. */
export const placedClusters = (clusters: readonly Cluster[], namespaces: Store<Manifest>): readonly Cluster[] =>
  clusters.filter(({ metadata: { name, deletionTimestamp } }) => {
    const space = namespaces.get({ name: executionNamespace(name) })
    return !deletionTimestamp && space !== undefined && !space.metadata.deletionTimestamp
  })
