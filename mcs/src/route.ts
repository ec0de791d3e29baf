import {
  type Cluster,
  type EndpointSlice,
  type Host,
  type Key,
  type PerCluster,
  type Service,
  service,
} from '@flotilla/sdk'

/** A slice on its way to other clusters. */
export interface Journey {
  readonly of: Key
  readonly exported: Service | undefined
  readonly provider: Cluster
  readonly slice: EndpointSlice
  readonly to: readonly Cluster[]
}

/** How the endpoints of a slice are reached from other clusters. */
export async function reaches(
  { ask }: Pick<Host, 'ask'>,
  { of, exported, provider, slice, to }: Journey,
): Promise<PerCluster<service.Reached>> {
  if (to.length === 0) return {}
  const route = { service: of, provider, slice, clusters: to, ...(exported && { exported }) }
  return ask(service.endpoints, route)
}
