import {
  clusterOverridePolicyKind,
  clusterPropagationPolicyKind,
  type Index,
  type OverridePolicy,
  overridePolicyKind,
  type PropagationPolicy,
  propagationPolicyKind,
} from '@flotilla/sdk'
import type { Machine } from '../machine.ts'

const overrideKindOf = (namespace: string | undefined) => (namespace ? overridePolicyKind : clusterOverridePolicyKind)

/** The override policies a policy waits for (`dependentOverrides`) and that do not exist yet, by name. */
export function missingOverrides({ store }: Pick<Machine, 'store'>, policy: PropagationPolicy): readonly string[] {
  const { namespace } = policy.metadata
  const overrides = store(overrideKindOf(namespace))
  return (policy.spec.dependentOverrides ?? []).filter(
    (name) => overrides.get(namespace ? { namespace, name } : { name }) === undefined,
  )
}

/** Policies by the name of an override they wait for. */
const waitingIndex: Index<PropagationPolicy> = {
  name: 'dependentOverrides',
  values: ({ spec }) => spec.dependentOverrides ?? [],
}

/** The policies that wait, or waited, for an override policy. */
export const waitingFor = (
  { store }: Pick<Machine, 'store'>,
  { metadata: { namespace, name } }: OverridePolicy,
): readonly PropagationPolicy[] =>
  store(namespace ? propagationPolicyKind : clusterPropagationPolicyKind)
    .by(waitingIndex, name)
    .filter(({ metadata }) => metadata.namespace === namespace)
