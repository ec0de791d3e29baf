import type { Registry, Served } from '../registry/registry.ts'
import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
import { type Bound, BoundPolicies } from './bound.ts'
import type { Binding, Policy } from './policy.ts'
import { type Objection, objectionsTo } from './verdict.ts'
import { inVersion } from './versions.ts'
import type { Write } from './write.ts'

/** How many steps all policies may take over a write: some ten milliseconds. */
const mostSteps = 2_000_000

/** What the audit log has of objections that refuse nothing. */
const failed = 'validation.policy.admission.k8s.io/validation_failure'

const codes: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 }

/** The policies users have bound that may refuse a write. */
export class Policies extends BoundPolicies<Policy, Binding> {
  constructor(objects: Objects, registry: Registry) {
    super({ policies: 'validatingadmissionpolicies', bindings: 'validatingadmissionpolicybindings' }, objects, registry)
  }

  /** Judges a write; answers what the user should hear. Throws the refusal. */
  async judge(write: Write, about: readonly Bound<Policy, Binding>[]): Promise<readonly string[]> {
    const budget = { steps: mostSteps }
    const warnings: string[] = []
    const failures: object[] = []
    for (const each of about) {
      if (!this.isMeant(write, each)) continue
      const { policy, binding, served } = each
      const seen = await asSeen(write, served)
      const { steps } = budget
      const objections = await write.rights.settle(() => {
        budget.steps = steps
        return [...objectionsTo(seen, served, policy, binding, this, budget)]
      })
      for (const objection of objections) warnings.push(...object(write, policy, binding, objection, failures))
    }
    if (failures.length > 0) write.annotate(failed, JSON.stringify(failures))
    return warnings
  }
}

const asSeen = async (write: Write, served: Served): Promise<Write> => {
  const [object, before] = await Promise.all([
    write.object && inVersion(write.served, served, write.object),
    write.before && inVersion(write.served, served, write.before),
  ])
  return { ...write, ...(object && { object }), ...(before && { before }) }
}

/** What a binding makes of an objection: a refusal, which is thrown, or a warning. */
const object = (
  { served, name }: Write,
  policy: Policy,
  binding: Binding,
  { message, reason = 'Invalid', failed, index }: Objection,
  failures: object[],
): readonly string[] => {
  if (failed && policy.spec.failurePolicy === 'Ignore') return []
  const { validationActions } = binding.spec
  const whose = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`
  if (failed === 'binding' || validationActions.includes('Deny'))
    throw refusal.denied(served, name, `${whose} denied request: ${message}`, reason, codes[reason] ?? 422)
  if (validationActions.includes('Audit')) {
    const whole = { message, policy: policy.metadata.name, binding: binding.metadata.name, expressionIndex: index ?? 0 }
    failures.push({ ...whole, validationActions })
  }
  return validationActions.includes('Warn') ? [`Validation failed for ${whose}: ${message}`] : []
}
