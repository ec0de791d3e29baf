import { expression } from '@flotilla/cel'
import {
  between,
  checks,
  clusterExpressionKeys,
  clusterPropagationPolicyKind,
  clusterVariables,
  definePlugin,
  edit,
  Field,
  finalizer,
  label,
  mutates,
  oneOf,
  type Problems,
  type PropagationPolicy,
  type PropagationSpec,
  present,
  propagationPolicyKind,
  type Suspension,
  unchanged,
  type Write,
  withFinalizer,
  withLabel,
  written,
} from '@flotilla/sdk'
import { failoverProblems } from './failover.ts'
import { placementProblems } from './placement.ts'
import { completeSpec } from './policy-defaults.ts'
import { resourceSelectorProblems } from './selector.ts'

const kinds = [propagationPolicyKind, clusterPropagationPolicyKind]

/** What differs between a policy of a namespace and one of the whole cluster. */
const marksOf = ({ metadata: { namespace } }: PropagationPolicy) =>
  namespace
    ? { id: label.propagationPolicyId, held: finalizer.propagationPolicy }
    : { id: label.clusterPropagationPolicyId, held: finalizer.clusterPropagationPolicy }

/**
 * A policy as it is stored: what it leaves open is written down, and it is marked with an id that no other policy of its
 * name has had. The id is never taken over from the user, and kept when an update leaves it out.
 */
export function completePolicy({ manifest, before, operation }: Write<PropagationPolicy>): PropagationPolicy {
  const { id, held } = marksOf(manifest)
  const { labels } = manifest.metadata
  const kept = operation === 'CREATE' ? undefined : labels?.[id] || before?.metadata.labels?.[id]
  const marked = withFinalizer(withLabel(manifest, id, kept || crypto.randomUUID()), held)
  return edit(marked, 'spec', (spec) => completeSpec(spec, manifest.metadata.namespace, before?.spec))
}

function* suspensionProblems(suspension: Field<Suspension | undefined>): Problems {
  const somewhere = suspension.at('dispatchingOnClusters').at('clusterNames')
  if (suspension.value?.dispatching && somewhere.items().length > 0) {
    yield somewhere.forbidden('dispatching is suspended everywhere already; set one of the two')
  }
}

/** A policy may only take templates from another when it says which: by name. */
function* preemptionProblems(spec: Field<PropagationSpec>): Problems {
  const preemption = spec.at('preemption')
  yield* oneOf(preemption, ['Always', 'Never'])
  if (preemption.value !== 'Always') return
  for (const selector of spec.at('resourceSelectors').items()) {
    yield* present(selector.at('name'), 'a policy that preempts others has to name what it takes')
  }
}

const idField = (policy: PropagationPolicy, id: string): Field<string | undefined> =>
  new Field(`metadata.labels[${id}]`, policy.metadata.labels?.[id])

/** The expressions by which a policy chooses among clusters. */
function* clusterExpressionProblems({ metadata: { annotations } }: PropagationPolicy): Problems {
  for (const key of clusterExpressionKeys) {
    yield* written(new Field(`metadata.annotations[${key}]`, annotations?.[key]), expression(clusterVariables))
  }
}

const scheduler = (policy: PropagationPolicy): Field<string> => {
  const field = new Field('', policy).at('spec').at('schedulerName')
  return new Field(field.path, field.value ?? 'default-scheduler')
}

/** What a policy says that could not work. */
export function* policyProblems({ manifest, before }: Write<PropagationPolicy>): Problems {
  const { id } = marksOf(manifest)
  const spec = new Field('', manifest).at('spec')
  yield* present(idField(manifest, id))
  const given = before && idField(before, id)
  if (given?.value) yield* unchanged(idField(manifest, id), given)
  yield* clusterExpressionProblems(manifest)
  yield* unchanged(scheduler(manifest), before && scheduler(before))
  yield* present(spec.at('resourceSelectors'), 'a policy selects at least one kind of template')
  yield* resourceSelectorProblems(spec.at('resourceSelectors'), manifest.metadata.namespace)
  yield* preemptionProblems(spec)
  yield* placementProblems(spec.at('placement'))
  yield* failoverProblems(spec.at('failover'), spec.at('propagateDeps').value ?? false)
  yield* suspensionProblems(spec.at('suspension'))
  yield* oneOf(spec.at('conflictResolution'), ['Abort', 'Overwrite'])
  yield* oneOf(spec.at('activationPreference'), ['Lazy'])
  yield* between(spec.at('priority'), -(2 ** 31), 2 ** 31 - 1)
  for (const name of spec.at('dependentOverrides').items()) yield* present(name)
}

export const propagationPolicy = definePlugin({
  name: 'propagation-policy-admission',
  extensions: () => [mutates(kinds, completePolicy), checks(kinds, policyProblems)],
})
