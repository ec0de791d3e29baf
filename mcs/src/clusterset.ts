import { definePlugin } from '@flotilla/sdk'
import { clustersetController } from './clusterset/controller.ts'

/** The multi-cluster services API of the SIG: what one member exports, every member with the namespace imports. */
export const clusterset = definePlugin({
  name: 'clusterset',
  controllers: (host) => [clustersetController(host)],
})
