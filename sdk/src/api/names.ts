import type { Manifest } from '../manifest.ts'

/** Labels Karmada's users and tools rely on. */
export const label = {
  propagationPolicyId: 'propagationpolicy.karmada.io/permanent-id',
  clusterPropagationPolicyId: 'clusterpropagationpolicy.karmada.io/permanent-id',
  bindingId: 'resourcebinding.karmada.io/permanent-id',
  clusterBindingId: 'clusterresourcebinding.karmada.io/permanent-id',
  workId: 'work.karmada.io/permanent-id',
  bindingManagedBy: 'binding.karmada.io/managed-by',
  claimedBy: 'resourcetemplate.karmada.io/claimed-by',
  skipAutoPropagation: 'namespace.karmada.io/skip-auto-propagation',
  deletionProtected: 'resourcetemplate.karmada.io/deletion-protected',
  retainReplicas: 'resourcetemplate.karmada.io/retain-replicas',
  /** Followed by a hash of the binding that depends. */
  dependedByPrefix: 'resourcebinding.karmada.io/depended-by-',
  /** On the Works that bring a quota's limits to clusters: which FederatedResourceQuota it is. */
  quotaNamespace: 'federatedresourcequota.karmada.io/namespace',
  quotaName: 'federatedresourcequota.karmada.io/name',
  multiClusterServiceId: 'multiclusterservice.karmada.io/permanent-id',
  multiClusterServiceNamespace: 'multiclusterservice.karmada.io/namespace',
  multiClusterServiceName: 'multiclusterservice.karmada.io/name',
  /** On a Work with a collected EndpointSlice: the Service the endpoints are of. */
  sliceServiceNamespace: 'endpointslice.karmada.io/namespace',
  sliceServiceName: 'endpointslice.karmada.io/name',
  /** On such a Work: who wants it, `ServiceExport` or `MultiClusterService`, or both joined by a dot. */
  sliceWantedBy: 'endpointslice.karmada.io/managed-by',
  managed: 'karmada.io/managed',
  system: 'karmada.io/system',
} as const

/** Annotations Karmada's users and tools rely on. */
export const annotation = {
  propagationPolicyNamespace: 'propagationpolicy.karmada.io/namespace',
  propagationPolicyName: 'propagationpolicy.karmada.io/name',
  clusterPropagationPolicyName: 'clusterpropagationpolicy.karmada.io/name',
  bindingNamespace: 'resourcebinding.karmada.io/namespace',
  bindingName: 'resourcebinding.karmada.io/name',
  clusterBindingName: 'clusterresourcebinding.karmada.io/name',
  dependencies: 'resourcebinding.karmada.io/dependencies',
  workNamespace: 'work.karmada.io/namespace',
  workName: 'work.karmada.io/name',
  conflictResolution: 'work.karmada.io/conflict-resolution',
  multiClusterServiceNamespace: 'multiclusterservice.karmada.io/namespace',
  multiClusterServiceName: 'multiclusterservice.karmada.io/name',
  /** On an EndpointSlice that was brought to a cluster, and on its Work: where the endpoints are. */
  provisionCluster: 'endpointslice.karmada.io/provision-cluster',
  templateUid: 'resourcetemplate.karmada.io/uid',
  templateGeneration: 'resourcetemplate.karmada.io/generation',
  managedLabels: 'resourcetemplate.karmada.io/managed-labels',
  managedAnnotations: 'resourcetemplate.karmada.io/managed-annotations',
  /** On an object that is shown among those of other clusters: which cluster it is in. */
  fromCluster: 'resource.karmada.io/query-from-cluster',
  appliedPlacement: 'policy.karmada.io/applied-placement',
  appliedOverrides: 'policy.karmada.io/applied-overrides',
  appliedClusterOverrides: 'policy.karmada.io/applied-cluster-overrides',
  /** Ours: an expression that says of a cluster whether it will do, or how good it is. On a policy, and on its bindings. */
  clusterSelector: 'policy.flotilla.dev/cluster-selector',
  clusterScore: 'policy.flotilla.dev/cluster-score',
  /** Ours: the expressions a binding was last scheduled by. */
  appliedExpressions: 'policy.flotilla.dev/applied-cluster-expressions',
  /** Ours: on a Cluster, the name of the network its pods are in. Pods of one network reach each other. By default all are in one. */
  network: 'networking.flotilla.dev/network',
  /** Ours: on a Cluster, the addresses by which its Services are reached from other networks, joined by commas. */
  gateways: 'networking.flotilla.dev/gateways',
  /** Ours: on a Cluster, whether it keeps what was propagated to it when it goes (`Keep`). By default it does not, as in Karmada. */
  workloadsOnDeletion: 'cluster.flotilla.dev/workloads-on-deletion',
  /** Ours: what of a binding its first version cannot say, on its way to an old client and back. */
  wholeBinding: 'binding.flotilla.dev/v1alpha2',
} as const

export const finalizer = {
  cluster: 'karmada.io/cluster-controller',
  execution: 'karmada.io/execution-controller',
  binding: 'karmada.io/binding-controller',
  clusterBinding: 'karmada.io/cluster-resource-binding-controller',
  dependencies: 'karmada.io/binding-dependencies-distributor',
  endpointSlice: 'karmada.io/endpointslice-controller',
  endpointSliceDispatch: 'karmada.io/mcs-endpointslice-dispatch-controller',
  multiClusterService: 'karmada.io/multiclusterservice-controller',
  propagationPolicy: 'karmada.io/propagation-policy-controller',
  clusterPropagationPolicy: 'karmada.io/cluster-propagation-policy-controller',
} as const

export const taintKey = {
  unschedulable: 'cluster.karmada.io/unschedulable',
  notReady: 'cluster.karmada.io/not-ready',
  unreachable: 'cluster.karmada.io/unreachable',
} as const

export const systemNamespace = 'karmada-system'
export const clusterNamespace = 'karmada-cluster'
const executionPrefix = 'karmada-es-'

/** The namespace of a cluster's Works. */
export const executionNamespace = (cluster: string): string => `${executionPrefix}${cluster}`

/** The cluster an execution namespace belongs to. */
export const clusterOfNamespace = (namespace: string | undefined): string | undefined =>
  namespace?.startsWith(executionPrefix) ? namespace.slice(executionPrefix.length) : undefined

/** Namespaces of Flotilla's own, from which nothing is propagated. */
export const isReservedNamespace = (namespace: string | undefined): boolean =>
  namespace === systemNamespace || namespace === clusterNamespace || clusterOfNamespace(namespace) !== undefined

/** FNV-1a, 32 bit, over UTF-8. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

const safeAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** Kubernetes' SafeEncodeString: letters that cannot spell a word. */
export const safeEncode = (text: string): string =>
  [...text].map((char) => safeAlphabet[(char.codePointAt(0) ?? 0) % safeAlphabet.length]).join('')

/** The hash Karmada puts into names. */
export const safeHash = (text: string): string => safeEncode(String(fnv32a(text)))

const dns = (text: string): string => text.toLowerCase().replaceAll(':', '.')

/** The name of the binding of a template. */
export const bindingName = (kind: string, name: string): string => dns(`${name}-${kind}`)

/** The name of the Work of a template, the same in every execution namespace: `default/nginx` Deployment → `nginx-687f7fb96f`. */
export function workName({ kind, metadata: { namespace, name } }: Pick<Manifest, 'kind' | 'metadata'>): string {
  const address = namespace ? `${namespace}-${name}-${kind}` : `${name}-${kind}`
  return `${dns(name)}-${safeHash(address.toLowerCase())}`
}
