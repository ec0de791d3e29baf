import type { ServedKind } from '@flotilla/kube'
import { fieldAt, groupOf, isReservedNamespace, type Kind, type Manifest, wholeName } from '@flotilla/sdk'

/** What is never propagated beside what never is; the names are those of the config file. */
export interface SkippedOptions {
  /** `group`, `group/version`, `group/version/Kind,Kind`; of the core group `v1/Kind,Kind`. By default none. */
  readonly skippedPropagatingApis?: readonly string[]
  /** Regular expressions that match a whole namespace. By default `kube-.*`. */
  readonly skippedPropagatingNamespaces?: readonly string[]
}

type KindName = Pick<Kind, 'apiVersion' | 'kind'>

const ownGroups = new Set([
  'cluster.karmada.io',
  'policy.karmada.io',
  'work.karmada.io',
  'config.karmada.io',
  'networking.karmada.io',
  'autoscaling.karmada.io',
  'remedy.karmada.io',
  'apps.karmada.io',
  'events.k8s.io',
])

const isOwnGroup = (group: string): boolean => ownGroups.has(group) || group.endsWith('.flotilla.dev')

const isOwn = ({ apiVersion, kind }: KindName): boolean =>
  isOwnGroup(groupOf(apiVersion)) ||
  apiVersion === 'coordination.k8s.io/v1' ||
  (apiVersion === 'v1' && kind === 'Event')

const isVersion = (text: string): boolean => /^v\d/.test(text)

/** Whether an entry of `skippedPropagatingApis` names a kind. */
function names(entry: string, { apiVersion, kind }: KindName): boolean {
  const [group = '', ...rest] = entry.split('/')
  if (isVersion(group)) return apiVersion === group && (rest[0]?.split(',').includes(kind) ?? true)
  const [version, kinds] = rest
  if (groupOf(apiVersion) !== group) return false
  if (version !== undefined && apiVersion !== `${group}/${version}`) return false
  return kinds === undefined || kinds.split(',').includes(kind)
}

const needed = ['list', 'watch', 'delete']

/** Whether objects of a kind can be templates. */
export const isPropagated = (kind: ServedKind, { skippedPropagatingApis = [] }: SkippedOptions): boolean =>
  needed.every((verb) => kind.verbs.includes(verb)) &&
  !isOwn(kind) &&
  !skippedPropagatingApis.some((entry) => names(entry, kind))

/** The definition of a kind of Flotilla's own: its controllers are here, and nobody looks at it in a member. */
const definesOwn = ({ kind, spec }: Manifest): boolean =>
  kind === 'CustomResourceDefinition' && isOwnGroup(String(fieldAt(spec, ['group'])))

/** Whether an object stands where nothing is propagated from. The expressions are compiled once. */
export function besides({ skippedPropagatingNamespaces = ['kube-.*'] }: SkippedOptions): (object: Manifest) => boolean {
  const skipped = skippedPropagatingNamespaces.map((each) => wholeName(each, 'skippedPropagatingNamespaces'))
  return (object) => {
    const { apiVersion, kind, metadata } = object
    const { namespace, name } = metadata
    if (definesOwn(object)) return true
    const home = apiVersion === 'v1' && kind === 'Namespace' ? name : namespace
    if (home === undefined) return false
    if (isReservedNamespace(home) || skipped.some((expression) => expression.test(home))) return true
    return home === 'kube-system' && kind === 'ConfigMap' && name === 'extension-apiserver-authentication'
  }
}
