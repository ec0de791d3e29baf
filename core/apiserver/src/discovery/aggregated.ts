import type { Foreign } from '../aggregation/foreign.ts'
import type { Group, Served } from '../registry/registry.ts'
import { groupsOf, type Offer } from './groups.ts'
import { verbsOf, verbsOfConnection, verbsOfSubresource } from './legacy.ts'

const kindOf = ({ group, version, kind }: { group: string; version: string; kind: string }) => ({
  group,
  version,
  kind,
})

const subresourcesOf = (served: Served) => {
  const usual = served.subresources.map((subresource) => ({
    subresource,
    responseKind: subresource === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : kindOf(served),
    verbs: verbsOfSubresource,
  }))
  const own = (served.own ?? []).map(({ name, kind, verbs }) => ({ subresource: name, responseKind: kind, verbs }))
  const { connects = [] } = served
  const elsewhere = connects.map((name) => ({
    subresource: name,
    responseKind: kindOf(served),
    verbs: verbsOfConnection,
  }))
  const all = [...usual, ...own, ...elsewhere]
  if (served.id !== 'namespaces') return all
  return [...all, { subresource: 'finalize', responseKind: kindOf(served), verbs: ['update'] }]
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
  const own = served.filter((each) => each.version === version)
  return { version, resources: other?.resources ?? own.map(resourceOf), freshness: 'Current' }
}

const groupOf = ({ registry, foreign }: Offer, { name, versions }: Group) => {
  const served = registry.list().filter(({ group }) => group === name)
  const others = foreign.filter(({ group }) => group === name)
  return {
    metadata: { name, creationTimestamp: null },
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
