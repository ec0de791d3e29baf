import { definePlugin, type Plugin } from '@flotilla/sdk'
import { clusterset } from './clusterset.ts'
import { collectController } from './collect.ts'
import { exportableServices } from './exportable.ts'
import { exposure } from './exposure.ts'
import { ingressAdmission } from './ingress-admission.ts'
import { serviceLoadBalancers } from './load-balancers.ts'
import { multiClusterService } from './multi-cluster-service.ts'
import { flatNetwork, gatewayNetworks } from './networks.ts'
import { serviceAdmission } from './service-admission.ts'
import { serviceImport } from './service-import.ts'
import { createSpreading } from './spreading.ts'

/** Services and ingresses across clusters. */
export const mcsPlugins: readonly Plugin[] = [
  serviceAdmission,
  ingressAdmission,
  // service: what is exported, how it is reached, where it is exposed
  exportableServices,
  gatewayNetworks,
  flatNetwork,
  serviceLoadBalancers,
  // beside the pipeline
  multiClusterService,
  serviceImport,
  clusterset,
  exposure,
]

/**
 * What the agent of a cluster in pull mode does for Services across clusters: it collects the endpoints that others want of
 * its cluster, as the control plane does of those it reaches.
 */
export const endpointCollection = definePlugin({
  name: 'endpoint-collection',
  controllers: (host) => [collectController(host, createSpreading(host, 'MultiClusterService'))],
})
