import { type Client, type Cluster, clusterNamespace, isAlreadyExists, type Key, type Manifest } from '@flotilla/sdk'
import { secretKind } from './kinds.ts'

/** What a cluster's secret holds; values are plain text. */
export type SecretData = Readonly<Record<string, string>>

/** Where the identity that speaks for users in a cluster is kept. */
export const impersonatorSecret = (cluster: string): string => `${cluster}-impersonator`

const keyOf = (name: string): Key => ({ namespace: clusterNamespace, name })

const encode = (data: SecretData): SecretData =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]))

/** Keeps an identity of a cluster in the control plane, in place of what was there. */
export async function putSecret(client: Client, name: string, data: SecretData, signal: AbortSignal): Promise<void> {
  const key = keyOf(name)
  const secret: Manifest = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: key, data: encode(data) }
  try {
    await client.create(secretKind, secret, { signal })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
    const body = [{ op: 'add', path: '/data', value: encode(data) }] // what an older identity had goes
    await client.patch(secretKind, key, { type: 'json', body }, { signal })
  }
}

/** Makes a secret go with its cluster: the control plane needs it until then. */
export async function ownSecret(
  client: Client,
  name: string,
  { metadata, ...cluster }: Cluster,
  signal: AbortSignal,
): Promise<void> {
  const { uid = '' } = metadata
  const { apiVersion, kind } = cluster
  const owner = { apiVersion, kind, name: metadata.name, uid, controller: true, blockOwnerDeletion: true }
  await client.patch(
    secretKind,
    keyOf(name),
    { type: 'merge', body: { metadata: { ownerReferences: [owner] } } },
    { signal },
  )
}
