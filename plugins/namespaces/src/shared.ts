import { annotation, isReservedNamespace, type Kind, label, type Manifest, wholeName } from '@flotilla/sdk'

export const namespaceKind: Kind = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', scope: 'Cluster' }

/** Whether a namespace may be in every cluster, by its name. */
export type Skips = (name: string) => boolean

/** Names that one of the expressions matches from end to end. They are compiled once. */
export function skipping(expressions: readonly string[]): Skips {
  const compiled = expressions.map((each) => wholeName(each, 'skippedPropagatingNamespaces'))
  return (name) => compiled.some((expression) => expression.test(name))
}

/** Every cluster has one of its own. */
const everywhere = 'default'

/** A policy says where it goes. */
const isClaimed = ({ metadata: { labels, annotations } }: Manifest): boolean =>
  Boolean(labels?.[label.clusterPropagationPolicyId] && annotations?.[annotation.clusterPropagationPolicyName])

const staysHere = ({ metadata: { labels } }: Manifest): boolean =>
  labels?.[label.skipAutoPropagation]?.toLowerCase() === 'true'

/** Whether a namespace is brought to every cluster. */
export function isShared(namespace: Manifest, isSkipped: Skips): boolean {
  const { name, deletionTimestamp } = namespace.metadata
  if (deletionTimestamp || name === everywhere || isReservedNamespace(name) || isSkipped(name)) return false
  return !staysHere(namespace) && !isClaimed(namespace)
}
