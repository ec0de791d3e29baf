import type { Registry, Served } from '../registry/registry.ts'
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

const groupOf = (name: string, versions: readonly string[], served: readonly Served[]) => ({
  metadata: { name, creationTimestamp: null },
  versions: versions.map((version) => ({
    version,
    resources: served.filter((each) => each.version === version).map(resourceOf),
    freshness: 'Current',
  })),
})

/**
 * Everything served, in one document (`apidiscovery.k8s.io`, `version` `v2` or `v2beta1`): of the core group for
 * `/api`, of all other groups for `/apis`.
 */
export const groupDiscoveryList = (registry: Registry, core: boolean, version: string) => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: `apidiscovery.k8s.io/${version}`,
  metadata: {},
  items: registry
    .groups()
    .filter(({ name }) => (name === '') === core)
    .map(({ name, versions }) =>
      groupOf(
        name,
        versions,
        registry.list().filter(({ group }) => group === name),
      ),
    ),
})
