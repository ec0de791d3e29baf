import {
  type Binding,
  type Cluster,
  type EndpointSlice,
  endpointsOf,
  isReadyEndpoint,
  type Key,
  type MultiClusterService,
  type Service,
  type ServiceExport,
  type ServiceImport,
  type Work,
} from '@flotilla/sdk'
import type { Arrived } from './report.ts'

/** What a member shows of a Service. */
export interface MemberFacts {
  /** Why it could not be asked: then nothing else is known. */
  readonly silent?: string
  /** Whether it serves ServiceExports and ServiceImports. */
  readonly serves: boolean
  readonly hasNamespace: boolean
  readonly service?: Service
  readonly exported?: ServiceExport
  readonly imported?: ServiceImport
  /** The Service that has the addresses of the imported one. */
  readonly derived?: Service
  readonly slices: readonly EndpointSlice[]
}

/** All there is to know of a Service. */
export interface ServiceFacts {
  readonly key: Key
  readonly clusters: readonly Cluster[]
  readonly members: ReadonlyMap<string, MemberFacts>
  /** What follows is on the control plane. */
  readonly template?: Service
  readonly service?: MultiClusterService
  readonly exported?: ServiceExport
  readonly imported?: ServiceImport
  /** Bindings of the Service, its export, its import and its slices, by `Kind/name`. */
  readonly bindings: ReadonlyMap<string, Binding>
  /** Works that hold collected slices, say where to collect, or bring slices to a cluster. */
  readonly works: readonly Work[]
  /** Slices of the Service that stands for the imported one. */
  readonly slices: readonly EndpointSlice[]
  /** Why endpoints are withdrawn, by cluster. */
  readonly withdrawn: ReadonlyMap<string, string>
}

export const countOf = (slices: readonly EndpointSlice[]) => {
  const all = slices.flatMap(endpointsOf)
  return { ready: all.filter(isReadyEndpoint).length, all: all.length }
}

/** Endpoints by the cluster they are from. */
export function arrivedFrom(
  slices: readonly EndpointSlice[],
  sourceOf: (slice: EndpointSlice) => string,
): readonly Arrived[] {
  const bySource = Map.groupBy(slices, sourceOf)
  return [...bySource].sort(([a], [b]) => (a < b ? -1 : 1)).map(([from, each]) => ({ from, ...countOf(each) }))
}
