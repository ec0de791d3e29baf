import { type Cluster, type Endpoint, endpointsOf, isReadyEndpoint, type service } from '@flotilla/sdk'
import { onceEach } from './once-each.ts'

type Endpoints = readonly Endpoint[]

/** Where a cluster is. */
export interface Place {
  readonly cluster: string
  /** Empty: nobody said. */
  readonly region: string
  readonly zones: readonly string[]
}

/** Endpoints, and where they are unless they say so themselves. */
export interface Source {
  readonly place: Place
  readonly endpoints: Endpoints
}

/** What a node can be labelled with: no other zone can be meant by a hint. */
const isZone = (text: string): boolean => /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(text)

export const placeOf = ({ metadata, spec: { region = '', zone = '', zones = [] } }: Cluster): Place => ({
  cluster: metadata.name,
  region,
  zones: [...new Set([...zones, zone])].filter(isZone),
})

const preferences: readonly string[] = ['PreferClose', 'PreferSameZone', 'PreferSameNode']

/** Whether a Service is to be reached near by. Nodes are not shared by clusters: the same node is as good as the same zone. */
export const prefersNear = (trafficDistribution: string | undefined): boolean =>
  preferences.includes(trafficDistribution ?? '')

const zonesOf = ({ zone = '' }: Endpoint, { zones }: Place): readonly string[] => (isZone(zone) ? [zone] : zones)

/** From a zone of a cluster: 0 in that zone, 1 in the region (or the cluster) of it, 2 elsewhere. */
function distance(zone: string, to: Place, endpoint: Endpoint, from: Place): number {
  if (zonesOf(endpoint, from).includes(zone)) return 0
  return from.cluster === to.cluster || (from.region !== '' && from.region === to.region) ? 1 : 2
}

/** How far the nearest ready endpoint is from a zone. */
const nearest = (zone: string, to: Place, sources: readonly Source[]): number =>
  Math.min(
    ...sources.flatMap(({ place, endpoints }) =>
      endpoints.filter(isReadyEndpoint).map((endpoint) => distance(zone, to, endpoint, place)),
    ),
  )

/** A slice cannot name more for one endpoint. */
const mostHints = 8

/**
 * Says of endpoints for which zones of a cluster they are meant: those they are in, and those of which nobody is nearer. Each
 * has a hint, were it for a zone that is nowhere: kube-proxy heeds none when one endpoint is without.
 */
export function hintsFor(to: Place, sources: readonly Source[]): (source: Source) => Endpoints {
  const reach = to.zones.map((zone) => ({ zone, within: nearest(zone, to, sources) }))
  const zonesFor = (endpoint: Endpoint, from: Place): readonly string[] => {
    const near = reach.filter(({ zone, within }) => distance(zone, to, endpoint, from) <= within)
    const zones = [...new Set([...zonesOf(endpoint, from), ...near.map(({ zone }) => zone)])]
    return zones.length > 0 ? zones.slice(0, mostHints) : [from.cluster]
  }
  return ({ endpoints, place }) =>
    endpoints.map(({ hints: _, ...endpoint }) => ({
      ...endpoint,
      hints: { forZones: zonesFor(endpoint, place).map((name) => ({ name })) },
    }))
}

/** A slice that says nothing of who is near: that was said in another cluster. The same when it did not. */
export const unhinted = onceEach((reached: service.Reached): service.Reached => {
  const endpoints = endpointsOf(reached)
  if (!endpoints.some(({ hints }) => hints)) return reached
  return { ...reached, endpoints: endpoints.map(({ hints: _, ...endpoint }) => endpoint) }
})

/** Where somebody is ready, as a text: as long as it is the same, nobody else's hints are others. */
export const placesText = (endpoints: Endpoints = []): string =>
  [...new Set(endpoints.filter(isReadyEndpoint).map(({ zone = '' }) => zone))].sort().join(',')
