import {
  clusterPropagationPolicyKind,
  errors,
  type Index,
  type Kind,
  type Manifest,
  type PropagationPolicy,
  propagationPolicyKind,
} from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { full } from '../../manifest/full.ts'

type PriorityClass = Manifest & { readonly value?: number }

export const priorityClassKind: Kind<PriorityClass> = {
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  scope: 'Cluster',
}

/** The longest a binding waits for the cache of priority classes, milliseconds. */
const patience = 5_000

const nameOf = ({ spec: { schedulePriority } }: PropagationPolicy): string | undefined =>
  schedulePriority?.priorityClassName

/** The priority a policy names, if it names one. */
export async function priorityOf(
  { store }: Pick<Machine, 'store'>,
  policy: PropagationPolicy,
  signal: AbortSignal,
): Promise<number | undefined> {
  const name = nameOf(policy)
  if (name === undefined) return undefined
  const classes = store(priorityClassKind)
  await full(classes, patience, signal)
  const found = classes.get({ name })
  if (!found) throw errors.PRIORITY_CLASS_UNKNOWN(name)
  return found.value ?? 0
}

const namingIndex: Index<PropagationPolicy> = {
  name: 'schedulePriority',
  values: (policy) => [nameOf(policy)].filter((name) => name !== undefined),
}

/** The policies that name a priority class. */
export const naming = ({ store }: Pick<Machine, 'store'>, { metadata }: Manifest): readonly PropagationPolicy[] =>
  [propagationPolicyKind, clusterPropagationPolicyKind].flatMap((kind) => store(kind).by(namingIndex, metadata.name))
