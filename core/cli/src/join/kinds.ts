import { type Client, isAlreadyExists, type Kind, label, type Manifest } from '@flotilla/sdk'

const core = (kind: string, plural: string, scope: Kind['scope'] = 'Namespaced'): Kind => ({
  apiVersion: 'v1',
  kind,
  plural,
  scope,
})

export const namespaceKind = core('Namespace', 'namespaces', 'Cluster')
export const secretKind = core('Secret', 'secrets')
export const serviceAccountKind = core('ServiceAccount', 'serviceaccounts')

const rbac = (kind: string, plural: string): Kind => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  plural,
  scope: 'Cluster',
})

export const clusterRoleKind = rbac('ClusterRole', 'clusterroles')
export const clusterRoleBindingKind = rbac('ClusterRoleBinding', 'clusterrolebindings')

/** Says of an object that Flotilla made it for itself. */
export const system = { [label.system]: 'true' }

export const namespaceOf = (name: string): Manifest => ({
  apiVersion: namespaceKind.apiVersion,
  kind: namespaceKind.kind,
  metadata: { name, labels: system },
})

/** Creates an object, unless there is one of its name. */
export async function ensure<T>(client: Client, kind: Kind<T>, object: T, signal: AbortSignal): Promise<void> {
  try {
    await client.create(kind, object, { signal })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}
