import type { Kind, Manifest, ObjectMeta } from '@flotilla/sdk'

type Identity = Pick<ObjectMeta, 'name' | 'namespace' | 'uid' | 'resourceVersion'>

export interface Port {
  readonly name: string
  readonly protocol: string
  readonly port: number
}

/** What is kept of a ServiceImport. */
export interface ImportFacts {
  readonly metadata: Identity
  readonly isHeadless: boolean
  readonly ips: readonly string[]
  readonly ports: readonly Port[]
}

export interface EndpointFacts {
  readonly addresses: readonly string[]
  readonly hostname: string
  /** Of a Service with publishNotReadyAddresses all are: who made the slice has seen to that. */
  readonly isReady: boolean
  /** It is about to end, and still answers. */
  readonly isServing: boolean
  /** Those it is meant for; empty: nobody said. */
  readonly forZones: readonly string[]
}

/** What is kept of an EndpointSlice. */
export interface SliceFacts {
  readonly metadata: Identity
  /** The imported Service; empty: none. */
  readonly service: string
  /** Where the endpoints are; empty: nobody said. */
  readonly cluster: string
  readonly ports: readonly Port[]
  readonly endpoints: readonly EndpointFacts[]
}

/** What is kept of a Service: addresses of those that stand for imported ones, and of others that they are there. */
export interface ServiceFacts {
  readonly metadata: Identity
  readonly ips: readonly string[]
}

const importKind = (version: string): Kind<ImportFacts> => ({
  apiVersion: `multicluster.x-k8s.io/${version}`,
  kind: 'ServiceImport',
  plural: 'serviceimports',
  scope: 'Namespaced',
})

/** The better one first. Both show the same objects. */
export const importFactsKinds: readonly Kind<ImportFacts>[] = [importKind('v1beta1'), importKind('v1alpha1')]

export const sliceFactsKind: Kind<SliceFacts> = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  scope: 'Namespaced',
}

export const serviceFactsKind: Kind<ServiceFacts> = {
  apiVersion: 'v1',
  kind: 'Service',
  plural: 'services',
  scope: 'Namespaced',
}

const derivedPrefix = 'derived-'

/** The Service that stands for an imported one in Karmada's flow. */
export const derivedName = (service: string): string => `${derivedPrefix}${service}`

/** The reverse; empty: it stands for none. */
export const importOf = (service: string): string =>
  service.startsWith(derivedPrefix) ? service.slice(derivedPrefix.length) : ''

const identityOf = ({ name, namespace, uid, resourceVersion }: ObjectMeta): Identity => ({
  name,
  ...(namespace && { namespace }),
  ...(uid && { uid }),
  ...(resourceVersion && { resourceVersion }),
})

type Ports = readonly { readonly name?: string; readonly protocol?: string; readonly port?: number }[] | null

const portsOf = (ports: Ports | undefined): readonly Port[] =>
  (ports ?? []).flatMap(({ name, protocol, port }) =>
    port ? [{ name: name ?? '', protocol: protocol ?? 'TCP', port }] : [],
  )

interface ImportSpec {
  readonly type?: string
  readonly ips?: readonly string[]
  readonly ports?: Ports
}

export function importFacts(object: unknown): ImportFacts {
  const { metadata, spec } = object as Manifest & { readonly spec?: ImportSpec } // what the server keeps under this kind
  return {
    metadata: identityOf(metadata),
    isHeadless: spec?.type === 'Headless',
    ips: spec?.ips ?? [],
    ports: portsOf(spec?.ports),
  }
}

interface Endpoint {
  readonly addresses?: readonly string[]
  readonly hostname?: string
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean }
  readonly hints?: { readonly forZones?: readonly { readonly name: string }[] | null } | null
}

interface Slice extends Manifest {
  readonly endpoints?: readonly Endpoint[] | null
  readonly ports?: Ports
}

const serviceLabel = 'multicluster.kubernetes.io/service-name'
const clusterLabel = 'multicluster.kubernetes.io/source-cluster'
const ownServiceLabel = 'kubernetes.io/service-name'
const provisionAnnotation = 'endpointslice.karmada.io/provision-cluster'

const nowhere: readonly string[] = []

const endpointOf = ({ addresses = [], hostname = '', conditions, hints }: Endpoint): EndpointFacts => {
  const isReady = conditions?.ready ?? true // unknown counts as ready, as the API says
  return {
    addresses,
    hostname,
    isReady,
    isServing: conditions?.serving ?? isReady,
    forZones: hints?.forZones?.map(({ name }) => name) ?? nowhere,
  }
}

const nobody = { service: '', cluster: '', ports: [], endpoints: [] }

export function sliceFacts(object: unknown): SliceFacts {
  const { metadata, endpoints, ports } = object as Slice // what the server keeps under this kind
  const { labels = {}, annotations = {} } = metadata
  const service = labels[serviceLabel] || importOf(labels[ownServiceLabel] ?? '')
  if (!service) return { metadata: identityOf(metadata), ...nobody }
  return {
    metadata: identityOf(metadata),
    service,
    cluster: labels[clusterLabel] ?? annotations[provisionAnnotation] ?? '',
    ports: portsOf(ports),
    endpoints: (endpoints ?? []).map(endpointOf),
  }
}

interface Service extends Manifest {
  readonly spec?: { readonly clusterIP?: string; readonly clusterIPs?: readonly string[] }
}

export function serviceFacts(object: unknown): ServiceFacts {
  const { metadata, spec = {} } = object as Service // what the server keeps under this kind
  const { clusterIP = '', clusterIPs = [clusterIP] } = spec
  return { metadata: identityOf(metadata), ips: importOf(metadata.name) ? clusterIPs : [] }
}
