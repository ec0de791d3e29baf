import type { Cluster } from '../api/cluster.ts'
import type { LoadBalancerStatus } from '../api/kubernetes.ts'
import type { MultiClusterIngress } from '../api/multi-cluster-ingress.ts'
import type { MultiClusterService } from '../api/multi-cluster-service.ts'
import type { EndpointSlice, Service } from '../api/service.ts'
import type { ServiceExport } from '../api/service-export.ts'
import { isFields } from '../fields.ts'
import type { Key } from '../kind.ts'
import { type Check, point } from '../point.ts'
import { eachFirst, first } from '../rules.ts'

/** A Service that somebody exports from a cluster. */
export interface Exporting {
  readonly cluster: Cluster
  readonly export: ServiceExport
  /** The Service of its name there, if there is one. */
  readonly service?: Service
}

/** Whether a Service is exported, in the words of the condition `Valid`. */
export interface Exportability {
  readonly valid: boolean
  /** One CamelCase word. */
  readonly reason: string
  readonly message: string
}

/** Endpoints on their way from the cluster they are in to others. */
export interface Route {
  readonly service: Key
  /** The Service in the cluster the endpoints are in, as far as it is known. */
  readonly exported?: Service
  readonly provider: Cluster
  readonly slice: EndpointSlice
  /** Where they are to be reached from. */
  readonly clusters: readonly Cluster[]
}

/** How endpoints are reached: themselves, or something on the way to them. No endpoints: they are not. */
export type Reached = Pick<EndpointSlice, 'addressType' | 'endpoints' | 'ports'>

/** A Service that is behind what is exposed, and where it runs. */
export interface Behind {
  readonly service: Service
  readonly clusters: readonly string[]
}

/** Something that the world is to reach. */
export interface Exposure {
  readonly object: MultiClusterService | MultiClusterIngress
  readonly services: readonly Behind[]
}

const words = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/

const wrongExportability: Check<Exporting> = (answer) => {
  if (!isFields(answer) || typeof answer.valid !== 'boolean' || typeof answer.message !== 'string')
    return 'it is not an object with valid, reason and message'
  return typeof answer.reason === 'string' && words.test(answer.reason)
    ? undefined
    : 'its reason is not a CamelCase word'
}

const families = ['IPv4', 'IPv6', 'FQDN']

function wrongReach(reach: unknown): string | undefined {
  if (!isFields(reach) || !families.includes(String(reach.addressType)))
    return 'its addressType is not IPv4, IPv6 or FQDN'
  const [endpoints, ports] = [reach.endpoints ?? [], reach.ports ?? []]
  if (!Array.isArray(endpoints) || !Array.isArray(ports)) return 'its endpoints or ports are not a list'
  return endpoints.every((each) => isFields(each) && Array.isArray(each.addresses) && each.addresses.length > 0)
    ? undefined
    : 'an endpoint of it has no addresses'
}

const wrongReaches: Check<Route> = (answer, { clusters }) => {
  if (!isFields(answer)) return 'it is not an object with an answer for each cluster'
  const names = new Set(clusters.map(({ metadata }) => metadata.name))
  const stranger = Object.keys(answer).find((name) => !names.has(name))
  if (stranger !== undefined) return `cluster ${stranger} is not in question`
  for (const [name, reach] of Object.entries(answer)) {
    const problem = wrongReach(reach)
    if (problem) return `of cluster ${name}: ${problem}`
  }
  return undefined
}

const wrongStatus: Check<Exposure> = (answer) =>
  isFields(answer) && (answer.ingress === undefined || Array.isArray(answer.ingress))
    ? undefined
    : 'it is not an object with a list of ingress'

const exporting = point('service.export', first<Exporting, Exportability>, wrongExportability)

/** Asked about each ServiceExport: whether its Service can be exported. No answer: it cannot. */
export { exporting as export }

/** Asked about each slice and all clusters it goes to: how its endpoints are reached from there. No answer: not at all. */
export const endpoints = point('service.endpoints', eachFirst<Route, Reached>, wrongReaches)

/** Asked about each MultiClusterIngress, and each MultiClusterService of type LoadBalancer: where it is reached. */
export const expose = point('service.expose', first<Exposure, LoadBalancerStatus>, wrongStatus)
