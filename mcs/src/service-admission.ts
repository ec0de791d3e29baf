import {
  between,
  type ClusterSelector,
  checks,
  clusterName,
  definePlugin,
  dns1035Label,
  dnsLabel,
  type ExposurePort,
  Field,
  type MultiClusterService,
  multiClusterServiceKind,
  mutates,
  named,
  oneOf,
  type Problems,
  present,
  unchanged,
  unique,
  type Write,
  withPermanentId,
  written,
} from '@flotilla/sdk'
import { loadBalancerProblems } from './load-balancer.ts'

/** Says on everything made for a MultiClusterService which one it is, whatever its name. */
export const serviceIdLabel = 'multiclusterservice.karmada.io/permanent-id'

function* portProblems(ports: readonly Field<ExposurePort>[]): Problems {
  for (const port of ports) {
    yield* written(port.at('name'), dnsLabel)
    yield* between(port.at('port'), 1, 65_535)
  }
  yield* unique(ports.map((port) => port.at('name')))
}

function* typeProblems({ manifest, before }: Write<MultiClusterService>): Problems {
  const typesOf = (service: MultiClusterService) => new Field('', service).at('spec').at('types')
  const types = typesOf(manifest)
  yield* present(types)
  for (const type of types.items()) yield* oneOf(type, ['CrossCluster', 'LoadBalancer'])
  if (new Set(types.items().map(({ value }) => value)).size > 1)
    yield types.invalid('must be one type; make a MultiClusterService for each')
  yield* unchanged(types, before && typesOf(before))
}

function* clusterProblems(clusters: Field<readonly ClusterSelector[] | undefined>): Problems {
  for (const cluster of clusters.items()) yield* named(cluster.at('name'), clusterName)
}

/** What a MultiClusterService says that could not work. */
export function* serviceProblems(write: Write<MultiClusterService>): Problems {
  const service = new Field('', write.manifest)
  const spec = service.at('spec')
  yield* written(service.at('metadata').at('name'), dns1035Label)
  yield* typeProblems(write)
  yield* portProblems(spec.at('ports').items())
  yield* clusterProblems(spec.at('providerClusters'))
  yield* clusterProblems(spec.at('consumerClusters'))
  if (write.before) yield* loadBalancerProblems(service.at('status').at('loadBalancer'))
}

export const serviceAdmission = definePlugin({
  name: 'multi-cluster-service-admission',
  extensions: () => [
    mutates([multiClusterServiceKind], (write) => withPermanentId(write, serviceIdLabel)),
    checks([multiClusterServiceKind], serviceProblems),
  ],
})
