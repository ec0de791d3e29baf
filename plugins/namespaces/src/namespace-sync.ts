import { apply, definePlugin, on } from '@flotilla/sdk'
import { skipping } from './shared.ts'
import { namespaceSync as controller } from './sync.ts'
import { leaveThereBefore } from './there-before.ts'

interface Options {
  readonly skipped?: readonly string[]
}

/** Brings every namespace of the control plane to every cluster. */
export const namespaceSync = definePlugin({
  name: 'namespace-sync',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      skipped: {
        description: 'Regular expressions that match the whole name of namespaces which stay at home.',
        type: 'array',
        items: { type: 'string' },
      },
    },
  },
  extensions: () => [on(apply.conflict, leaveThereBefore)],
  controllers: (host) => {
    const { skipped = ['kube-.*'] } = (host.options ?? {}) as Options // the schema holds
    return [controller(host, skipping(skipped))]
  },
})
