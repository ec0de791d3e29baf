import {
  annotation,
  clusterPropagationPolicyKind,
  type Index,
  type Key,
  type Kind,
  keyOf,
  label,
  type Manifest,
  type ObjectMeta,
  type PropagationPolicy,
  propagationPolicyKind,
  type StringMap,
} from '@flotilla/sdk'
import type { Machine } from '../machine.ts'

/** That a template, or its binding, belongs to a policy. It stands in labels and annotations; only this file knows which. */
export interface Claim {
  /** With a namespace: a PropagationPolicy. */
  readonly policy: Key
  /** The policy's permanent id: another policy of the same name has another. */
  readonly id: string
}

type Entries = Readonly<Record<string, string | undefined>>

/** The claim as metadata has it. An entry that is undefined must not be there. */
const entriesOf = (claim: Claim | undefined): { readonly labels: Entries; readonly annotations: Entries } => {
  const namespaced = claim?.policy.namespace === undefined ? undefined : claim
  const clusterWide = namespaced ? undefined : claim
  return {
    labels: {
      [label.propagationPolicyId]: namespaced?.id,
      [label.clusterPropagationPolicyId]: clusterWide?.id,
    },
    annotations: {
      [annotation.propagationPolicyNamespace]: namespaced?.policy.namespace,
      [annotation.propagationPolicyName]: namespaced?.policy.name,
      [annotation.clusterPropagationPolicyName]: clusterWide?.policy.name,
    },
  }
}

/** The claim on an object. Half a claim is none. */
export function claimOf({
  metadata: { labels = {}, annotations = {} },
}: Pick<Manifest, 'metadata'>): Claim | undefined {
  const namespace = annotations[annotation.propagationPolicyNamespace]
  const name = annotations[annotation.propagationPolicyName]
  const id = labels[label.propagationPolicyId]
  if (namespace && name && id) return { policy: { namespace, name }, id }
  const clusterWide = annotations[annotation.clusterPropagationPolicyName]
  const clusterWideId = labels[label.clusterPropagationPolicyId]
  return clusterWide && clusterWideId ? { policy: { name: clusterWide }, id: clusterWideId } : undefined
}

/** The permanent id of a policy; undefined until admission has given it one. */
export const idOf = ({ metadata: { namespace, labels } }: Pick<PropagationPolicy, 'metadata'>): string | undefined =>
  labels?.[namespace ? label.propagationPolicyId : label.clusterPropagationPolicyId]

/** What a policy writes on what it claims; undefined while it has no permanent id. */
export function claimBy(policy: PropagationPolicy): Claim | undefined {
  const id = idOf(policy)
  return id === undefined ? undefined : { policy: keyOf(policy), id }
}

const differing = (present: StringMap = {}, wanted: Entries): Readonly<Record<string, string | null>> =>
  Object.fromEntries(
    Object.entries(wanted).flatMap(([key, value]) => (present[key] === value ? [] : [[key, value ?? null]])),
  )

/** The merge patch that leaves an object with this claim, or with none; undefined when nothing has to change. */
export function claimPatch({ metadata }: Pick<Manifest, 'metadata'>, claim: Claim | undefined): object | undefined {
  const wanted = entriesOf(claim)
  const labels = differing(metadata.labels, wanted.labels)
  const annotations = differing(metadata.annotations, wanted.annotations)
  const changed = { ...(hasKeys(labels) && { labels }), ...(hasKeys(annotations) && { annotations }) }
  return hasKeys(changed) ? { metadata: changed } : undefined
}

const hasKeys = (object: object): boolean => Object.keys(object).length > 0

const merged = (present: StringMap = {}, wanted: Entries): StringMap =>
  Object.fromEntries(
    Object.entries({ ...present, ...wanted }).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )

/** Labels and annotations with this claim in place of any other. */
export function withClaim(metadata: Partial<ObjectMeta>, claim: Claim): { labels: StringMap; annotations: StringMap } {
  const wanted = entriesOf(claim)
  return {
    labels: merged(metadata.labels, wanted.labels),
    annotations: merged(metadata.annotations, wanted.annotations),
  }
}

/** Objects by the permanent id of the policy that claims them. */
export const claimIndex: Index<Manifest> = {
  name: 'claim',
  values: ({ metadata: { labels } }) =>
    [labels?.[label.propagationPolicyId], labels?.[label.clusterPropagationPolicyId]].filter((id) => id !== undefined),
}

/** The kind of a policy, by where it lives. */
export const policyKindOf = ({ namespace }: Pick<Key, 'namespace'>): Kind<PropagationPolicy> =>
  namespace ? propagationPolicyKind : clusterPropagationPolicyKind

/** A policy in the words of Karmada's events. */
export const policyText = ({ metadata: { namespace, name } }: Pick<PropagationPolicy, 'metadata'>): string =>
  namespace ? `policy(${namespace}/${name})` : `cluster policy(${name})`

/** The policy behind a claim as it is now; undefined when it is gone or going, or another one took its name. */
export function claimant({ store }: Pick<Machine, 'store'>, claim: Claim): PropagationPolicy | undefined {
  const policy = store(policyKindOf(claim.policy)).get(claim.policy)
  return policy && idOf(policy) === claim.id && !policy.metadata.deletionTimestamp ? policy : undefined
}
