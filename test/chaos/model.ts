import { Shop } from './shop.ts'
import type { OverrideSaid, Place, PolicySaid, Said, Selector } from './universe.ts'

export interface Template {
  readonly place: Place
  readonly said: Said
  /** Whether it was made after the last time everything was looked at. */
  readonly isNew: boolean
}

/** A policy or an override policy: with a namespace it is about that only. */
export interface Rule<T> {
  readonly namespace?: string
  readonly name: string
  readonly said: T
}

export interface ClusterSaid {
  readonly zone: string
  readonly isCordoned: boolean
}

/** What users said, and nothing else: what should be follows from it. */
export class Model {
  readonly templates = new Map<string, Template>()
  readonly policies = new Map<string, Rule<PolicySaid>>()
  /** Of Services across clusters. */
  readonly shop = new Shop()
  readonly overrides = new Map<string, Rule<OverrideSaid>>()
  readonly clusters = new Map<string, ClusterSaid>()
  /** Objects of members' own by cluster and place, and their uids. */
  readonly natives = new Map<string, string>()
  /** Whether some policy was allowed to take over what is a member's own. */
  mayOverwrite = false
  /** Namespaces that were deleted: members lose them, too, with what is their own in them. */
  readonly emptied = new Set<string>()
  /** Clusters that were deleted while nobody reached them: they still hold what was brought there. */
  readonly abandoned = new Set<string>()
  /**
   * Whether somebody deleted a Work. That of a namespace leaves the namespace to the next one, which does not come when the
   * namespace is deleted in the same moment.
   */
  hasMeddled = false
  /** Whether policies or overrides changed since the last time everything was looked at. */
  isUnruly = false
  #revision = 0

  next(): number {
    this.#revision += 1
    return this.#revision
  }

  /** Everything was looked at, and was right. */
  calm(): void {
    this.isUnruly = false
    for (const [text, each] of this.templates) this.templates.set(text, { ...each, isNew: false })
  }

  /** A namespace goes with all that is in it. */
  empty(namespace: string): void {
    this.emptied.add(namespace)
    for (const [text, { place }] of this.templates) if (place.namespace === namespace) this.templates.delete(text)
    for (const rules of [this.policies, this.overrides]) {
      for (const [text, rule] of rules as Map<string, Rule<unknown>>)
        if (rule.namespace === namespace) rules.delete(text)
    }
  }
}

export const ruleText = ({ namespace, name }: { readonly namespace?: string; readonly name: string }): string =>
  namespace ? `${namespace}/${name}` : name

/** How narrowly a selector is about a template: 0 not at all, 1 by kind, 2 by label, 3 by name. */
function fitOf({ kind, by, name, app }: Selector, { place, said }: Template): number {
  if (kind !== place.kind) return 0
  if (by === 'all') return 1
  if (by === 'label') return app === said.app ? 2 : 0
  return place.name === name || place.name === `chaos-${name}` || kind === 'CustomResourceDefinition' ? 3 : 0
}

const best = (rule: Rule<PolicySaid>, template: Template): number =>
  Math.max(...rule.said.selectors.map((selector) => fitOf(selector, template)))

export const selects = (rule: Rule<PolicySaid>, template: Template): boolean =>
  (rule.namespace === undefined || rule.namespace === template.place.namespace) && best(rule, template) > 0

/** The policies that select a template. */
export const candidates = ({ policies }: Model, template: Template): readonly Rule<PolicySaid>[] =>
  [...policies.values()].filter((rule) => selects(rule, template))

/** Whether a policy takes a template from the one that has it. */
export function preempts(rule: Rule<PolicySaid>, holder: Rule<PolicySaid>): boolean {
  if (!rule.said.preempts) return false
  if ((rule.namespace === undefined) !== (holder.namespace === undefined)) return rule.namespace !== undefined
  return rule.said.priority > holder.said.priority
}

/** The policy that a new template gets. */
export function chosen(rules: readonly Rule<PolicySaid>[], template: Template): Rule<PolicySaid> | undefined {
  const near = rules.filter(({ namespace }) => namespace !== undefined)
  const scope = near.length > 0 ? near : rules
  return scope.toSorted(
    (a, b) => b.said.priority - a.said.priority || best(b, template) - best(a, template) || (a.name < b.name ? -1 : 1),
  )[0]
}

/** Whether a policy means a cluster. */
export function means({ where: { by, names, zone } }: PolicySaid, name: string, cluster: ClusterSaid): boolean {
  if (by === 'all') return true
  return by === 'names' ? names.includes(name) : cluster.zone === zone
}
