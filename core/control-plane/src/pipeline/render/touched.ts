import {
  alike,
  type Binding,
  type Change,
  type Cluster,
  type Index,
  kindText,
  type OverridePolicy,
  type Store,
} from '@flotilla/sdk'
import { targetsOf } from '../../manifest/targets.ts'

const byTemplateKind: Index<Binding> = {
  name: 'template kind',
  values: ({ spec: { resource } }) => [kindText(resource)],
}

const byTarget: Index<Binding> = {
  name: 'target',
  values: (binding) => targetsOf(binding).map(({ name }) => name),
}

/** The bindings of a policy's scope that one of its selectors may name. Labels are for rendering to look at. */
function* mayBeNamed(bindings: Store<Binding>, { metadata: { namespace }, spec }: OverridePolicy): Iterable<Binding> {
  if (!spec.resourceSelectors?.length) return yield* bindings.list(namespace)
  for (const selector of spec.resourceSelectors) {
    for (const binding of bindings.by(byTemplateKind, kindText(selector))) {
      const { resource } = binding.spec
      const isOfScope = namespace === undefined || binding.metadata.namespace === namespace
      const isNamed = !selector.name || selector.name === resource.name
      const isThere = !selector.namespace || selector.namespace === resource.namespace
      if (isOfScope && isNamed && isThere) yield binding
    }
  }
}

/** The bindings that a change of an override policy may be about: the policy as it was, and as it is. */
export function touchedByPolicy(
  bindings: Store<Binding>,
  { before, after, initial }: Change<OverridePolicy>,
): readonly Binding[] {
  if (initial) return [] // every binding is looked at in the beginning
  const versions = [before, after].filter((policy) => policy !== undefined)
  return [...new Set(versions.flatMap((policy) => [...mayBeNamed(bindings, policy)]))]
}

/** The bindings that a change of a cluster is about: a policy may see another cluster in it now. */
export function touchedByCluster(
  bindings: Store<Binding>,
  { before, after, initial }: Change<Cluster>,
): readonly Binding[] {
  if (!after || initial) return []
  const isAnother = !before || !alike(before, after)
  return isAnother ? bindings.by(byTarget, after.metadata.name) : []
}
