import { type Binding, type Change, deepEqual, type Index, type Key, type Store } from '@flotilla/sdk'

/** The clusters in which a binding leaves behind what it brought. */
function leavesIn(binding: Binding | undefined): readonly string[] {
  if (binding?.spec.preserveResourcesOnDeletion !== true) return []
  const { clusters = [], requiredBy = [] } = binding.spec
  return [...clusters, ...requiredBy.flatMap(({ clusters = [] }) => clusters)].map(({ name }) => name)
}

const preserving: Index<Binding> = {
  name: 'preserves resources in namespace',
  values: ({ metadata: { namespace = '' }, spec }) => (spec.preserveResourcesOnDeletion ? [namespace] : []),
}

/** The clusters that keep something of a namespace: it is not taken away from there, or what is kept would go with it. */
export const preservedIn = (bindings: Store<Binding>, namespace: string): ReadonlySet<string> =>
  new Set(bindings.by(preserving, namespace).flatMap(leavesIn))

/** The namespace of a binding that leaves something behind from now on, or elsewhere. */
export function namespaceOfPreserving({ before, after, initial }: Change<Binding>): readonly Key[] {
  const { namespace } = (after ?? before)?.metadata ?? {}
  if (initial || !namespace || deepEqual(leavesIn(before), leavesIn(after))) return []
  return [{ name: namespace }]
}
