import { setTimeout as sleep } from 'node:timers/promises'
import { releaseRights } from '@flotilla/core'
import { removeFinalizer } from '@flotilla/kube'
import {
  annotation,
  type Binding,
  type Client,
  type Cluster,
  clusterKind,
  clusterNamespace,
  clusterResourceBindingKind,
  executionNamespace,
  finalizer,
  isConflict,
  type Key,
  type Kind,
  keyOf,
  keyText,
  type Manifest,
  resourceBindingKind,
  workKind,
} from '@flotilla/sdk'
import { namespaceKind, secretKind } from '../join/kinds.ts'

/** Milliseconds between two looks at whether a cluster is gone. */
const lookPeriod = 500

/** What becomes of workloads is said before the cluster is told to go: whoever takes them away hears of both in this order. */
export async function beginDeparture(
  client: Client,
  { metadata: { name, uid, annotations } }: Cluster,
  removeWorkloads: boolean,
  signal: AbortSignal,
): Promise<void> {
  const key = annotation.workloadsOnDeletion
  const wanted = removeWorkloads ? undefined : 'Keep'
  if (annotations?.[key] !== wanted) {
    const body = { metadata: { annotations: { [key]: wanted ?? null } } }
    await client.patch(clusterKind, { name }, { type: 'merge', body }, { signal })
  }
  await client.delete(clusterKind, { name }, { signal, ...(uid && { preconditions: { uid } }) })
}

/** Whether a cluster, not another one that took its name, is gone within so many milliseconds. */
export async function isGone(
  client: Client,
  { metadata: { name, uid } }: Cluster,
  milliseconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  for (const end = performance.now() + milliseconds; ; ) {
    const there = await client.get(clusterKind, { name }, { signal })
    if (there?.metadata.uid !== uid || !there) return true
    if (performance.now() >= end) return false
    await sleep(lookPeriod, undefined, { signal })
  }
}

const few = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

const names = (objects: readonly Manifest[]): string => few(objects.map((object) => keyText(keyOf(object))))

const isAt =
  (cluster: string) =>
  ({ spec }: Binding): boolean =>
    spec.clusters?.some(({ name }) => name === cluster) ?? false

/** What keeps a cluster, for a person. */
export async function whatKeeps(client: Client, cluster: string, signal: AbortSignal): Promise<string> {
  const works = await client.list(workKind, { namespace: executionNamespace(cluster), signal })
  const bindings = [
    ...(await client.list(resourceBindingKind, { signal })).items,
    ...(await client.list(clusterResourceBindingKind, { signal })).items,
  ].filter(isAt(cluster))
  const said = [
    ...(works.items.length > 0 ? [`Works are left: ${names(works.items)}`] : []),
    ...(bindings.length > 0 ? [`bindings name it: ${names(bindings)}`] : []),
  ]
  return said.join('; ') || 'the control plane has not let it go: does it run?'
}

/** How often a finalizer is taken off an object that somebody else writes, too. */
const tries = 5

async function letGo<T>(client: Client, kind: Kind<T>, key: Key, held: string, signal: AbortSignal): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      const there = await client.get(kind, key, { signal })
      if (there) await removeFinalizer(client, kind, there, held, { signal })
      return
    } catch (error) {
      if (tried === tries || !isConflict(error)) throw error
    }
  }
}

/** Takes a cluster away without those who would see it off: what it holds stays there as it is. */
export async function giveUp(client: Client, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const { name } = cluster.metadata
  const namespace = executionNamespace(name)
  const { items } = await client.list(workKind, { namespace, signal })
  for (const work of items) {
    await client.delete(workKind, keyOf(work), { signal }) // what is going may lose its finalizers without being reviewed
    await letGo(client, workKind, keyOf(work), finalizer.execution, signal)
  }
  await client.delete(namespaceKind, { name: namespace }, { signal })
  if (cluster.spec.syncMode === 'Pull') await releaseRights(client, name, signal)
  if (!(await isGone(client, cluster, 0, signal))) await letGo(client, clusterKind, { name }, finalizer.cluster, signal)
}

/** How it was reached is kept no longer. Whoever collects garbage would take it, too, but nobody should wait for that. */
export async function forgetSecrets(client: Client, { spec }: Cluster, signal: AbortSignal): Promise<void> {
  for (const secret of [spec.secretRef, spec.impersonatorSecretRef])
    if (secret?.namespace === clusterNamespace) await client.delete(secretKind, secret, { signal })
}
