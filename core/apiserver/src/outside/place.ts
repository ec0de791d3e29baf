import type { HttpServer, Manifest } from '@flotilla/sdk'
import { isObject, readKeys } from '../registry/json-path.ts'
import type { Objects } from '../store/objects.ts'

/** A Service that something listens behind. */
export interface ServiceReference {
  readonly namespace: string
  readonly name: string
  readonly port?: number
  readonly path?: string
}

/** How a webhook is reached. */
export interface ClientConfig {
  readonly url?: string
  readonly service?: ServiceReference
  /** PEM, in base64. */
  readonly caBundle?: string
}

/** Where a Service is found, as `host:port`; undefined for one that is looked for among the objects of the server. */
export type Locate = (service: Required<Omit<ServiceReference, 'path'>>) => string | undefined

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const isReady = (endpoint: unknown): boolean => readKeys(endpoint, ['conditions', 'ready']) !== false

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

interface Endpoint {
  readonly host: string
  readonly port: number
}

/** The first endpoint of a slice that has the port. */
const inSlice = (slice: Manifest, port: string): Endpoint | undefined => {
  const found = listOf(slice.ports).find((each) => (readKeys(each, ['name']) ?? '') === port)
  const endpoint = listOf(slice.endpoints).find(isReady)
  const [host] = listOf(readKeys(endpoint, ['addresses']))
  const number = readKeys(found, ['port'])
  return typeof host === 'string' && typeof number === 'number' ? { host, port: number } : undefined
}

/** The same of an `Endpoints` object. */
const inSubsets = (endpoints: Manifest | undefined, port: string): Endpoint | undefined => {
  for (const subset of listOf(endpoints?.subsets)) {
    const number = readKeys(
      listOf(readKeys(subset, ['ports'])).find((each) => (readKeys(each, ['name']) ?? '') === port),
      ['port'],
    )
    const host = readKeys(listOf(readKeys(subset, ['addresses']))[0], ['ip'])
    if (typeof host === 'string' && typeof number === 'number') return { host, port: number }
  }
  return undefined
}

const portName = (service: Manifest, port: number): string | undefined => {
  const found = listOf(readKeys(service, ['spec', 'ports'])).find((each) => readKeys(each, ['port']) === port)
  return isObject(found) ? String(found.name ?? '') : undefined
}

const sliceService = 'kubernetes.io/service-name'

const endpointOf = (objects: Objects, service: Manifest, port: string): Endpoint | undefined => {
  const { namespace = '', name } = service.metadata
  const slices = objects
    .list('endpointslices.discovery.k8s.io', namespace)
    .filter(({ metadata }) => metadata.labels?.[sliceService] === name)
  for (const slice of slices) {
    const found = inSlice(slice, port)
    if (found) return found
  }
  return inSubsets(objects.get({ resource: 'endpoints', namespace, name }), port)
}

/** Where what is behind a Service listens. Throws, with the reason, when that is nowhere. */
const addressOf = (objects: Objects, { namespace, name, port = 443 }: ServiceReference): string => {
  const service = objects.get({ resource: 'services', namespace, name })
  if (!service) throw new Error(`service "${name}" not found`)
  const external = readKeys(service, ['spec', 'externalName'])
  if (readKeys(service, ['spec', 'type']) === 'ExternalName') return `${bracketed(String(external))}:${port}`
  const called = portName(service, port)
  if (called === undefined) throw new Error(`no service port ${port} found for service "${name}"`)
  const found = endpointOf(objects, service, called)
  if (!found) throw new Error(`no endpoints available for service "${name}"`)
  return `${bracketed(found.host)}:${found.port}`
}

/** The URL that a webhook is called by. Its certificate is that of the URL, whatever address answers. */
export const urlOf = ({ url, service }: ClientConfig): string => {
  if (!service) return url ?? ''
  const { namespace, name, port = 443, path = '' } = service
  return `https://${name}.${namespace}.svc:${port}${path === '' ? '/' : path}`
}

/** Where a webhook is now. Throws, with the reason, when its Service leads nowhere. */
export const placeOf = (
  config: ClientConfig,
  objects: Objects,
  locate: Locate | undefined,
): Pick<HttpServer, 'url' | 'ca' | 'address'> => {
  const { service, caBundle } = config
  const ca = caBundle ? { ca: Buffer.from(caBundle, 'base64').toString() } : {}
  if (!service) return { url: urlOf(config), ...ca }
  const { namespace, name, port = 443 } = service
  const address = locate?.({ namespace, name, port }) ?? addressOf(objects, service)
  return { url: urlOf(config), address, ...ca }
}
