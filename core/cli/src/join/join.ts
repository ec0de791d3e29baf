import type { HttpOptions } from '@flotilla/kube'
import {
  type Client,
  type Cluster,
  type ClusterSpec,
  clusterKind,
  clusterNamespace,
  deepEqual,
  errors,
} from '@flotilla/sdk'
import type { Progress } from '../output/progress.ts'
import { joinDemands, memberDemands, preflight } from '../preflight/preflight.ts'
import { type Access, makeAccess } from './access.ts'
import { at, type End } from './ends.ts'
import { ensure, namespaceKind, namespaceOf } from './kinds.ts'
import { impersonatorSecret, ownSecret, putSecret, type SecretData } from './secret.ts'
import { orUndo, type Trail } from './undo.ts'

export interface JoinOptions {
  readonly name: string
  readonly provider?: string
  readonly region?: string
  readonly zones?: readonly string[]
  /** Nothing is written. */
  readonly dryRun?: boolean
}

export interface Ends {
  readonly control: End
  readonly member: End
}

/** What was done to the Cluster in the control plane. */
export type Registration = 'new' | 'changed' | 'as it was'

/** A cluster's identity: the same for two kubeconfigs of one cluster. */
export async function idOf({ client, identity }: End, signal: AbortSignal): Promise<string> {
  const system = await client.get(namespaceKind, { name: 'kube-system' }, { signal })
  if (system?.metadata.uid) return system.metadata.uid
  throw new Error(`${identity.server} has no namespace kube-system: is it a Kubernetes cluster?`)
}

const clusterOf = ({ name, provider, region, zones }: JoinOptions, id: string, way: HttpOptions): Cluster => ({
  apiVersion: clusterKind.apiVersion,
  kind: clusterKind.kind,
  metadata: { name },
  spec: {
    id,
    syncMode: 'Push',
    apiEndpoint: way.server,
    secretRef: { namespace: clusterNamespace, name },
    ...(way.insecure && { insecureSkipTLSVerification: true }),
    ...(way.proxyUrl && { proxyURL: way.proxyUrl }),
    ...(provider && { provider }),
    ...(region && { region }),
    ...(zones?.length && { zones }),
  },
})

/** Why a cluster must not join under its name; undefined when it may. */
function objection(name: string, id: string, joined: readonly Cluster[]): string | undefined {
  const namesake = joined.find(({ metadata }) => metadata.name === name)
  if (namesake?.metadata.deletionTimestamp) return `the one that was ${name} is being removed: wait until it is gone`
  if (namesake?.spec.syncMode === 'Pull')
    return `a cluster of this name is in pull mode: flotilla unregister ${name} takes it out, and its agent out of it`
  if (namesake && namesake.spec.id !== id) return `another cluster has this name: choose another one`
  const twin = joined.find(({ spec, metadata }) => spec.id === id && metadata.name !== name)
  return twin && `it has joined already, as ${twin.metadata.name}`
}

/** Asks the control plane whether it would take the cluster, before anything is written anywhere; whether it knows it. */
async function checkWelcome({ client, identity }: End, cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const { name } = cluster.metadata
  const { id = '' } = cluster.spec
  if ((await idOf({ client, identity }, signal)) === id) {
    throw errors.CLUSTER_NOT_JOINED(name, 'it is the control plane itself: name another one with --cluster-context')
  }
  const { items } = await client.list(clusterKind, { signal })
  const reason = objection(name, id, items)
  if (reason) throw errors.CLUSTER_NOT_JOINED(name, reason)
  const isKnown = items.some(({ metadata }) => metadata.name === name)
  if (!isKnown) await client.create(clusterKind, cluster, { dryRun: true, signal })
  return isKnown
}

/** A known cluster keeps what others said of it, but for the way it is reached. */
function merged({ insecureSkipTLSVerification, proxyURL, ...kept }: ClusterSpec, spec: ClusterSpec): ClusterSpec {
  return { ...kept, ...spec }
}

async function register(control: Client, cluster: Cluster, signal: AbortSignal): Promise<[Cluster, Registration]> {
  const known = await control.get(clusterKind, cluster.metadata, { signal })
  if (!known) return [await control.create(clusterKind, cluster, { signal }), 'new']
  const spec = merged(known.spec, cluster.spec)
  if (deepEqual(known.spec, spec)) return [known, 'as it was']
  return [await control.update(clusterKind, { ...known, spec }, { signal }), 'changed']
}

/** The identities of a cluster, by the names of their secrets. */
const secretsOf = (cluster: string, { data, impersonator }: Access): readonly (readonly [string, SecretData])[] => [
  [cluster, data],
  ...(impersonator ? [[impersonatorSecret(cluster), impersonator] as const] : []),
]

/** A cluster with the identity that speaks for users in it. */
const spokenFor = (cluster: Cluster): Cluster => ({
  ...cluster,
  spec: {
    ...cluster.spec,
    impersonatorSecretRef: { namespace: clusterNamespace, name: impersonatorSecret(cluster.metadata.name) },
  },
})

/** Makes the identities in the member, and the cluster in the control plane. */
async function enter(
  { control, member }: Ends,
  cluster: Cluster,
  trail: Trail,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { name } = cluster.metadata
  const access = await progress.step('access made', async (say) => {
    const made = await inMember(member)(() => makeAccess(member, name, signal))
    say(made.words)
    return made
  })
  await progress.step(`cluster ${name} joined`, (say) =>
    inControl(control)(async () => {
      await ensure(control.client, namespaceKind, namespaceOf(clusterNamespace), signal)
      const secrets = secretsOf(name, access)
      for (const [secret, data] of secrets) await putSecret(control.client, secret, data, signal)
      trail.isRegistering = true
      const wanted = access.impersonator ? spokenFor(cluster) : cluster
      const [registered, registration] = await register(control.client, wanted, signal)
      for (const [secret] of secrets) await ownSecret(control.client, secret, registered, signal)
      say(`(${registration})`)
    }),
  )
}

const inMember = ({ identity }: End) => at(`the cluster at ${identity.server}`)
const inControl = ({ identity }: End) => at(`the control plane at ${identity.server}`)

/**
 * Registers a cluster in push mode: an identity in the member, its secret and a Cluster in the control plane. It may be
 * repeated: what is there stays, and the secret gets the identity of today.
 */
export async function join(ends: Ends, options: JoinOptions, progress: Progress, signal: AbortSignal): Promise<void> {
  const { name } = options
  const { control, member } = ends
  const cluster = await progress.step('cluster reached', async (say) => {
    say(member.identity.server)
    await inMember(member)(() => preflight(member, memberDemands, signal))
    return clusterOf(options, await inMember(member)(() => idOf(member, signal)), member.identity)
  })
  const isKnown = await progress.step('control plane asked', async (say) => {
    say(control.identity.server)
    return inControl(control)(async () => {
      await preflight(control, joinDemands, signal)
      return checkWelcome(control, cluster, signal)
    })
  })
  if (options.dryRun) {
    await progress.step(`cluster ${name} would join`, async (say) =>
      say(isKnown ? '(again; dry run)' : '(new; dry run)'),
    )
    return
  }
  const trail = { control: control.client, member: member.client, name, isKnown, isRegistering: false }
  await orUndo(trail, () => enter(ends, cluster, trail, progress, signal), signal)
}
