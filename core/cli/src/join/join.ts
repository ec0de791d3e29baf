import type { HttpOptions } from '@flotilla/kube'
import {
  type Client,
  type Cluster,
  clusterKind,
  clusterNamespace,
  deepEqual,
  isAlreadyExists,
  type Key,
  type Manifest,
} from '@flotilla/sdk'
import { makeAccess, type SecretData } from './credentials.ts'
import { namespaceKind, secretKind } from './kinds.ts'

export interface JoinOptions {
  readonly name: string
  readonly provider?: string
  readonly region?: string
  readonly zones?: readonly string[]
}

/** A member, and how its kubeconfig reaches it. */
export interface Candidate {
  readonly client: Client
  readonly identity: HttpOptions
}

export interface Joined {
  readonly cluster: Cluster
  /** False when Flotilla uses the kubeconfig's own identity, because the member issues no tokens. */
  readonly issued: boolean
}

const encode = (data: SecretData): SecretData =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]))

async function put(client: Client, key: Key, data: SecretData): Promise<void> {
  const secret: Manifest = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: key, data: encode(data) }
  try {
    await client.create(secretKind, secret)
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
    await client.patch(secretKind, key, { type: 'merge', body: { data: encode(data) } })
  }
}

/** The member's identity: the same for two kubeconfigs of one cluster. */
async function idOf(member: Client): Promise<string> {
  const system = await member.get(namespaceKind, { name: 'kube-system' })
  if (!system?.metadata.uid) throw new Error('the member has no namespace kube-system: is it a Kubernetes cluster?')
  return system.metadata.uid
}

async function refuseTwins(control: Client, name: string, id: string): Promise<void> {
  const { items } = await control.list(clusterKind)
  const twin = items.find(({ spec, metadata }) => spec.id === id && metadata.name !== name)
  if (twin) throw new Error(`this cluster has joined already, as ${twin.metadata.name}`)
  const namesake = items.find(({ spec, metadata }) => metadata.name === name && spec.id !== id)
  if (namesake) throw new Error(`another cluster has joined as ${name}: choose another name`)
}

const clusterOf = ({ name, provider, region, zones }: JoinOptions, id: string, server: string): Cluster => ({
  apiVersion: clusterKind.apiVersion,
  kind: clusterKind.kind,
  metadata: { name },
  spec: {
    id,
    syncMode: 'Push',
    apiEndpoint: server,
    secretRef: { namespace: clusterNamespace, name },
    ...(provider && { provider }),
    ...(region && { region }),
    ...(zones?.length && { zones }),
  },
})

async function register(control: Client, cluster: Cluster): Promise<Cluster> {
  const known = await control.get(clusterKind, cluster.metadata)
  if (!known) return control.create(clusterKind, cluster)
  const spec = { ...known.spec, ...cluster.spec }
  return deepEqual(known.spec, spec) ? known : control.update(clusterKind, { ...known, spec })
}

/** Registers a cluster in push mode: an identity in the member, its secret and a Cluster in the control plane. May be repeated. */
export async function join(
  control: Client,
  { client: member, identity }: Candidate,
  options: JoinOptions,
  signal: AbortSignal,
): Promise<Joined> {
  const { name } = options
  const id = await idOf(member)
  await refuseTwins(control, name, id)
  const access = await makeAccess(member, name, identity, signal)
  if (!access) throw new Error(`the kubeconfig of ${name} has neither a token nor a client certificate to use`)
  const namespace: Manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: clusterNamespace } }
  if (!(await control.get(namespaceKind, { name: clusterNamespace }))) await control.create(namespaceKind, namespace)
  await put(control, { namespace: clusterNamespace, name }, access.data)
  const cluster = await register(control, clusterOf(options, id, identity.server))
  return { cluster, issued: access.issued }
}
