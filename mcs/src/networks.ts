import { isIP } from 'node:net'
import {
  annotation,
  type Cluster,
  definePlugin,
  type EndpointPort,
  endpointsOf,
  on,
  type Service,
  type ServicePort,
  service,
} from '@flotilla/sdk'

const networkOf = ({ metadata: { annotations = {} } }: Cluster): string => annotations[annotation.network] ?? ''

const gatewaysOf = ({ metadata: { annotations = {} } }: Cluster): readonly string[] =>
  (annotations[annotation.gateways] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => isIP(text) !== 0)

/** Where a gateway hands on what is for a port of the Service: at its node port, if it has one. */
const atGateway = ({ name, port, nodePort, protocol = 'TCP' }: ServicePort): EndpointPort => ({
  ...(name && { name }),
  port: nodePort || port,
  protocol,
})

const isUp = (reached: service.Reached): boolean =>
  endpointsOf(reached).some(({ conditions }) => conditions?.ready !== false)

/** One gateway after the other, as many as there are of a family: no more than the endpoints that are behind them. */
function behindGateways(slice: service.Reached, gateways: readonly string[], exported: Service | undefined) {
  const family = slice.addressType === 'IPv6' ? 6 : 4
  const addresses = gateways.filter((address) => isIP(address) === family)
  const ready = isUp(slice)
  return {
    addressType: slice.addressType,
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready } })),
    ports: exported?.spec?.ports?.map(atGateway) ?? slice.ports ?? [],
  }
}

/** Endpoints in another network are reached through the gateways of their cluster. */
function throughGateways({ provider, clusters, slice, exported }: service.Route) {
  const network = networkOf(provider)
  const outside = clusters.filter((cluster) => networkOf(cluster) !== network)
  const gateways = gatewaysOf(provider)
  if (outside.length === 0 || gateways.length === 0) return undefined // who has a dataplane of his own may know a way
  const reach = behindGateways(slice, gateways, exported)
  return Object.fromEntries(outside.map(({ metadata }) => [metadata.name, reach]))
}

/** Endpoints in one network reach each other as they are. */
function directly({ provider, clusters, slice }: service.Route) {
  const { addressType, ports } = slice
  const reach = { addressType, endpoints: endpointsOf(slice), ports: ports ?? [] } // one for all, however many clusters there are
  const inside = clusters.filter((cluster) => networkOf(cluster) === networkOf(provider))
  return Object.fromEntries(inside.map(({ metadata }) => [metadata.name, reach]))
}

export const gatewayNetworks = definePlugin({
  name: 'gateway-networks',
  extensions: () => [on(service.endpoints, throughGateways)],
})

export const flatNetwork = definePlugin({
  name: 'flat-network',
  extensions: () => [on(service.endpoints, directly)],
})
