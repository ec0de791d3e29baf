import { setTimeout as sleep } from 'node:timers/promises'
import {
  ApiError,
  type Client,
  type Cluster,
  clusterKind,
  clusterOverridePolicyKind,
  clusterPropagationPolicyKind,
  isAlreadyExists,
  isConflict,
  isNotFound,
  type Kind,
  keyOf,
  type Manifest,
  overridePolicyKind,
  propagationPolicyKind,
} from '@flotilla/sdk'
import { namespaceKind } from './universe.ts'

/** How long a user tries, in milliseconds: what takes longer is stuck. */
const patience = 15_000

async function insist(what: string, attempt: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patience
  while (!(await attempt())) {
    if (performance.now() > end) throw new Error(`${what} is not possible for ${patience / 1000} s`)
    await sleep(20)
  }
}

const isForbidden = (error: unknown): boolean => error instanceof ApiError && error.code === 403

/** A namespace as users want it: there, and not going. */
export async function ensureNamespace(client: Client, name: string): Promise<void> {
  await insist(`namespace ${name}`, async () => {
    const found = await client.get(namespaceKind, { name })
    if (found) return found.metadata.deletionTimestamp === undefined
    await client.create(namespaceKind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }).catch((error) => {
      if (!isAlreadyExists(error)) throw error
    })
    return true
  })
}

/** `kubectl apply`, again and again while something is in the way: what had the name before, or a kind not served yet. */
export async function put(client: Client, kind: Kind<Manifest>, manifest: Manifest): Promise<void> {
  const { namespace, name } = manifest.metadata
  await insist(`${kind.kind} ${name}`, async () => {
    if (namespace) await ensureNamespace(client, namespace)
    try {
      const found = await client.get(kind, keyOf(manifest))
      if (found?.metadata.deletionTimestamp) return false
      await client.patch(kind, keyOf(manifest), { type: 'apply', body: manifest, force: true })
      return true
    } catch (error) {
      if (isNotFound(error) || isConflict(error) || isForbidden(error)) return false
      throw error
    }
  })
}

export async function change(client: Client, name: string, edit: (cluster: Cluster) => Cluster): Promise<void> {
  await insist(`a change of cluster ${name}`, async () => {
    const found = await client.get(clusterKind, { name })
    if (!found) return true
    try {
      await client.update(clusterKind, edit(found))
      return true
    } catch (error) {
      if (isConflict(error)) return false
      throw error
    }
  })
}

/** Registers a cluster; one of the same name that is still going is waited for. */
export async function join(client: Client, name: string, zone: string): Promise<void> {
  await insist(`cluster ${name}`, async () => {
    const found = await client.get(clusterKind, { name })
    if (found) return false
    await client.create(clusterKind, {
      apiVersion: clusterKind.apiVersion,
      kind: clusterKind.kind,
      metadata: { name, labels: { zone } },
      spec: { syncMode: 'Push', apiEndpoint: `https://${name}.example.com` },
    })
    return true
  })
}

export const policyKindOf = (namespace: string | undefined): Kind<Manifest> =>
  namespace ? propagationPolicyKind : (clusterPropagationPolicyKind as Kind<Manifest>)

export const overrideKindOf = (namespace: string | undefined): Kind<Manifest> =>
  namespace ? overridePolicyKind : (clusterOverridePolicyKind as Kind<Manifest>)
