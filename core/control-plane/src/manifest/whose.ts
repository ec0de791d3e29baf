import { bindingName, clusterOfNamespace, type Key, keyText, type Reference } from '@flotilla/sdk'

/**
 * What decides which shard something is worked on in, where there are several. A template and its binding are one; what is in
 * a cluster is the cluster's.
 */
export const whose = {
  binding: keyText,
  cluster: ({ name }: Pick<Key, 'name'>): string => name,
  policy: keyText,
  template: ({ kind, namespace, name }: Reference): string => keyText({ namespace, name: bindingName(kind, name) }),
  work: (key: Key): string => clusterOfNamespace(key.namespace) ?? keyText(key),
} as const
