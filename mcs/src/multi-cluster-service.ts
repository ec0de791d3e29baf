import { definePlugin } from '@flotilla/sdk'
import { collectController } from './collect.ts'
import { dispatchController } from './dispatch.ts'
import { provideController } from './provide.ts'

/** Makes Services reachable from other clusters: MultiClusterService, as Karmada has it. */
export const multiClusterService = definePlugin({
  name: 'multi-cluster-service',
  controllers: (host) => [provideController(host), collectController(host), dispatchController(host)],
})
