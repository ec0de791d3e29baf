import { definePlugin, type LoadBalancerIngress, type LoadBalancerStatus, on, service } from '@flotilla/sdk'

const textOf = ({ ip = '', hostname = '' }: LoadBalancerIngress): string => `${ip}/${hostname}`

/** What is exposed is reached where the load balancers of its Services are. */
function whereItsServicesAre({ services }: service.Exposure): LoadBalancerStatus | undefined {
  const all = services.flatMap(({ service }) => service.status?.loadBalancer?.ingress ?? [])
  const once = new Map(all.map((ingress) => [textOf(ingress), ingress]))
  if (once.size === 0) return undefined
  return { ingress: [...once].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ingress]) => ingress) }
}

/** Load balancers of the Services themselves, for whoever brings none of his own. */
export const serviceLoadBalancers = definePlugin({
  name: 'service-load-balancers',
  extensions: () => [on(service.expose, whereItsServicesAre)],
})
