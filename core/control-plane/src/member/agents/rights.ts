import {
  type Client,
  type Cluster,
  clusterNamespace,
  executionNamespace,
  finalizer,
  isNotFound,
  type Kind,
  label,
  type Manifest,
  type ObjectMeta,
} from '@flotilla/sdk'
import { agentOf } from './identity.ts'

export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly resourceNames?: readonly string[]
}

const group = 'rbac.authorization.k8s.io'

const rbac = (kind: string, plural: string, scope: Kind['scope']): Kind => ({
  apiVersion: `${group}/v1`,
  kind,
  plural,
  scope,
})

export const clusterRoleKind = rbac('ClusterRole', 'clusterroles', 'Cluster')
export const clusterRoleBindingKind = rbac('ClusterRoleBinding', 'clusterrolebindings', 'Cluster')
export const roleKind = rbac('Role', 'roles', 'Namespaced')
export const roleBindingKind = rbac('RoleBinding', 'rolebindings', 'Namespaced')

const rule = (apiGroup: string, resources: readonly string[], ...verbs: readonly string[]): Rule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
})

const named = (rule: Rule, name: string): Rule => ({ ...rule, resourceNames: [name] })

/** Its own cluster and how that is, how kinds are interpreted, and telling events: anywhere, for templates have them. */
const everywhere = (cluster: string): readonly Rule[] => [
  named(rule('cluster.karmada.io', ['clusters'], 'get', 'list', 'watch'), cluster),
  named(rule('cluster.karmada.io', ['clusters/status'], 'update', 'patch'), cluster),
  rule(
    'config.karmada.io',
    ['resourceinterpretercustomizations', 'resourceinterpreterwebhookconfigurations'],
    'get',
    'list',
    'watch',
  ),
  rule('config.flotilla.dev', ['resourceinterpretermodules'], 'get', 'list', 'watch'),
  rule('', ['events'], 'create', 'patch'),
]

/** Its signs of life. */
const amongClusters = (cluster: string): readonly Rule[] => [
  named(rule('coordination.k8s.io', ['leases'], 'get', 'update'), cluster),
  rule('coordination.k8s.io', ['leases'], 'create'), // what is not there yet has no name to be allowed by
]

/** What there is for it to do, and what became of it. */
const inItsOwn: readonly Rule[] = [
  rule('work.karmada.io', ['works'], 'get', 'list', 'watch', 'create', 'update', 'patch', 'delete'),
  rule('work.karmada.io', ['works/status'], 'update', 'patch'),
]

/** An object that says what somebody may do, or who may do it. */
export interface Right {
  readonly kind: Kind
  readonly object: Manifest
}

/** A role and the binding that gives it to the agent. */
function grant(
  [role, binding]: readonly [role: Kind, binding: Kind],
  metadata: ObjectMeta,
  rules: readonly Rule[],
  user: string,
): readonly Right[] {
  const labelled = { ...metadata, labels: { [label.system]: 'true' } }
  const roleRef = { apiGroup: group, kind: role.kind, name: metadata.name }
  const subjects = [{ apiGroup: group, kind: 'User', name: user }]
  return [
    { kind: role, object: { apiVersion: role.apiVersion, kind: role.kind, metadata: labelled, rules } },
    { kind: binding, object: { apiVersion: binding.apiVersion, kind: binding.kind, metadata: labelled, roleRef, subjects } }, // biome-ignore format: a pair
  ]
}

const clusterWide = [clusterRoleKind, clusterRoleBindingKind] as const
const namespaced = [roleKind, roleBindingKind] as const

/** The name of all that says what the agent of a cluster may do. */
const rightsName = (cluster: string): string => `flotilla:agent:${cluster}`

/** All that the agent of a cluster may do in the control plane: with its own cluster and Works, and nothing else. It goes with the Cluster. */
export function rightsOf({ apiVersion, kind, metadata: { name: cluster, uid = '' } }: Cluster): readonly Right[] {
  const { name: user } = agentOf(cluster)
  const name = rightsName(cluster)
  const ownerReferences = [{ apiVersion, kind, name: cluster, uid }]
  const held = { namespace: executionNamespace(cluster), name, finalizers: [finalizer.cluster] }
  return [
    ...grant(clusterWide, { name, ownerReferences }, everywhere(cluster), user),
    ...grant(namespaced, { namespace: clusterNamespace, name, ownerReferences }, amongClusters(cluster), user),
    ...grant(namespaced, held, inItsOwn, user),
  ]
}

/**
 * An agent has to let go of all Works of a namespace that is going before it loses its rights to them: they are held until
 * this.
 */
export async function releaseRights(client: Client, cluster: string, signal: AbortSignal): Promise<void> {
  const key = { namespace: executionNamespace(cluster), name: rightsName(cluster) }
  for (const kind of namespaced) {
    try {
      await client.patch(kind, key, { type: 'merge', body: { metadata: { finalizers: null } } }, { signal })
    } catch (error) {
      if (!isNotFound(error)) throw error // another tool made them
    }
  }
}
