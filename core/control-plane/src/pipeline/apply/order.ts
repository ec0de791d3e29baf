import { groupOf, type Manifest } from '@flotilla/sdk'

/** What others need, from what is needed first on. Kinds not named here are configuration. */
const ranks: ReadonlyMap<string, number> = new Map([
  ['Namespace', 0],
  ['CustomResourceDefinition', 1],
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Pod', 'Job', 'CronJob'].map(
    (kind) => [kind, 3] as const,
  ),
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'APIService'].map((kind) => [kind, 4] as const),
])
const configuration = 2
const custom = 5

/** Groups of Kubernetes' own: `apps`, `batch`, `rbac.authorization.k8s.io`. */
const isBuiltIn = ({ apiVersion }: Manifest): boolean => /^[a-z]*$|\.k8s\.io$/.test(groupOf(apiVersion))

const rankOf = (manifest: Manifest): number =>
  isBuiltIn(manifest) ? (ranks.get(manifest.kind) ?? configuration) : custom

/** A manifest with its place in the Work. */
export type Placed = readonly [ordinal: number, manifest: Manifest]

/**
 * The manifests of a Work in the order in which they are brought: namespaces, definitions of kinds, configuration, workloads,
 * what intercepts requests, objects of custom kinds; within each as the Work has them. They are taken away the other way round.
 */
export const inOrder = (manifests: readonly Manifest[]): readonly (readonly Placed[])[] =>
  [...Map.groupBy(manifests.entries(), ([, manifest]) => rankOf(manifest))]
    .sort(([a], [b]) => a - b)
    .map(([, placed]) => placed)
