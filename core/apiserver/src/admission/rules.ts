import type { Served } from '../registry/registry.ts'
import type { Operation } from './write.ts'

/** What a webhook or a policy is about. */
export interface Rule {
  readonly operations?: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly apiVersions?: readonly string[]
  readonly resources?: readonly string[]
  readonly scope?: string
  readonly resourceNames?: readonly string[]
}

/** What is written, as rules speak of it. */
export interface Subject {
  readonly operation: Operation
  readonly served: Pick<Served, 'group' | 'version' | 'plural' | 'namespaced' | 'id'>
  readonly subresource?: string
}

const has = (words: readonly string[] | undefined, word: string): boolean =>
  words !== undefined && (words.includes('*') || words.includes(word))

const isResource = (pattern: string, { served: { plural }, subresource }: Subject): boolean => {
  const [resource = '', sub] = pattern.split('/', 2)
  if (resource !== '*' && resource !== plural) return false
  if (sub === undefined) return subresource === undefined
  return sub === '*' || sub === subresource
}

/** A Namespace itself is of the cluster. */
const isScope = (scope: string | undefined, { served: { namespaced } }: Subject): boolean =>
  scope === undefined || scope === '*' || (scope === 'Namespaced') === namespaced

/** Whether a rule is about a write, in the very version of the request. */
export const isAbout = (rule: Rule, subject: Subject): boolean =>
  has(rule.apiGroups, subject.served.group) &&
  has(rule.apiVersions, subject.served.version) &&
  has(rule.operations, subject.operation) &&
  (rule.resources ?? []).some((pattern) => isResource(pattern, subject)) &&
  isScope(rule.scope, subject)

const ofAdmission: ReadonlySet<string> = new Set([
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
])

/** What says who is asked is never asked about: nobody could mend it. */
export const isExempt = ({ id }: Pick<Served, 'id'>): boolean => ofAdmission.has(id)

/**
 * The version of a resource that rules are about: that of the request, or, for `Equivalent`, another one that its objects
 * can be shown in. Undefined when they are about something else.
 */
export const versionAbout = (
  rules: readonly Rule[],
  subject: Subject & { readonly served: Served },
  others: readonly Served[],
): Served | undefined => {
  if (rules.some((rule) => isAbout(rule, subject))) return subject.served
  return others.find((served) => rules.some((rule) => isAbout(rule, { ...subject, served })))
}
