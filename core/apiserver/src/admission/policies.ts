import type { Manifest } from '@flotilla/sdk'
import type { Registry, Served } from '../registry/registry.ts'
import { refusal } from '../status.ts'
import type { Change } from '../store/change.ts'
import type { Objects } from '../store/objects.ts'
import type { Binding, MatchResources, Policy } from './policy.ts'
import { isExempt, type Rule, type Subject, versionAbout } from './rules.ts'
import { isWithin } from './scope.ts'
import { type Objection, objectionsTo } from './verdict.ts'
import { inVersion } from './versions.ts'
import type { Write } from './write.ts'

const policies = 'validatingadmissionpolicies.admissionregistration.k8s.io'
const bindings = 'validatingadmissionpolicybindings.admissionregistration.k8s.io'

/** A policy that may have to do with a write, and the version of the object it wants to see. */
interface Bound {
  readonly policy: Policy
  readonly binding: Binding
  readonly served: Served
}

const nobody: readonly Bound[] = []

/** How many steps all policies may take over a write: some ten milliseconds. */
const mostSteps = 2_000_000

const byName = (a: Manifest, b: Manifest): number => (a.metadata.name < b.metadata.name ? -1 : 1)

/** They were checked when they were written. */
const asPolicy = (object: Manifest): Policy => object as Policy
const asBinding = (object: Manifest): Binding => object as Binding

const isNamed = ({ resourceNames = [] }: Rule, { name }: Write): boolean =>
  resourceNames.length === 0 || resourceNames.includes(name)

/** Rules that are about an object of this name. */
const rulesFor = (rules: readonly Rule[] = [], write: Write): readonly Rule[] =>
  rules.filter((rule) => isNamed(rule, write))

/** What the audit log has of objections that refuse nothing. */
const failed = 'validation.policy.admission.k8s.io/validation_failure'

const codes: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 }

/** The policies users have bound, as they are now. What may have to do with which write is found out once. */
export class Policies {
  readonly #objects: Objects
  readonly #registry: Registry
  readonly #stop: () => void
  #known = new Map<string, readonly Bound[]>()
  #any: boolean | undefined
  #generation = -1

  constructor(objects: Objects, registry: Registry) {
    this.#objects = objects
    this.#registry = registry
    this.#stop = objects.listen((change) => this.#hear(change))
  }

  close(): void {
    this.#stop()
  }

  /** Which of them may have to do with a write. */
  about(subject: Subject & { readonly served: Served }): readonly Bound[] {
    this.#any ??= this.#objects.list(bindings).length > 0
    if (!this.#any) return nobody
    if (this.#generation !== this.#registry.generation) this.#forget()
    const { operation, served, subresource = '' } = subject
    const key = `${operation} ${served.apiVersion} ${served.plural} ${subresource}`
    const found = this.#known.get(key) ?? this.#find(subject)
    this.#known.set(key, found)
    return found
  }

  /** Judges a write; answers what the user should hear. Throws the refusal. */
  async judge(write: Write, about: readonly Bound[]): Promise<readonly string[]> {
    const budget = { steps: mostSteps }
    const warnings: string[] = []
    const failures: object[] = []
    for (const { policy, binding, served } of about) {
      if (!this.#isMeant(write, policy, binding)) continue
      const seen = await asSeen(write, served)
      const { steps } = budget
      const objections = await write.rights.settle(() => {
        budget.steps = steps
        return [...objectionsTo(seen, served, policy, binding, this.#surroundings, budget)]
      })
      for (const objection of objections) warnings.push(...object(write, policy, binding, objection, failures))
    }
    if (failures.length > 0) write.annotate(failed, JSON.stringify(failures))
    return warnings
  }

  get #surroundings() {
    return { objects: this.#objects, registry: this.#registry }
  }

  #hear({ resource, type, before, object }: Change): void {
    if (resource !== policies && resource !== bindings) return
    if (type === 'MODIFIED' && before?.spec === object.spec) return
    this.#any = undefined
    this.#forget()
  }

  #forget(): void {
    this.#known = new Map()
    this.#generation = this.#registry.generation
  }

  #find(subject: Subject & { readonly served: Served }): readonly Bound[] {
    if (isExempt(subject.served)) return nobody
    const all = new Map(this.#objects.list(policies).map((policy) => [policy.metadata.name, asPolicy(policy)]))
    return this.#objects
      .list(bindings)
      .toSorted(byName)
      .flatMap((object) => {
        const binding = asBinding(object)
        const policy = all.get(binding.spec.policyName)
        const served = policy && this.#version(policy.spec.matchConstraints, subject)
        return served ? [{ policy, binding, served }] : []
      })
  }

  #others(served: Served, { matchPolicy }: MatchResources): readonly Served[] {
    return matchPolicy === 'Exact'
      ? []
      : this.#registry.list().filter((other) => other.id === served.id && other !== served)
  }

  #version(match: MatchResources, subject: Subject & { readonly served: Served }): Served | undefined {
    return versionAbout(match.resourceRules ?? [], subject, this.#others(subject.served, match))
  }

  #isMeant(write: Write, policy: Policy, binding: Binding): boolean {
    const { matchConstraints } = policy.spec
    const { matchResources } = binding.spec
    return this.#matches(matchConstraints, write) && (!matchResources || this.#matches(matchResources, write))
  }

  #matches(match: MatchResources, write: Write): boolean {
    const { resourceRules = [], excludeResourceRules } = match
    const others = this.#others(write.served, match)
    const excluded = rulesFor(excludeResourceRules, write)
    if (excluded.length > 0 && versionAbout(excluded, write, others)) return false
    if (resourceRules.length > 0 && !versionAbout(rulesFor(resourceRules, write), write, others)) return false
    return isWithin(match, this.#objects, write)
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
