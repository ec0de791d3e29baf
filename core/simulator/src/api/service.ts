import type { Kind, Manifest, StringMap } from '@flotilla/sdk'

export interface ServicePort {
  readonly name?: string
  readonly port: number
  readonly protocol?: string
  readonly appProtocol?: string
  readonly nodePort?: number
  /** A number, or the name of a container's port; by default `port`. */
  readonly targetPort?: number | string
}

export interface ServiceSpec {
  readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
  readonly clusterIP?: string
  readonly clusterIPs?: readonly string[]
  readonly selector?: StringMap
  readonly ports?: readonly ServicePort[]
  readonly publishNotReadyAddresses?: boolean
}

export interface Service extends Manifest {
  readonly spec: ServiceSpec
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip: string }[] } }
}

export const serviceKind: Kind<Service> = { apiVersion: 'v1', kind: 'Service', plural: 'services', scope: 'Namespaced' }

export interface EndpointPort {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly appProtocol?: string
}

export interface Endpoint {
  readonly addresses: readonly string[]
  readonly conditions: { readonly ready: boolean; readonly serving: boolean; readonly terminating: boolean }
  readonly nodeName?: string
  readonly targetRef?: object
  readonly zone?: string
}

export interface EndpointSlice extends Manifest {
  readonly addressType: 'IPv4'
  readonly endpoints: readonly Endpoint[]
  readonly ports: readonly EndpointPort[]
}

export const endpointSliceKind: Kind<EndpointSlice> = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
}
