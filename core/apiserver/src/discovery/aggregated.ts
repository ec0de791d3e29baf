import type { Foreign } from '../aggregation/foreign.ts'
import type { Group, Served } from '../registry/registry.ts'
import { groupsOf, type Offer } from './groups.ts'
import { byName, verbsOf, verbsOfConnection, verbsOfSubresource } from './legacy.ts'

interface Kind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** A kind as it is said of a resource: of a built-in one, group and version only where they are others. */
const said = ({ custom, group, version }: Served, kind: Kind): Kind =>
  !custom && kind.group === group && kind.version === version
    ? { group: '', version: '', kind: kind.kind }
    : { group: kind.group, version: kind.version, kind: kind.kind }

const kindOf = (served: Served): Kind => said(served, served)

const subresourcesOf = (served: Served) => {
  const usual = served.subresources.map((subresource) => ({
    subresource,
    responseKind: subresource === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : kindOf(served),
    verbs: verbsOfSubresource,
  }))
  const own = (served.own ?? []).map(({ name, kind, verbs }) => ({
    subresource: name,
    responseKind: said(served, kind),
    verbs,
  }))
  const { connects = [] } = served
  const elsewhere = connects.map((name) => ({
    subresource: name,
    responseKind: kindOf(served),
    verbs: verbsOfConnection,
  }))
  const all = [...usual, ...own, ...elsewhere]
  const more =
    served.id === 'namespaces' ? [{ subresource: 'finalize', responseKind: kindOf(served), verbs: ['update'] }] : []
  return served.custom ? all : [...all, ...more].toSorted((a, b) => (a.subresource < b.subresource ? -1 : 1))
}

const resourceOf = (served: Served) => {
  const { plural, singular, namespaced, shortNames, categories } = served
  const subresources = subresourcesOf(served)
  return {
    resource: plural,
    responseKind: kindOf(served),
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: verbsOf(served),
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources }),
  }
}

const versionOf = (version: string, served: readonly Served[], foreign: readonly Foreign[]) => {
  const other = foreign.find((each) => each.version === version)
  if (other?.isStale) return { version, freshness: 'Stale' }
  const own = byName(served.filter((each) => each.version === version))
  return { version, resources: other?.resources ?? own.map(resourceOf), freshness: 'Current' }
}

const groupOf = ({ registry, foreign }: Offer, { name, versions }: Group) => {
  const served = registry.list().filter(({ group }) => group === name)
  const others = foreign.filter(({ group }) => group === name)
  return {
    metadata: name ? { name } : {},
    versions: versions.map((version) => versionOf(version, served, others)),
  }
}

/**
 * Everything served, in one document (`apidiscovery.k8s.io`, `version` `v2` or `v2beta1`): of the core group for
 * `/api`, of all other groups for `/apis`.
 */
export const groupDiscoveryList = (offer: Offer, core: boolean, version: string) => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: groupsOf(offer)
    .filter(({ name }) => (name === '') === core)
    .map((group) => groupOf(offer, group)),
})
