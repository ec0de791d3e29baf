import type { Kind } from '../kind.ts'
import type { Manifest, StringMap } from '../manifest.ts'
import type { LoadBalancerStatus } from './kubernetes.ts'
import type { SessionAffinityConfig } from './service-import.ts'

export interface ServicePort {
  readonly name?: string
  readonly protocol?: string
  readonly port: number
  readonly targetPort?: number | string
  readonly nodePort?: number
  readonly appProtocol?: string
}

/** Of a Service, what matters to other clusters. */
export interface Service extends Manifest {
  readonly spec?: {
    readonly type?: string
    readonly externalName?: string
    readonly clusterIP?: string
    readonly clusterIPs?: readonly string[]
    readonly ipFamilies?: readonly string[]
    readonly ipFamilyPolicy?: string
    readonly ports?: readonly ServicePort[]
    readonly selector?: StringMap
    readonly sessionAffinity?: string
    readonly sessionAffinityConfig?: SessionAffinityConfig
    readonly internalTrafficPolicy?: string
    readonly trafficDistribution?: string
    readonly publishNotReadyAddresses?: boolean
  }
  readonly status?: { readonly loadBalancer?: LoadBalancerStatus }
}

export const serviceKind: Kind<Service> = { apiVersion: 'v1', kind: 'Service', plural: 'services', scope: 'Namespaced' }

export interface Endpoint {
  readonly addresses: readonly string[]
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean }
  readonly hostname?: string
  readonly nodeName?: string
  readonly targetRef?: object
  readonly zone?: string
  readonly hints?: object
}

export interface EndpointPort {
  readonly name?: string
  readonly port?: number
  readonly protocol?: string
  readonly appProtocol?: string
}

/** Some of the endpoints of a Service. Programs in Go say `null` where there are none. */
export interface EndpointSlice extends Manifest {
  readonly addressType: string
  readonly endpoints?: readonly Endpoint[] | null
  readonly ports?: readonly EndpointPort[] | null
}

/** The endpoints of a slice, none where it does not say any. */
export const endpointsOf = ({ endpoints }: Pick<EndpointSlice, 'endpoints'>): readonly Endpoint[] => endpoints ?? []

export const endpointSliceKind: Kind<EndpointSlice> = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
}

/** Labels of the EndpointSlices of Kubernetes, and of its multi-cluster services. */
export const sliceLabel = {
  service: 'kubernetes.io/service-name',
  managedBy: 'endpointslice.kubernetes.io/managed-by',
  headless: 'service.kubernetes.io/headless',
  /** The name of the ServiceImport. */
  imported: 'multicluster.kubernetes.io/service-name',
  sourceCluster: 'multicluster.kubernetes.io/source-cluster',
} as const

/** Who makes EndpointSlices of those of other clusters: as Karmada names them, and for ServiceImports that follow from exports. */
export const sliceManager = {
  dispatched: 'endpointslice-dispatch-controller.karmada.io',
  imported: 'endpointslice-controller.karmada.io',
  clusterset: 'clusterset.flotilla.dev',
} as const

/** Whether an endpoint takes new connections. Not to say so is to do so. */
export const isReadyEndpoint = ({ conditions }: Endpoint): boolean => conditions?.ready !== false
