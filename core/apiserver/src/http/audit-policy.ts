import type { Attributes, ResourceAttributes } from '../access/attributes.ts'
import { isObject } from '../registry/json-path.ts'

export const auditLevels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const

/** How much is written of a request. */
export type AuditLevel = (typeof auditLevels)[number]

/** A stage of a request that an event may be about. */
const stages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']

interface Resources {
  readonly group?: string
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
}

interface AuditRule {
  readonly level: AuditLevel
  readonly users?: readonly string[]
  readonly userGroups?: readonly string[]
  readonly verbs?: readonly string[]
  readonly resources?: readonly Resources[]
  readonly namespaces?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly omitStages?: readonly string[]
}

/** What is written of which requests, as a Policy of `audit.k8s.io/v1` has it: the first rule that fits says so. */
export interface AuditPolicy {
  readonly rules: readonly AuditRule[]
  readonly omitStages?: readonly string[]
}

const lists = ['users', 'userGroups', 'verbs', 'namespaces', 'nonResourceURLs', 'omitStages'] as const
const known: ReadonlySet<string> = new Set(['level', 'resources', 'omitManagedFields', ...lists])

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === 'string')

const isResources = (value: unknown): boolean =>
  isObject(value) &&
  Object.keys(value).every((key) => ['group', 'resources', 'resourceNames'].includes(key)) &&
  [value.resources, value.resourceNames].every((each) => each === undefined || isTexts(each))

const wrongWith = (rule: unknown, at: string): readonly string[] => {
  if (!isObject(rule)) return [`${at}: is no rule`]
  const { level, resources, nonResourceURLs, namespaces, omitStages } = rule
  const strange = isTexts(omitStages) ? (omitStages as string[]).filter((stage) => !stages.includes(stage)) : []
  return [
    ...Object.keys(rule).flatMap((key) => (known.has(key) ? [] : [`${at}: there is no field ${key}`])),
    ...(auditLevels.includes(level as AuditLevel) ? [] : [`${at}.level: has to be one of ${auditLevels.join(', ')}`]),
    ...lists.flatMap((key) =>
      rule[key] === undefined || isTexts(rule[key]) ? [] : [`${at}.${key}: has to be a list of texts`],
    ),
    ...(resources === undefined || (Array.isArray(resources) && resources.every(isResources))
      ? []
      : [`${at}.resources: has to be a list of group, resources and resourceNames`]),
    ...(nonResourceURLs !== undefined && (resources !== undefined || namespaces !== undefined)
      ? [`${at}.nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs`]
      : []),
    ...strange.map((stage) => `${at}.omitStages: there is no stage ${stage}`),
  ]
}

/** The policy in a document. Throws an `Error` with all that is wrong with it. */
export function readAuditPolicy(document: unknown): AuditPolicy {
  const { apiVersion, kind, rules, omitStages } = isObject(document) ? document : {}
  const wrong = [
    ...(kind === 'Policy' && apiVersion === 'audit.k8s.io/v1' ? [] : ['it is no Policy of audit.k8s.io/v1']),
    ...(Array.isArray(rules) && rules.length > 0 ? [] : ['rules: has to have at least one rule']),
    ...(Array.isArray(rules) ? rules.flatMap((rule, i) => wrongWith(rule, `rules[${i}]`)) : []),
    ...(omitStages === undefined || isTexts(omitStages) ? [] : ['omitStages: has to be a list of texts']),
  ]
  if (wrong.length > 0) throw new Error(wrong.join('; '))
  return document as unknown as AuditPolicy // it was just looked at
}

const has = (words: readonly string[] | undefined, word: string): boolean => !words?.length || words.includes(word)

const isPath = (pattern: string, path: string): boolean =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path

const isNamed = (pattern: string, { resource, subresource }: ResourceAttributes): boolean => {
  if (pattern === '*') return true
  const [plural, sub] = pattern.split('/', 2)
  if (plural !== '*' && plural !== resource) return false
  return sub === undefined ? subresource === undefined : sub === '*' ? subresource !== undefined : sub === subresource
}

const isMeant = ({ group = '', resources = [], resourceNames = [] }: Resources, wanted: ResourceAttributes): boolean =>
  group === wanted.group &&
  (resources.length === 0 || resources.some((pattern) => isNamed(pattern, wanted))) &&
  (resourceNames.length === 0 || resourceNames.includes(wanted.name ?? ''))

const isAbout = (rule: AuditRule, wanted: Attributes): boolean => {
  const { resources = [], namespaces = [], nonResourceURLs = [] } = rule
  if ('path' in wanted) {
    if (resources.length > 0 || namespaces.length > 0) return false
    return nonResourceURLs.length === 0 || nonResourceURLs.some((pattern) => isPath(pattern, wanted.path))
  }
  if (nonResourceURLs.length > 0) return false
  return (
    has(namespaces, wanted.namespace ?? '') &&
    (resources.length === 0 || resources.some((each) => isMeant(each, wanted)))
  )
}

const isFitting = (rule: AuditRule, wanted: Attributes): boolean =>
  has(rule.users, wanted.user.name) &&
  (!rule.userGroups?.length || wanted.user.groups.some((group) => rule.userGroups?.includes(group))) &&
  has(rule.verbs, wanted.verb) &&
  isAbout(rule, wanted)

/** How much is written of a request, and of which stages nothing is. */
export interface Wanted {
  readonly level: AuditLevel
  readonly omits: readonly string[]
}

/** What a policy wants to be written; of what no rule is about, nothing is. */
export const wantedBy = ({ rules, omitStages = [] }: AuditPolicy, asked: Attributes): Wanted => {
  const rule = rules.find((each) => isFitting(each, asked))
  return { level: rule?.level ?? 'None', omits: [...omitStages, ...(rule?.omitStages ?? [])] }
}
