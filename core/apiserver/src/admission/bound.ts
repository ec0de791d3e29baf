import type { Manifest } from '@flotilla/sdk'
import type { Registry, Served } from '../registry/registry.ts'
import type { Change } from '../store/change.ts'
import type { Objects } from '../store/objects.ts'
import type { AnyBinding, AnyPolicy, MatchResources } from './policy.ts'
import { isExempt, type Rule, type Subject, versionAbout } from './rules.ts'
import { isWithin } from './scope.ts'
import type { Write } from './write.ts'

/** A policy that may have to do with a write, and the version of the object it wants to see. */
export interface Bound<P extends AnyPolicy, B extends AnyBinding> {
  readonly policy: P
  readonly binding: B
  readonly served: Served
}

const group = 'admissionregistration.k8s.io'

const byName = (a: Manifest, b: Manifest): number => (a.metadata.name < b.metadata.name ? -1 : 1)

const isNamed = ({ resourceNames = [] }: Rule, { name }: Write): boolean =>
  resourceNames.length === 0 || resourceNames.includes(name)

/** Rules that are about an object of this name. */
const rulesFor = (rules: readonly Rule[] = [], write: Write): readonly Rule[] =>
  rules.filter((rule) => isNamed(rule, write))

/** The policies of one kind that users have bound, as they are now. What may have to do with which write is found out once. */
export class BoundPolicies<P extends AnyPolicy, B extends AnyBinding> {
  readonly objects: Objects
  readonly registry: Registry
  readonly #policies: string
  readonly #bindings: string
  readonly #stop: () => void
  #known = new Map<string, readonly Bound<P, B>[]>()
  #any: boolean | undefined
  #generation = -1

  /** `kept`: the plurals of both. */
  constructor(kept: { readonly policies: string; readonly bindings: string }, objects: Objects, registry: Registry) {
    this.objects = objects
    this.registry = registry
    this.#policies = `${kept.policies}.${group}`
    this.#bindings = `${kept.bindings}.${group}`
    this.#stop = objects.listen((change) => this.#hear(change))
  }

  close(): void {
    this.#stop()
  }

  /** Which of them may have to do with a write. */
  about(subject: Subject & { readonly served: Served }): readonly Bound<P, B>[] {
    this.#any ??= this.objects.list(this.#bindings).length > 0
    if (!this.#any) return []
    if (this.#generation !== this.registry.generation) this.#forget()
    const { operation, served, subresource = '' } = subject
    const key = `${operation} ${served.apiVersion} ${served.plural} ${subresource}`
    const found = this.#known.get(key) ?? this.#find(subject)
    this.#known.set(key, found)
    return found
  }

  #hear({ resource, type, before, object }: Change): void {
    if (resource !== this.#policies && resource !== this.#bindings) return
    if (type === 'MODIFIED' && before?.spec === object.spec) return
    this.#any = undefined
    this.#forget()
  }

  #forget(): void {
    this.#known = new Map()
    this.#generation = this.registry.generation
  }

  #find(subject: Subject & { readonly served: Served }): readonly Bound<P, B>[] {
    if (isExempt(subject.served)) return []
    const all = new Map(this.objects.list(this.#policies).map((policy) => [policy.metadata.name, policy as P])) // they were checked when they were written
    return this.objects
      .list(this.#bindings)
      .toSorted(byName)
      .flatMap((object) => {
        const binding = object as B
        const policy = all.get(binding.spec.policyName)
        const served = policy && this.#version(policy.spec.matchConstraints, subject)
        return served ? [{ policy, binding, served }] : []
      })
  }

  #others(served: Served, { matchPolicy }: MatchResources): readonly Served[] {
    return matchPolicy === 'Exact'
      ? []
      : this.registry.list().filter((other) => other.id === served.id && other !== served)
  }

  #version(match: MatchResources, subject: Subject & { readonly served: Served }): Served | undefined {
    return versionAbout(match.resourceRules ?? [], subject, this.#others(subject.served, match))
  }

  /** Whether it has to do with a write, by what is in it. */
  isMeant(write: Write, { policy, binding }: Bound<P, B>): boolean {
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
    return isWithin(match, this.objects, write)
  }
}
