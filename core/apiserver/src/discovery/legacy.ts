import { createHash } from 'node:crypto'
import { apiVersionOf, type Group, type Registry, type Served } from '../registry/registry.ts'
import { groupsOf, type Offer } from './groups.ts'

const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const
const objectVerbs = customVerbs.toSorted()
const singleVerbs = objectVerbs.filter((verb) => verb !== 'deletecollection')
const subresourceVerbs = ['get', 'patch', 'update'] as const

/** What may be done to objects of a resource. */
export const verbsOf = ({ transient, custom, id }: Pick<Served, 'transient' | 'custom' | 'id'>): readonly string[] => {
  if (transient) return ['create']
  if (custom) return customVerbs
  return id === 'namespaces' ? singleVerbs : objectVerbs
}

/** What may be done to every subresource. */
export const verbsOfSubresource: readonly string[] = subresourceVerbs

/** In the order of names, as Kubernetes has them. */
export const byName = (served: readonly Served[]): readonly Served[] =>
  served.toSorted((a, b) => (a.plural < b.plural ? -1 : 1))

const groupVersionOf = (group: string, version: string) => ({ groupVersion: apiVersionOf({ group, version }), version })

const groupOf = ({ name, versions }: Group) => {
  const listed = versions.map((version) => groupVersionOf(name, version))
  return { name, versions: listed, preferredVersion: listed[0] }
}

/** `/api`. */
export const apiVersions = (registry: Registry) => ({
  kind: 'APIVersions',
  versions: registry.groups().find(({ name }) => name === '')?.versions ?? [],
  serverAddressByClientCIDRs: [],
})

/** `/apis`. */
export const apiGroupList = (offer: Offer) => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groupsOf(offer)
    .filter(({ name }) => name !== '')
    .map(groupOf),
})

/** `/apis/<group>`; undefined when nothing of the group is served. */
export const apiGroup = (offer: Offer, group: string) => {
  const found = groupsOf(offer).find(({ name }) => name === group)
  return found && group ? { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(found) } : undefined
}

/** Tells clients when a kind is kept in another form. */
const hashOf = ({ storedAs, kind }: Pick<Served, 'storedAs' | 'kind'>): string =>
  createHash('sha256')
    .update(`${storedAs.includes('/') ? '' : '/'}${storedAs}/${kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64')

const entry = ({ plural, singular, namespaced, kind, shortNames, categories, ...rest }: Served) => ({
  name: plural,
  singularName: singular,
  namespaced,
  kind,
  verbs: verbsOf(rest),
  ...(shortNames.length > 0 && { shortNames }),
  ...(categories.length > 0 && { categories }),
  ...(!rest.transient && { storageVersionHash: hashOf({ ...rest, kind }) }),
})

const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const

/** What may be done with a subresource that leads elsewhere: any method of HTTP. */
export const verbsOfConnection: readonly string[] = ['create', 'delete', 'get', 'patch', 'update']

/** The kind of a subresource, where it is of another group or version than what it belongs to. */
const foreign = ({ group, version }: Served, answered: { group: string; version: string; kind: string }): object =>
  answered.group === group && answered.version === version ? { kind: answered.kind } : answered

const subentries = (served: Served) => {
  const all = allSubentries(served)
  return served.custom ? all : all.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

const allSubentries = ({ plural, namespaced, kind, subresources, own = [], connects = [], id, ...served }: Served) => [
  ...subresources.map((subresource) => ({
    name: `${plural}/${subresource}`,
    singularName: '',
    namespaced,
    ...(subresource === 'scale' ? scaleKind : { kind }),
    verbs: subresourceVerbs,
  })),
  ...own.map(({ name, verbs, kind: answered }) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    ...foreign({ ...served, plural, namespaced, kind, subresources, id }, answered),
    verbs,
  })),
  ...connects.map((subresource) => ({
    name: `${plural}/${subresource}`,
    singularName: '',
    namespaced,
    kind,
    verbs: verbsOfConnection,
  })),
  ...(id === 'namespaces'
    ? [{ name: `${plural}/finalize`, singularName: '', namespaced, kind, verbs: ['update'] }]
    : []),
]

/** `/api/v1`, `/apis/<group>/<version>`; undefined when nothing of it is served. */
export const apiResourceList = (registry: Registry, group: string, version: string) => {
  const found = byName(registry.list().filter((served) => served.group === group && served.version === version))
  if (found.length === 0) return undefined
  return {
    kind: 'APIResourceList',
    ...(group && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    resources: found.flatMap((served) => [entry(served), ...subentries(served)]),
  }
}
