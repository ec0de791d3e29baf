import { ApiError, type Client } from '@flotilla/sdk'
import type { ServedKind } from './discovery.ts'

/** `APIGroupDiscoveryList` of apidiscovery.k8s.io: all groups in one answer, the preferred version of each first. */
interface GroupDiscoveryList {
  readonly kind: 'APIGroupDiscoveryList'
  readonly items: readonly GroupDiscovery[]
}

interface GroupDiscovery {
  /** Without a name: the core group. */
  readonly metadata?: { readonly name?: string }
  readonly versions?: readonly VersionDiscovery[]
}

interface VersionDiscovery {
  readonly version: string
  readonly resources?: readonly {
    readonly resource: string
    readonly responseKind?: { readonly kind?: string } | null
    readonly scope: 'Namespaced' | 'Cluster'
    readonly verbs?: readonly string[]
    readonly shortNames?: readonly string[]
  }[]
}

/** `APIGroupList`: what groups and versions there are, each to be asked for. */
interface GroupList {
  readonly groups?: readonly {
    readonly versions: readonly { readonly groupVersion: string }[]
    readonly preferredVersion?: { readonly groupVersion: string }
  }[]
}

/** `APIResourceList`: what one version serves. Subresources have a slash in their name. */
interface ResourceList {
  readonly resources?: readonly {
    readonly name: string
    readonly kind: string
    readonly namespaced: boolean
    readonly verbs?: readonly string[]
    readonly shortNames?: readonly string[]
  }[]
}

const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',')

const none: readonly string[] = []

const isAggregated = (body: unknown): body is GroupDiscoveryList =>
  typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'APIGroupDiscoveryList'

const kindsOfVersion = (group: string, { version, resources = [] }: VersionDiscovery): readonly ServedKind[] =>
  resources.flatMap(({ resource, responseKind, scope, verbs = none, shortNames }) => {
    const apiVersion = group ? `${group}/${version}` : version
    const kind = responseKind?.kind
    return kind ? [{ apiVersion, kind, plural: resource, scope, verbs, ...(shortNames && { shortNames }) }] : []
  })

const kindsOfGroups = ({ items }: GroupDiscoveryList): readonly ServedKind[] =>
  items.flatMap(({ metadata, versions = [] }) =>
    versions.flatMap((version) => kindsOfVersion(metadata?.name ?? '', version)),
  )

const kindsOfList = (apiVersion: string, { resources = [] }: ResourceList): readonly ServedKind[] =>
  resources.flatMap(({ name: plural, kind, namespaced, verbs = none, shortNames }) => {
    if (plural.includes('/')) return []
    const scope = namespaced ? 'Namespaced' : 'Cluster'
    return [{ apiVersion, kind, plural, scope, verbs, ...(shortNames && { shortNames }) }]
  })

/** The versions of all groups, the preferred one of each first. */
const versionsOf = ({ groups = [] }: GroupList): readonly string[] =>
  groups.flatMap(({ versions, preferredVersion }) => [
    ...new Set(
      [preferredVersion?.groupVersion, ...versions.map(({ groupVersion }) => groupVersion)].filter(
        (v) => v !== undefined,
      ),
    ),
  ])

/** A group whose server is down, or one that went meanwhile, serves nothing; the others do. */
async function kindsAt(
  client: Client,
  path: string,
  apiVersion: string,
  signal: AbortSignal | undefined,
): Promise<readonly ServedKind[]> {
  try {
    const { body } = await client.raw({ path, signal })
    return kindsOfList(apiVersion, body as ResourceList) // discovery says so in its type
  } catch (error) {
    if (error instanceof ApiError) return []
    throw error
  }
}

async function kindsUnder(
  client: Client,
  path: '/api' | '/apis',
  signal: AbortSignal | undefined,
): Promise<readonly ServedKind[]> {
  const { body } = await client.raw({ path, accept: aggregated, signal })
  if (isAggregated(body)) return kindsOfGroups(body)
  const versions = path === '/api' ? ((body as { versions?: string[] }).versions ?? []) : versionsOf(body as GroupList) // APIVersions
  const found = await Promise.all(versions.map((version) => kindsAt(client, `${path}/${version}`, version, signal)))
  return found.flat()
}

/** Asks a server for everything it serves: two requests where it can aggregate, else one for each version of a group. */
export async function servedKinds(client: Client, signal?: AbortSignal): Promise<readonly ServedKind[]> {
  const [core, groups] = await Promise.all([kindsUnder(client, '/api', signal), kindsUnder(client, '/apis', signal)])
  return Object.freeze([...core, ...groups])
}
