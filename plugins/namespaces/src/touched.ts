import {
  alike,
  bestFit,
  type Change,
  type Cluster,
  clusterOfNamespace,
  deepEqual,
  fit,
  type Index,
  type Key,
  keyOf,
  type Manifest,
  type OverridePolicy,
  type PropagationPolicy,
  prune,
  type ResourceSelector,
  type Store,
  type Work,
} from '@flotilla/sdk'
import { namespaceKind } from './shared.ts'

/** All but a new status. */
export const isNews = ({ before, after }: Change<Manifest>): boolean =>
  !before || !after || !deepEqual(prune(before), prune(after)) || before.metadata.uid !== after.metadata.uid

/** The Works of a cluster have a place from now on. At the start every namespace is looked at anyway. */
export const isNewSpace = ({ before, after, initial }: Change<Manifest>): boolean =>
  !before && !initial && clusterOfNamespace(after?.metadata.name) !== undefined

const isOfNamespaces = ({ apiVersion, kind }: ResourceSelector): boolean =>
  apiVersion === namespaceKind.apiVersion && kind === namespaceKind.kind

const mayOverrideNamespaces = ({ spec: { resourceSelectors } }: OverridePolicy): boolean =>
  !resourceSelectors?.length || resourceSelectors.some(isOfNamespaces)

/** Whether a cluster is new, or another one to the policies that are about namespaces. */
export function isNewCluster(
  { before, after, initial }: Change<Cluster>,
  policies: readonly OverridePolicy[],
): boolean {
  if (!after || initial) return false
  if (!before) return true
  return !alike(before, after) && policies.some(mayOverrideNamespaces)
}

const placing: Index<PropagationPolicy> = {
  name: 'selects namespaces',
  values: ({ spec }) => (spec.resourceSelectors.some(isOfNamespaces) ? ['yes'] : []),
}

/** Whether a policy says where a namespace goes. That is known before it has claimed it. */
export const places = ({ spec, metadata }: PropagationPolicy, namespace: Manifest): boolean =>
  !metadata.deletionTimestamp && bestFit(spec.resourceSelectors, namespace) > fit.none

/** Whether some policy says where a namespace goes. */
export const isPlaced = (policies: Store<PropagationPolicy>, namespace: Manifest): boolean =>
  policies.by(placing, 'yes').some((policy) => places(policy, namespace))

/** The namespaces that a change of a policy may be about: the policy as it was, and as it is. */
export const touchedBy =
  <T>(isAbout: (policy: T, namespace: Manifest) => boolean, namespaces: Store<Manifest>) =>
  ({ before, after, initial }: Change<T>): readonly Key[] => {
    if (initial) return []
    const versions = [before, after].filter((policy) => policy !== undefined)
    return namespaces
      .list()
      .filter((namespace) => versions.some((policy) => isAbout(policy, namespace)))
      .map(keyOf)
  }

/** The namespace of a Work that is gone, whoever took it away: it is made again. */
export function namespaceOfLost({ before, after }: Change<Work>): readonly Key[] {
  const [brought] = (!after && before?.spec.workload?.manifests) || []
  const isNamespace = brought?.kind === namespaceKind.kind && brought.apiVersion === namespaceKind.apiVersion
  return isNamespace ? [{ name: brought.metadata.name }] : []
}
