import {
  again,
  type Cluster,
  type Controller,
  clusterKind,
  done,
  executionNamespace,
  type FederatedResourceQuota,
  federatedResourceQuotaKind,
  type Host,
  isAlreadyExists,
  isConflict,
  type Key,
  type Kind,
  keyOf,
  keyText,
  mergedWork,
  type Outcome,
  reasonOf,
  type StaticClusterAssignment,
  type Work,
  workKind,
  workName,
} from '@flotilla/sdk'
import { assignmentsOf } from './assignments.ts'
import { memberQuota, quotaOf, quotaWork } from './member-quota.ts'
import { changedCluster, placedCluster, placedClusters, quotaOfChanged, quotasOfCluster, worksOf } from './works.ts'

const namespaceKind: Kind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', scope: 'Cluster' }

/** Brings the limits of single clusters there, each by a Work. */
export function quotaSync(host: Host): Controller {
  const quotas = host.store(federatedResourceQuotaKind)
  const works = host.store(workKind)
  const of = (cluster: string | undefined) => (cluster === undefined ? [] : quotasOfCluster(quotas, cluster))
  return host
    .controller('sync')
    .for(
      federatedResourceQuotaKind,
      ({ before, after }) =>
        !before ||
        !after ||
        before.metadata.generation !== after.metadata.generation ||
        before.metadata.annotations !== after.metadata.annotations,
    )
    .watches(workKind, quotaOfChanged)
    .watches(clusterKind, (change) => of(changedCluster(change)))
    .watches(namespaceKind, (change) => of(placedCluster(change)))
    .reconcile((quota, key, signal) => {
      const wanted = quota && !quota.metadata.deletionTimestamp ? quota : undefined
      return syncAll(host, wanted, worksOf(works, key), signal)
    })
}

/** How long until the cache has surely heard of another write. */
const soon = 100

/** Another write was faster, and is heard of. */
const isLostRace = (error: unknown): boolean => isConflict(error) || isAlreadyExists(error)

/** Takes back what is not wanted any more, and brings what is. Every cluster has its turn before anything is thrown. */
async function syncAll(
  host: Host,
  quota: FederatedResourceQuota | undefined,
  there: readonly Work[],
  signal: AbortSignal,
): Promise<Outcome> {
  const clusters = placedClusters(host.store(clusterKind).list(), host.store(namespaceKind))
  const wanted = quota ? wantedIn(quota, clusters) : []
  const places = new Set(wanted.map(({ clusterName }) => executionNamespace(clusterName)))
  const orphans = there.filter(({ metadata }) => !metadata.deletionTimestamp && !places.has(metadata.namespace ?? ''))
  const outcomes = await Promise.allSettled([
    ...orphans.map((work) => host.client.delete(workKind, keyOf(work), { signal })),
    ...wanted.map((assignment) => quota && bring(host, quota, assignment, signal)),
  ])
  const wrong = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  const worst = wrong.find((error) => !isLostRace(error))
  if (quota && worst !== undefined) host.event(quota, 'Warning', 'SyncWorkFailed', reasonOf(worst))
  if (worst !== undefined) throw worst
  return wrong.length > 0 ? again(soon) : done
}

function wantedIn(quota: FederatedResourceQuota, clusters: readonly Cluster[]): readonly StaticClusterAssignment[] {
  const names = new Set(clusters.map(({ metadata }) => metadata.name))
  return assignmentsOf(quota, clusters).filter(({ clusterName }) => names.has(clusterName))
}

/** Whether a Work is of somebody else: a policy may bring a ResourceQuota of that name, too. */
const isForeign = (work: Work, quota: FederatedResourceQuota): boolean => {
  const of = quotaOf(work)
  const isOfBinding = Object.keys(work.metadata.labels ?? {}).some((name) => /binding\.karmada\.io\//.test(name))
  return of ? keyText(of) !== keyText(keyOf(quota)) : isOfBinding
}

async function bring(
  { client, store, event }: Host,
  quota: FederatedResourceQuota,
  assignment: StaticClusterAssignment,
  signal: AbortSignal,
): Promise<void> {
  const { clusterName } = assignment
  const key: Key = { namespace: executionNamespace(clusterName), name: workName(memberQuota(quota, assignment)) }
  const there = store(workKind).get(key)
  if (there?.metadata.deletionTimestamp) return // its end is heard of
  if (there && isForeign(there, quota)) {
    event(
      quota,
      'Warning',
      'SyncWorkFailed',
      `a policy brings a ResourceQuota ${quota.metadata.name} to ${clusterName}`,
    )
    return
  }
  const wanted = quotaWork(quota, assignment, there)
  const work = there ? mergedWork(there, wanted) : wanted
  if (work === there) return
  if (there) await client.update(workKind, work, { signal })
  else await client.create(workKind, work, { signal })
  event(quota, 'Normal', 'SyncWorkSucceed', `Sync work of the quota to cluster(${clusterName}) successful.`)
}
