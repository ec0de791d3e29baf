import {
  annotation,
  type Binding,
  clusterResourceBindingKind,
  type Index,
  type Key,
  type Kind,
  label,
  type Manifest,
  resourceBindingKind,
  type StringMap,
  type Work,
} from '@flotilla/sdk'

/** Both kinds of binding; every stage that serves bindings serves these. */
export const bindingKinds: readonly Kind<Binding>[] = [resourceBindingKind, clusterResourceBindingKind]

type Scoped = Pick<Kind, 'scope'>

/** The label by which everything made from a binding names it. */
export const bindingIdLabel = ({ scope }: Scoped): string =>
  scope === 'Namespaced' ? label.bindingId : label.clusterBindingId

/** The id of a binding, which never changes; undefined until admission has given it one. */
export const bindingId = (binding: Binding): string | undefined =>
  binding.metadata.labels?.[bindingIdLabel(scopeOf(binding))]

/** A binding's scope, by what it says itself. */
export const scopeOf = ({ metadata }: Manifest): Scoped => ({ scope: metadata.namespace ? 'Namespaced' : 'Cluster' })

/** The annotations by which a Work and its manifests name their binding. */
export const bindingAnnotations = ({ metadata: { namespace, name } }: Binding): StringMap =>
  namespace
    ? { [annotation.bindingNamespace]: namespace, [annotation.bindingName]: name }
    : { [annotation.clusterBindingName]: name }

/** The key of the binding a Work names, when it is one of that scope. */
export function bindingKeyOf({ metadata: { annotations = {} } }: Manifest, { scope }: Scoped): Key | undefined {
  if (scope === 'Cluster') {
    const name = annotations[annotation.clusterBindingName]
    return name ? { name } : undefined
  }
  const namespace = annotations[annotation.bindingNamespace]
  const name = annotations[annotation.bindingName]
  return namespace && name ? { namespace, name } : undefined
}

const worksIndex = (idLabel: string): Index<Work> => ({
  name: `by ${idLabel}`,
  values: ({ metadata: { labels } }) => {
    const id = labels?.[idLabel]
    return id ? [id] : []
  },
})

const indexes: Readonly<Record<Kind['scope'], Index<Work>>> = {
  Namespaced: worksIndex(label.bindingId),
  Cluster: worksIndex(label.clusterBindingId),
}

/** Works by the id of their binding. */
export const worksOfBinding = ({ scope }: Scoped): Index<Work> => indexes[scope]
