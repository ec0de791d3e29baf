import { apiVersionOf, type Group, type Registry, type Served } from '../registry/registry.ts'
import { groupsOf, type Offer } from './groups.ts'

const objectVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'] as const
const subresourceVerbs = ['get', 'patch', 'update'] as const

/** What may be done to objects of a resource. */
export const verbsOf = ({ transient }: Pick<Served, 'transient'>): readonly string[] =>
  transient ? ['create'] : objectVerbs

/** What may be done to every subresource. */
export const verbsOfSubresource: readonly string[] = subresourceVerbs

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

const entry = ({ plural, singular, namespaced, kind, shortNames, categories, storedAs, ...rest }: Served) => ({
  name: plural,
  singularName: singular,
  namespaced,
  kind,
  verbs: verbsOf(rest),
  ...(shortNames.length > 0 && { shortNames }),
  ...(categories.length > 0 && { categories }),
  ...(!rest.transient && {
    storageVersionHash: Buffer.from(`${storedAs}/${kind}`).toString('base64').slice(0, 12),
  }),
})

const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const

/** What may be done with a subresource that leads elsewhere: any method of HTTP. */
export const verbsOfConnection: readonly string[] = ['create', 'delete', 'get', 'patch', 'update']

const subentries = ({ plural, namespaced, kind, subresources, own = [], connects = [], id }: Served) => [
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
    ...answered,
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
  const found = registry.list().filter((served) => served.group === group && served.version === version)
  if (found.length === 0) return undefined
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: found.flatMap((served) => [entry(served), ...subentries(served)]),
  }
}
