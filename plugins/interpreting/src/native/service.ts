import { fieldAt, type Json } from '@flotilla/sdk'
import { ofKind } from '../interpreter.ts'
import { aggregateIngress, type Exposed, isExposed } from '../load-balancer.ts'
import { json, map } from '../read.ts'

interface Service extends Exposed {
  readonly spec?: { readonly type?: string; readonly clusterIP?: string; readonly healthCheckNodePort?: number }
}

const loadBalancerOf = ({ status }: Service): Json => map(json)(fieldAt(status, ['loadBalancer'])) ?? {}

const isBalanced = ({ spec }: Service): boolean => spec?.type === 'LoadBalancer'

/** What the member allocated, and never changes. */
function retain(desired: Service, { spec: observed = {} }: Service): Service {
  const { clusterIP, healthCheckNodePort } = observed
  const spec = { ...desired.spec, ...(clusterIP && { clusterIP }), ...(healthCheckNodePort && { healthCheckNodePort }) }
  return { ...desired, spec }
}

export const service = ofKind<Service>(
  { apiVersion: 'v1', kind: 'Service' },
  {
    retain,
    isHealthy: (object) => !isBalanced(object) || isExposed(object),
    status: (object) => (isBalanced(object) && object.status ? { loadBalancer: loadBalancerOf(object) } : undefined),
    aggregate: (template, items) => (isBalanced(template) ? aggregateIngress(template, items) : template),
  },
)
