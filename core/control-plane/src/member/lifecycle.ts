import { hasFinalizer, removeFinalizer } from '@flotilla/kube'
import {
  again,
  type Binding,
  type Change,
  type Cluster,
  type Controller,
  clusterKind,
  clusterOfNamespace,
  clusterResourceBindingKind,
  done,
  executionNamespace,
  finalizer,
  isAlreadyExists,
  isConflict,
  type Key,
  keyOf,
  label,
  type Manifest,
  type Outcome,
  reasonOf,
  resourceBindingKind,
  type Taint,
  withField,
  withFinalizer,
  workKind,
} from '@flotilla/sdk'
import type { Machine } from '../machine.ts'
import { bindingKinds } from '../manifest/origin.ts'
import { byCluster } from '../manifest/targets.ts'
import { whose } from '../manifest/whose.ts'
import { releaseRights } from './agents/rights.ts'
import { namespaceKind } from './kinds.ts'
import { isReady } from './status.ts'
import { taintsFor } from './taints.ts'

/** What a departure waits for is heard of, or looked at again after so many milliseconds. */
const departurePeriod = 1_000

/** The clusters that a binding does not name any more. */
const leftBy = ({ before, after }: Change<Binding>): readonly Key[] => {
  const stays = new Set(after?.spec.clusters?.map(({ name }) => name))
  return (before?.spec.clusters ?? []).filter(({ name }) => !stays.has(name)).map(({ name }) => ({ name }))
}

/** Gives every cluster the namespace of its Works and the taints it deserves, and sees it off when it goes. */
export const clusterControllers = (machine: Machine): readonly Controller[] => [
  machine
    .controller('clusters', whose.cluster)
    .for(clusterKind)
    .watches(resourceBindingKind, leftBy)
    .watches(clusterResourceBindingKind, leftBy)
    .watches(workKind, () => []) // so that they are all known when a cluster goes
    .watches(namespaceKind, ({ after, before }) => {
      const name = clusterOfNamespace((after ?? before)?.metadata.name)
      return name && !(before && after) ? [{ name }] : []
    })
    .reconcile(async (cluster, _, signal) => {
      if (!cluster) return done
      return cluster.metadata.deletionTimestamp ? seeOff(machine, cluster, signal) : welcome(machine, cluster, signal)
    }),
]

const taintText = (taints: readonly Taint[] = []): string =>
  taints.length > 0
    ? `Taints of the cluster are now ${taints.map(({ key, effect }) => `${key}:${effect}`).join(', ')}`
    : 'The cluster has no taints any more'

/** The finalizer first: who deletes a cluster has to find all that was made for it. */
async function welcome(machine: Machine, cluster: Cluster, signal: AbortSignal): Promise<Outcome> {
  const taints = taintsFor(cluster, machine.now())
  const held = withFinalizer(cluster, finalizer.cluster)
  const isTainted = taints !== cluster.spec.taints
  if (held !== cluster || isTainted) {
    const wanted = isTainted ? withField(held, ['spec', 'taints'], taints) : held
    await machine.client.update(clusterKind, wanted, { signal })
  }
  if (isTainted) machine.event(cluster, 'Normal', 'TaintClusterSucceed', taintText(taints))
  await makeNamespace(machine, cluster, signal)
  return done
}

async function makeNamespace({ client, store, event }: Machine, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const name = executionNamespace(cluster.metadata.name)
  if (store(namespaceKind).get({ name })) return
  const namespace: Manifest = {
    apiVersion: namespaceKind.apiVersion,
    kind: namespaceKind.kind,
    metadata: { name, labels: { [label.system]: 'true' } },
  }
  try {
    await client.create(namespaceKind, namespace, { signal })
    event(cluster, 'Normal', 'CreateExecutionSpaceSucceed', `Created execution space(${name}) for cluster`)
  } catch (error) {
    if (isAlreadyExists(error)) return
    event(cluster, 'Warning', 'CreateExecutionSpaceFailed', reasonOf(error))
    throw error
  }
}

/** A cluster goes when its Works are gone and no binding names it any more. */
async function seeOff(machine: Machine, cluster: Cluster, signal: AbortSignal): Promise<Outcome> {
  if (!hasFinalizer(cluster, finalizer.cluster)) return done
  const { name } = cluster.metadata
  if (cluster.spec.syncMode === 'Pull' && !isReady(cluster)) await abandonWorks(machine, name, signal)
  const isEmpty = await removeNamespace(machine, cluster, signal)
  const isNamed = bindingKinds.some((kind) => machine.store(kind).by(byCluster, name).length > 0)
  if (!isEmpty || isNamed) return again(departurePeriod)
  await removeFinalizer(machine.client, clusterKind, cluster, finalizer.cluster, { signal })
  return done
}

/** Nobody is left to take away what Works brought: its agent is gone. */
async function abandonWorks({ client, store }: Machine, cluster: string, signal: AbortSignal): Promise<void> {
  const held = store(workKind)
    .list(executionNamespace(cluster))
    .filter((work) => hasFinalizer(work, finalizer.execution))
  for (const work of held) await removeFinalizer(client, workKind, work, finalizer.execution, { signal })
}

/** Whether the namespace is gone. The Works in it go first, and take with them what they brought. */
async function removeNamespace(machine: Machine, cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const { client, store, event } = machine
  const name = executionNamespace(cluster.metadata.name)
  const namespace = store(namespaceKind).get({ name })
  if (!namespace) return true
  if (namespace.metadata.deletionTimestamp) {
    const isEmpty = store(workKind).list(name).length === 0
    if (cluster.spec.syncMode === 'Pull' && isEmpty) await releaseRights(client, cluster.metadata.name, signal)
    return false
  }
  try {
    await client.delete(namespaceKind, keyOf(namespace), { signal })
    event(cluster, 'Normal', 'RemoveExecutionSpaceSucceed', `Removed execution space(${name})`)
  } catch (error) {
    if (!isConflict(error)) event(cluster, 'Warning', 'RemoveExecutionSpaceFailed', reasonOf(error))
    throw error
  }
  return false
}
