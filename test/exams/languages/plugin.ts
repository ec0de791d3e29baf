import { definePlugin, interpret, type Manifest, on } from '@flotilla/sdk'
import * as known from './deployment.ts'

const is = ({ apiVersion, kind }: Manifest): boolean => apiVersion === 'apps/v1' && kind === 'Deployment'

/** The interpreter as an npm package. */
export const plugin = definePlugin({
  name: 'deployments-in-typescript',
  extensions: () => [
    on(interpret.replicas, ({ manifest }) => (is(manifest) ? known.replicas(manifest) : undefined)),
    on(interpret.reviseReplicas, ({ manifest, replicas }) =>
      is(manifest) ? known.reviseReplicas(manifest, replicas) : undefined,
    ),
    on(interpret.retain, ({ desired, observed }) => (is(desired) ? known.retain(desired, observed) : undefined)),
    on(interpret.status, ({ manifest }) => {
      if (!is(manifest)) return undefined
      const status = known.status(manifest)
      return status === undefined ? {} : { status }
    }),
    on(interpret.health, ({ manifest }) => {
      if (!is(manifest)) return undefined
      return known.isHealthy(manifest) ? 'Healthy' : 'Unhealthy'
    }),
    on(interpret.aggregate, ({ template, items }) => (is(template) ? known.aggregate(template, items) : undefined)),
    on(interpret.dependencies, ({ manifest }) => (is(manifest) ? known.dependencies(manifest) : undefined)),
  ],
})
