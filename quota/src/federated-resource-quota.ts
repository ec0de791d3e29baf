import { admit, definePlugin, type Host, observe, on } from '@flotilla/sdk'
import { quotaStatus } from './collect.ts'
import { enforcement } from './enforce.ts'
import { sharedStatus } from './shared/collect.ts'
import { quotaSync } from './sync.ts'

interface Options {
  readonly enforced?: boolean
  readonly thresholds?: readonly number[]
}

const optionsOf = ({ options }: Host) => {
  const { enforced = true, thresholds = [80, 95, 100] } = (options ?? {}) as Options // the schema holds
  return { isEnforced: enforced, thresholds }
}

/** Limits what a namespace may use: in single clusters by a ResourceQuota there, over all by what bindings may be given. */
export const federatedResourceQuota = definePlugin({
  name: 'federated-resource-quota',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      enforced: {
        description: "Whether bindings are held to `overall`. Karmada's feature gate is FederatedQuotaEnforcement.",
        type: 'boolean',
      },
      thresholds: {
        description: 'Shares of a limit, in percent, that an event tells of when they are passed.',
        type: 'array',
        items: { type: 'number', exclusiveMinimum: 0 },
      },
    },
  },
  extensions: (host) => {
    if (!optionsOf(host).isEnforced) return []
    const { refuse, hear } = enforcement(host)
    return [on(admit.refuse, refuse), on(observe.transition, hear)]
  },
  controllers: (host) => [quotaSync(host), quotaStatus(host, optionsOf(host)), sharedStatus(host)],
})
