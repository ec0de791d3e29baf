import { setImmediate } from 'node:timers/promises'
import {
  type Cluster,
  type Controller,
  clusterKind,
  clusterOverridePolicyKind,
  clusterPropagationPolicyKind,
  done,
  executionNamespace,
  FlotillaError,
  type Host,
  isAlreadyExists,
  isConflict,
  type Key,
  keyOf,
  type Manifest,
  mergedWork,
  type Outcome,
  overrides,
  reasonOf,
  resourceBindingKind,
  workKind,
  workName,
} from '@flotilla/sdk'
import { isOfBinding, namespaceWork } from './namespace-work.ts'
import { namespaceOfPreserving, preservedIn } from './preserved.ts'
import { type Basis, Settled } from './settled.ts'
import { isShared, namespaceKind, type Skips } from './shared.ts'
import { isNewCluster, isNewSpace, isNews, isPlaced, namespaceOfLost, places, touchedBy } from './touched.ts'

/** How many namespaces are written at once: each of them goes to every cluster. */
const workers = 4

/** Brings every namespace to every cluster. */
export function namespaceSync(host: Host, isSkipped: Skips): Controller {
  const namespaces = host.store(namespaceKind)
  const overriding = host.store(clusterOverridePolicyKind)
  const placing = host.store(clusterPropagationPolicyKind)
  const settled = new Settled()
  const isSynced = (namespace: Manifest) => isShared(namespace, isSkipped) && !isPlaced(placing, namespace)
  const all = (): readonly Key[] => namespaces.list().filter(isSynced).map(keyOf)
  return host
    .controller('namespace')
    .for(namespaceKind, isNews)
    .watches(namespaceKind, (change) => (isNewSpace(change) ? all() : []))
    .watches(clusterKind, (change) => (isNewCluster(change, overriding.list()) ? all() : []))
    .watches(clusterOverridePolicyKind, touchedBy(overrides, namespaces))
    .watches(clusterPropagationPolicyKind, touchedBy(places, namespaces))
    .watches(resourceBindingKind, namespaceOfPreserving)
    .watches(workKind, namespaceOfLost)
    .workers(workers)
    .reconcile(async (namespace, _, signal) =>
      namespace && isSynced(namespace) ? syncAll(host, settled, namespace, signal) : done,
    )
}

/** The clusters whose Works have a place. */
const reachable = ({ store }: Host): readonly Cluster[] =>
  store(clusterKind)
    .list()
    .filter(({ metadata: { name, deletionTimestamp } }) => {
      const space = store(namespaceKind).get({ name: executionNamespace(name) })
      return !deletionTimestamp && space !== undefined && !space.metadata.deletionTimestamp
    })

/** Another write was faster, and is heard of. */
const isLostRace = (error: unknown): boolean => isConflict(error) || isAlreadyExists(error)

/** Whether trying again by itself can help. */
const mayPass = (error: unknown): boolean => !(error instanceof FlotillaError) || error.retry

/** Every cluster has its turn before anything is thrown. */
async function syncAll(host: Host, settled: Settled, namespace: Manifest, signal: AbortSignal): Promise<Outcome> {
  await setImmediate() // with many clusters this takes a while, and there may be many namespaces: let others have theirs
  const policies = host
    .store(clusterOverridePolicyKind)
    .list()
    .filter((policy) => overrides(policy, namespace))
  const kept = preservedIn(host.store(resourceBindingKind), namespace.metadata.name)
  const turns = reachable(host).map((cluster) => {
    const isPreserved = kept.has(cluster.metadata.name)
    return sync(host, settled, { namespace, cluster, policies, isPreserved }, signal)
  })
  const outcomes = await Promise.allSettled(turns)
  const wrong = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  const worst = wrong.find((error) => !isLostRace(error))
  if (worst !== undefined) host.event(namespace, 'Warning', 'SyncWorkFailed', reasonOf(worst))
  if (wrong.length > 0) throw wrong.find(mayPass) ?? wrong[0]
  return done
}

/** Writes the Work of one cluster, unless it is there already, or a policy's. */
async function sync({ client, ask, store }: Host, settled: Settled, basis: Basis, signal: AbortSignal): Promise<void> {
  const { namespace, cluster } = basis
  const key: Key = { namespace: executionNamespace(cluster.metadata.name), name: workName(namespace) }
  const there = store(workKind).get(key)
  if (there && (there.metadata.deletionTimestamp || isOfBinding(there))) return // its end is heard of
  if (there && settled.has(there, basis)) return
  const wanted = await namespaceWork(ask, basis, there)
  const work = there ? mergedWork(there, wanted) : wanted
  if (!there) await client.create(workKind, work, { signal })
  else if (work !== there) await client.update(workKind, work, { signal })
  else settled.add(there, basis)
}
