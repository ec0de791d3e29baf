import type { Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Condition, Manifest } from '../manifest.ts'
import { int32, list, object, required, type Schema, text, texts } from '../schema.ts'
import { conditionsSchema, ingressLoadBalancerSchema, type LoadBalancerStatus } from './kubernetes.ts'

export interface IngressServiceBackend {
  readonly name: string
  readonly port?: { readonly name?: string; readonly number?: number }
}

/** An object of the same namespace. */
export interface TypedLocalReference {
  readonly apiGroup?: string
  readonly kind: string
  readonly name: string
}

export interface IngressBackend {
  readonly service?: IngressServiceBackend
  readonly resource?: TypedLocalReference
}

export interface IngressPath {
  readonly path?: string
  readonly pathType: string
  readonly backend: IngressBackend
}

export interface IngressRule {
  readonly host?: string
  readonly http?: { readonly paths: readonly IngressPath[] }
}

export interface IngressTls {
  readonly hosts?: readonly string[]
  readonly secretName?: string
}

export interface IngressSpec {
  readonly ingressClassName?: string
  readonly defaultBackend?: IngressBackend
  readonly tls?: readonly IngressTls[]
  readonly rules?: readonly IngressRule[]
}

/** Where the Service behind a backend is. */
export interface ServiceLocation {
  readonly name: string
  readonly clusters?: readonly string[]
}

export interface MultiClusterIngressStatus {
  readonly loadBalancer?: LoadBalancerStatus
  /** Clusters that get no traffic, because of a remedy. */
  readonly trafficBlockClusters?: readonly string[]
  readonly serviceLocations?: readonly ServiceLocation[]
  /** What the controller that brings it about says of it. */
  readonly conditions?: readonly Condition[]
}

/** An Ingress whose backends are in several clusters. Outside controllers bring it about. */
export interface MultiClusterIngress extends Manifest {
  readonly spec?: IngressSpec
  readonly status?: MultiClusterIngressStatus
}

export const multiClusterIngressKind: Kind<MultiClusterIngress> = {
  apiVersion: 'networking.karmada.io/v1alpha1',
  kind: 'MultiClusterIngress',
  plural: 'multiclusteringresses',
  scope: 'Namespaced',
}

const portSchema = object<IngressServiceBackend['port']>(
  'Port of the Service, by name or by number.',
  { name: text('Name of the port.'), number: int32('Number of the port.') },
  { atomic: true },
)

const resourceSchema = object<TypedLocalReference>(
  'An object of the same namespace. Excludes a Service.',
  {
    apiGroup: text('Group of the object; empty is the core group.'),
    kind: required(text('Kind of the object.')),
    name: required(text('Name of the object.')),
  },
  { atomic: true },
)

const backendSchema = (description: string): Schema =>
  object<IngressBackend>(description, {
    service: object<IngressServiceBackend>('A Service of the same namespace.', {
      name: required(text('Name of the Service.')),
      port: portSchema,
    }),
    resource: resourceSchema,
  })

const pathSchema = object<IngressPath>('A path, and where it leads.', {
  path: text('Path of the request.'),
  pathType: required(text('Exact, Prefix or ImplementationSpecific.')),
  backend: required(backendSchema('Where it leads.')),
})

const ruleSchema = object<IngressRule>('A host, and where its paths lead.', {
  host: text('Host of the request; empty is every host.'),
  http: object<IngressRule['http']>('Where its paths lead.', {
    paths: required(list('The paths.', pathSchema, { atomic: true })),
  }),
})

const tlsSchema = object<IngressTls>('A certificate.', {
  hosts: texts('Hosts it is for.', { atomic: true }),
  secretName: text('Secret it is in.'),
})

const specSchema = object<IngressSpec>('Which requests lead where.', {
  ingressClassName: text('Class of the controller that brings it about.'),
  defaultBackend: backendSchema('Where requests lead that no rule is about.'),
  tls: list('Certificates.', tlsSchema, { atomic: true }),
  rules: list('Hosts and their paths.', ruleSchema, { atomic: true }),
})

const statusSchema = object<MultiClusterIngressStatus>('What became of it.', {
  loadBalancer: ingressLoadBalancerSchema,
  trafficBlockClusters: texts('Clusters that get no traffic, because of a remedy.'),
  serviceLocations: list(
    'Where the Services behind the backends are.',
    object<ServiceLocation>('Where one Service is.', {
      name: required(text('Name of the Service.')),
      clusters: texts('Clusters it is in.'),
    }),
  ),
  conditions: conditionsSchema('Accepted, ResolvedRefs.'),
})

export const multiClusterIngressDefinition: Definition = {
  kind: multiClusterIngressKind,
  shortNames: ['mci'],
  categories: ['karmada-io'],
  description: 'An Ingress whose backends are in several clusters.',
  fields: { spec: specSchema, status: statusSchema },
  status: true,
}
