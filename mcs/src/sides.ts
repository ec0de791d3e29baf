import type { MultiClusterServiceSpec } from '@flotilla/sdk'

type Names = readonly string[]

const namesOf = (selectors: MultiClusterServiceSpec['providerClusters'] = []): Names =>
  selectors.map(({ name }) => name)

const firstSaid = (all: Names, ...said: readonly (Names | undefined)[]): Names =>
  said.find((names) => names !== undefined && names.length > 0) ?? all

/** Where the endpoints of a Service are, of all clusters there are. */
export const providersOf = (spec: MultiClusterServiceSpec, all: Names): Names =>
  firstSaid(all, namesOf(spec.providerClusters), spec.serviceProvisionClusters, spec.range?.clusterNames)

/** Where a Service can be used. */
export const consumersOf = (spec: MultiClusterServiceSpec, all: Names): Names =>
  firstSaid(all, namesOf(spec.consumerClusters), spec.serviceConsumptionClusters, spec.range?.clusterNames)

export const isCrossCluster = ({ types }: MultiClusterServiceSpec): boolean => types.includes('CrossCluster')
