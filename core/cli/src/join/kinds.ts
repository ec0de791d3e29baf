import type { Kind } from '@flotilla/sdk'

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
