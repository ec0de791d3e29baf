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
