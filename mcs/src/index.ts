import type { Plugin } from '@flotilla/sdk'
import { clusterset } from './clusterset.ts'
import { exportableServices } from './exportable.ts'
import { exposure } from './exposure.ts'
import { ingressAdmission } from './ingress-admission.ts'
import { serviceLoadBalancers } from './load-balancers.ts'
import { multiClusterService } from './multi-cluster-service.ts'
import { flatNetwork, gatewayNetworks } from './networks.ts'
import { serviceAdmission } from './service-admission.ts'
import { serviceImport } from './service-import.ts'

export { endpointCollection } from './multi-cluster-service.ts'

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
