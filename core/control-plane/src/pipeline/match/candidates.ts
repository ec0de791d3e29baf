import {
  type Change,
  clusterPropagationPolicyKind,
  deepEqual,
  fit,
  type Index,
  type Manifest,
  type PropagationPolicy,
  propagationPolicyKind,
  type ResourceSelector,
  selectorFit,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { claimIndex, claimOf, idOf } from '../../manifest/claim.ts'
import type { Templates } from '../../manifest/templates.ts'

/** Policies by what their selectors name, so that a template finds its few among thousands. */
const selectorIndex: Index<PropagationPolicy> = {
  name: 'selector',
  values: ({ metadata, spec }) =>
    spec.resourceSelectors.map(({ apiVersion, kind, name = '' }) =>
      [metadata.namespace ?? '', apiVersion, kind, name].join('|'),
    ),
}

/** The policies that may select a template: those of its namespace, then the cluster-wide ones. */
export function scopesOf({ store }: Pick<Machine, 'store'>, template: Manifest): readonly PropagationPolicy[][] {
  const { apiVersion, kind, metadata } = template
  const within = (scope: typeof propagationPolicyKind, namespace: string) => {
    const named = (name: string) => store(scope).by(selectorIndex, [namespace, apiVersion, kind, name].join('|'))
    return [...new Set([...named(metadata.name), ...named('')])]
  }
  const clusterWide = within(clusterPropagationPolicyKind, '')
  return metadata.namespace ? [within(propagationPolicyKind, metadata.namespace), clusterWide] : [clusterWide]
}

const nameIndex: Index<Manifest> = { name: 'name', values: ({ metadata }) => [metadata.name] }

function selectedBy(templates: Templates, policy: PropagationPolicy, selector: ResourceSelector): readonly Manifest[] {
  const store = templates.of(selector)
  if (!store) return []
  const namespace = policy.metadata.namespace ?? (selector.namespace || undefined)
  const near = selector.name ? store.by(nameIndex, selector.name) : store.list(namespace)
  return near.filter(
    (template) =>
      (namespace === undefined || template.metadata.namespace === namespace) &&
      selectorFit(selector, template) > fit.none,
  )
}

const sameDemand = (before: PropagationPolicy, after: PropagationPolicy): boolean =>
  before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
  idOf(before) === idOf(after) &&
  deepEqual(before.spec, after.spec)

/** The templates a policy could newly claim: those it selects that are free, or all when it preempts. */
export const claimable = (templates: Templates, policy: PropagationPolicy): readonly Manifest[] =>
  policy.spec.resourceSelectors
    .flatMap((selector) => selectedBy(templates, policy, selector))
    .filter((template) => policy.spec.preemption === 'Always' || !claimOf(template))

/** Whether a change of a policy can move a template. */
export const isNews = ({ before, after }: Change<PropagationPolicy>): boolean =>
  !before || !after || !sameDemand(before, after)

/** The templates to match again when a policy changes: those it claims, and those it could. */
export function touchedBy(templates: Templates, change: Change<PropagationPolicy>): readonly Manifest[] {
  const { before, after, initial } = change
  const policy = after ?? before
  if (!policy || initial || !isNews(change)) return []
  const id = idOf(policy)
  const claimed = id === undefined ? [] : templates.by(claimIndex, id)
  return after ? [...new Set([...claimed, ...claimable(templates, after)])] : claimed
}
