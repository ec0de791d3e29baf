import { pods } from '@flotilla/sdk'
import { ofKind } from '../interpreter.ts'
import { aggregateIngress, type Exposed, isExposed } from '../load-balancer.ts'

interface Ingress extends Exposed {
  readonly spec?: { readonly tls?: readonly { readonly secretName?: string }[] }
}

/** Unlike in Karmada, a TLS host without a secret of its own is no error: the controller has a certificate for it. */
export const ingress = ofKind<Ingress>(
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  {
    isHealthy: isExposed,
    dependencies: (object) =>
      pods.namedDependencies(
        object,
        'Secret',
        (object.spec?.tls ?? []).map(({ secretName }) => secretName),
      ),
    aggregate: aggregateIngress,
  },
)
