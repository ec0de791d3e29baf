import type { Client, Kind, Manifest } from '@flotilla/sdk'
import type { Ledger } from './ledger.ts'

interface Deployment extends Manifest {
  readonly spec?: { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } }
}

const deploymentKind: Kind<Deployment> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
}

const replicaSetKind: Kind<Manifest> = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  scope: 'Namespaced',
}

/** The workload in question, and for how long its pods must have been without a node, in milliseconds. */
export interface Asked {
  readonly namespace: string
  readonly name: string
  readonly threshold: number
  readonly now: number
  readonly signal: AbortSignal
}

const revisionOf = ({ metadata }: Manifest): number =>
  Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0)

/** The ReplicaSet of the newest revision. */
async function newest(client: Client, deployment: Deployment, signal: AbortSignal): Promise<Manifest | undefined> {
  const { namespace = '', uid } = deployment.metadata
  const labels = Object.entries(deployment.spec?.selector?.matchLabels ?? {})
  const labelSelector = labels.map(([key, value]) => `${key}=${value}`).join(',')
  const { items } = await client.list(replicaSetKind, { namespace, labelSelector, signal })
  const own = items.filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid))
  return own.reduce<Manifest | undefined>(
    (best, each) => (best === undefined || revisionOf(each) > revisionOf(best) ? each : best),
    undefined,
  )
}

/** How many pods of a Deployment's newest revision have found no node for so long. */
export async function unschedulableReplicas(client: Client, ledger: Ledger, asked: Asked): Promise<number> {
  const { namespace, name, threshold, now, signal } = asked
  const deployment = await client.get(deploymentKind, { namespace, name }, { signal })
  const set = deployment && (await newest(client, deployment, signal))
  return set?.metadata.uid ? ledger.stuck(set.metadata.uid, now - threshold) : 0
}
