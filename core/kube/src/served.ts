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
  /** `Stale`: its own server does not answer, and this is what it said before, if anything. */
  readonly freshness?: 'Current' | 'Stale'
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

/** What a server says that it serves. */
export interface Served {
  readonly kinds: readonly ServedKind[]
  /** Group-versions of which it could not say, or not lately, what is in them: their own server is down. */
  readonly missing: readonly string[]
}

const isAggregated = (body: unknown): body is GroupDiscoveryList =>
  typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'APIGroupDiscoveryList'

const kindsOfVersion = (group: string, { version, resources = [] }: VersionDiscovery): readonly ServedKind[] =>
  resources.flatMap(({ resource, responseKind, scope, verbs = none, shortNames }) => {
    const apiVersion = group ? `${group}/${version}` : version
    const kind = responseKind?.kind
    return kind ? [{ apiVersion, kind, plural: resource, scope, verbs, ...(shortNames && { shortNames }) }] : []
  })

function servedByGroups({ items }: GroupDiscoveryList): Served {
  const versions = items.flatMap(({ metadata, versions = [] }) =>
    versions.map((version) => [metadata?.name ?? '', version] as const),
  )
  const stale = versions.filter(([, { freshness }]) => freshness === 'Stale')
  return {
    kinds: versions.flatMap(([group, version]) => kindsOfVersion(group, version)),
    missing: stale.map(([group, { version }]) => `${group}/${version}`),
  }
}

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

/** A group whose server is down serves nothing, and one that went meanwhile is not missed; the others do. */
async function servedAt(
  client: Client,
  path: string,
  apiVersion: string,
  signal: AbortSignal | undefined,
): Promise<Served> {
  try {
    const { body } = await client.raw({ path, signal })
    return { kinds: kindsOfList(apiVersion, body as ResourceList), missing: none } // discovery says so in its type
  } catch (error) {
    if (error instanceof ApiError) return { kinds: [], missing: error.code === 404 ? none : [apiVersion] }
    throw error
  }
}

const together = (parts: readonly Served[]): Served => ({
  kinds: Object.freeze(parts.flatMap(({ kinds }) => kinds)),
  missing: Object.freeze(parts.flatMap(({ missing }) => missing)),
})

async function servedUnder(client: Client, path: '/api' | '/apis', signal: AbortSignal | undefined): Promise<Served> {
  const { body } = await client.raw({ path, accept: aggregated, signal })
  if (isAggregated(body)) return servedByGroups(body)
  const versions = path === '/api' ? ((body as { versions?: string[] }).versions ?? []) : versionsOf(body as GroupList) // APIVersions
  return together(await Promise.all(versions.map((version) => servedAt(client, `${path}/${version}`, version, signal))))
}

/** Asks a server for everything it serves: two requests where it can aggregate, else one for each version of a group. */
export const servedBy = async (client: Client, signal?: AbortSignal): Promise<Served> =>
  together(await Promise.all([servedUnder(client, '/api', signal), servedUnder(client, '/apis', signal)]))
