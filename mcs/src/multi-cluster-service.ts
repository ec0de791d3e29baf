import { definePlugin } from '@flotilla/sdk'
import { collectController } from './collect.ts'
import { dispatchController } from './dispatch.ts'
import { provideController } from './provide.ts'
import { createSpreading } from './spreading.ts'

/** Makes Services reachable from other clusters: MultiClusterService, as Karmada has it. */
export const multiClusterService = definePlugin({
  name: 'multi-cluster-service',
  controllers: (host) => {
    const spreading = createSpreading(host, 'MultiClusterService')
    return [provideController(host), collectController(host, spreading), dispatchController(host, spreading)]
  },
})

/**
 * What the agent of a cluster in pull mode does for Services across clusters: it collects the endpoints that others want of
 * its cluster, as the control plane does of those it reaches.
 */
export const endpointCollection = definePlugin({
  name: 'endpoint-collection',
  controllers: (host) => [collectController(host, createSpreading(host, 'MultiClusterService'))],
})
