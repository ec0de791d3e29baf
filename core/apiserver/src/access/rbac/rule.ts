import type { Manifest } from '@flotilla/sdk'
import type { Attributes, PathAttributes, ResourceAttributes } from '../attributes.ts'

/** What a role allows. */
export interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
}

/** A Role or a ClusterRole. */
export interface Role extends Manifest {
  readonly rules?: readonly Rule[]
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly object[] }
}

const all = '*'

const has = (values: readonly string[] | undefined, value: string): boolean =>
  values !== undefined && (values.includes(value) || values.includes(all))

/** `pods/log` is met by itself, by everything, and by the subresource of everything: `*\/log`. */
const hasResource = (resources: readonly string[] | undefined, resource: string, subresource?: string): boolean => {
  if (!subresource) return has(resources, resource)
  return has(resources, `${resource}/${subresource}`) || (resources?.includes(`*/${subresource}`) ?? false)
}

const hasName = (names: readonly string[] | undefined, name: string | undefined): boolean =>
  !names?.length || (name !== undefined && names.includes(name))

const isPathIn = (wanted: string, path: string): boolean =>
  wanted === all || wanted === path || (wanted.endsWith(all) && path.startsWith(wanted.slice(0, -1)))

const allowsResource = (rule: Rule, { group, resource, subresource, name }: ResourceAttributes): boolean =>
  has(rule.apiGroups, group) && hasResource(rule.resources, resource, subresource) && hasName(rule.resourceNames, name)

const allowsPath = ({ nonResourceURLs = [] }: Rule, { path }: PathAttributes): boolean =>
  nonResourceURLs.some((wanted) => isPathIn(wanted, path))

/** Whether a rule allows what is wanted. */
export const allows = (rule: Rule, wanted: Attributes): boolean =>
  has(rule.verbs, wanted.verb) && ('path' in wanted ? allowsPath(rule, wanted) : allowsResource(rule, wanted))

/** Every single thing a rule allows, as a rule. */
const parts = ({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: Rule): Rule[] => {
  const ofPaths = nonResourceURLs.flatMap((path) => verbs.map((verb) => ({ verbs: [verb], nonResourceURLs: [path] })))
  const names = resourceNames.length > 0 ? resourceNames.map((name) => ({ resourceNames: [name] })) : [{}]
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((named) => ({ verbs: [verb], apiGroups: [group], resources: [resource], ...named })),
      ),
    ),
  )
  return [...ofResources, ...ofPaths]
}

const coversResource = (owned: readonly string[] | undefined, resource: string): boolean => {
  const slash = resource.indexOf('/')
  return has(owned, resource) || (slash >= 0 && (owned?.includes(`*${resource.slice(slash)}`) ?? false))
}

const coversNames = (owned: Rule, part: Rule): boolean =>
  !owned.resourceNames?.length || (part.resourceNames?.every((name) => owned.resourceNames?.includes(name)) ?? false)

const coversPart = (owned: Rule, part: Rule): boolean => {
  const [verb = ''] = part.verbs
  if (!has(owned.verbs, verb)) return false
  const [path] = part.nonResourceURLs ?? []
  if (path !== undefined) return (owned.nonResourceURLs ?? []).some((mine) => isPathIn(mine, path))
  const [group = ''] = part.apiGroups ?? []
  const [resource = ''] = part.resources ?? []
  return has(owned.apiGroups, group) && coversResource(owned.resources, resource) && coversNames(owned, part)
}

const merged = (missing: readonly Rule[]): readonly Rule[] =>
  [...Map.groupBy(missing, ({ verbs: _, ...rest }) => JSON.stringify(rest)).values()].map((same) => ({
    ...same[0],
    verbs: same.flatMap(({ verbs }) => verbs),
  }))

/** What some rules allow and others do not, in as few rules as that takes. */
export const beyond = (wanted: readonly Rule[], owned: readonly Rule[]): readonly Rule[] =>
  merged(wanted.flatMap(parts).filter((part) => !owned.some((rule) => coversPart(rule, part))))

const list = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`

/** A rule as Kubernetes shows it to whom it is denied. */
export const ruleText = ({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Rule): string => {
  const fields = [
    ...(apiGroups ? [`APIGroups:${list(apiGroups)}`] : []),
    ...(resources ? [`Resources:${list(resources)}`] : []),
    ...(nonResourceURLs ? [`NonResourceURLs:${list(nonResourceURLs)}`] : []),
    ...(resourceNames ? [`ResourceNames:${list(resourceNames)}`] : []),
    `Verbs:${list(verbs)}`,
  ]
  return `{${fields.join(', ')}}`
}
