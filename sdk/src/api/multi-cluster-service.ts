import type { Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Condition, Manifest } from '../manifest.ts'
import { int32, list, object, required, text, texts } from '../schema.ts'
import { conditionsSchema, type LoadBalancerStatus, serviceLoadBalancerSchema } from './kubernetes.ts'

export interface ExposurePort {
  readonly name?: string
  readonly port: number
}

export interface ClusterSelector {
  readonly name: string
}

export interface MultiClusterServiceSpec {
  readonly types: readonly ('CrossCluster' | 'LoadBalancer')[]
  /** For whoever exposes it to the world; to other clusters all ports of the Service go. */
  readonly ports?: readonly ExposurePort[]
  /** Where the backends are; by default everywhere. */
  readonly providerClusters?: readonly ClusterSelector[]
  /** Where the Service can be used; by default everywhere. */
  readonly consumerClusters?: readonly ClusterSelector[]
  /** Deprecated: `providerClusters` and `consumerClusters`. */
  readonly range?: { readonly clusterNames?: readonly string[] }
  /** Deprecated: `providerClusters`. */
  readonly serviceProvisionClusters?: readonly string[]
  /** Deprecated: `consumerClusters`. */
  readonly serviceConsumptionClusters?: readonly string[]
}

export interface MultiClusterServiceStatus {
  readonly loadBalancer?: LoadBalancerStatus
  readonly conditions?: readonly Condition[]
}

/** Makes the Service of its name reachable from other clusters. */
export interface MultiClusterService extends Manifest {
  readonly spec: MultiClusterServiceSpec
  readonly status?: MultiClusterServiceStatus
}

export const multiClusterServiceKind: Kind<MultiClusterService> = {
  apiVersion: 'networking.karmada.io/v1alpha1',
  kind: 'MultiClusterService',
  plural: 'multiclusterservices',
  scope: 'Namespaced',
}

const clusterSelector = object<ClusterSelector>('A cluster.', { name: required(text('Name of the cluster.')) })

const specSchema = object<MultiClusterServiceSpec>('How the Service is exposed, from where, to where.', {
  types: required(texts('CrossCluster: to other clusters. LoadBalancer: to the world. Cannot be changed.')),
  ports: list(
    'The ports to expose to the world; unset is all. To other clusters all ports of the Service go.',
    object<ExposurePort>('A port.', {
      name: text('Name of the port in the Service.'),
      port: required(int32('Number of the port.')),
    }),
  ),
  providerClusters: list('Where the backends are; unset is everywhere.', clusterSelector),
  consumerClusters: list('Where the Service can be used; unset is everywhere.', clusterSelector),
  range: object<MultiClusterServiceSpec['range']>('Deprecated: providerClusters, consumerClusters.', {
    clusterNames: texts('Names of the clusters.'),
  }),
  serviceProvisionClusters: texts('Deprecated: providerClusters.'),
  serviceConsumptionClusters: texts('Deprecated: consumerClusters.'),
})

const statusSchema = object<MultiClusterServiceStatus>('What became of it.', {
  loadBalancer: serviceLoadBalancerSchema,
  conditions: conditionsSchema('ServiceApplied, EndpointSliceDispatched.', { keyed: true }),
})

export const multiClusterServiceDefinition: Definition = {
  kind: multiClusterServiceKind,
  shortNames: ['mcs'],
  categories: ['karmada-io'],
  description: 'Makes the Service of its name reachable from other clusters.',
  fields: { spec: required(specSchema), status: statusSchema },
  status: true,
}
