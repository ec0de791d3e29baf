import type { Condition, Manifest } from '@flotilla/sdk'
import { isObject, readKeys } from '../registry/json-path.ts'
import type { Objects } from '../store/objects.ts'
import type { ApiService } from './api-service.ts'

/** What is said of an APIService, in the words of Kubernetes. */
export type Verdict = Pick<Condition, 'status' | 'reason' | 'message'>

type Service = NonNullable<ApiService['spec']['service']>

export const passed: Verdict = { status: 'True', reason: 'Passed', message: 'all checks passed' }

const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message })

/** It answered wrong, or not at all. */
export const unanswered = (url: string, why: string): Verdict =>
  no('FailedDiscoveryCheck', `failing or missing response from ${url}: ${why}`)

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const portNamed = (service: Manifest, port: number): string | undefined => {
  const found = listOf(readKeys(service, ['spec', 'ports'])).find((each) => readKeys(each, ['port']) === port)
  return isObject(found) ? String(found.name ?? '') : undefined
}

const hasPort = (ports: unknown, name: string): boolean =>
  listOf(ports).some((each) => (readKeys(each, ['name']) ?? '') === name)

const isReady = (endpoint: unknown): boolean => readKeys(endpoint, ['conditions', 'ready']) !== false

/** Slices as of a Service's own; who wrote `Endpoints` by hand has no slices where nothing makes them. */
const parts = (objects: Objects, { namespace, name }: Service): readonly { ports: unknown; isUsed: boolean }[] => {
  const slices = objects
    .list('endpointslices.discovery.k8s.io', namespace)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    .map(({ ports, endpoints }) => ({ ports, isUsed: listOf(endpoints).some(isReady) }))
  const subsets = listOf(objects.get({ resource: 'endpoints', namespace, name })?.subsets)
  const others = subsets.map((each) => ({
    ports: readKeys(each, ['ports']),
    isUsed: listOf(readKeys(each, ['addresses'])).length > 0,
  }))
  return [...slices, ...others]
}

/** What keeps a Service from leading anywhere; undefined: nothing that the server's objects tell. */
export const obstacleTo = (objects: Objects, service: Service): Verdict | undefined => {
  const { namespace, name, port = 443 } = service
  const text = `service/${name} in "${namespace}"`
  const found = objects.get({ resource: 'services', namespace, name })
  if (!found) return no('ServiceNotFound', `${text} is not present`)
  if (readKeys(found, ['spec', 'type']) === 'ExternalName') return undefined
  const called = portNamed(found, port)
  if (called === undefined) return no('ServicePortError', `${text} is not listening on port ${port}`)
  const all = parts(objects, service)
  if (all.length === 0) return no('EndpointsNotFound', `cannot find endpointslices for ${text}`)
  if (all.some(({ ports, isUsed }) => isUsed && hasPort(ports, called))) return undefined
  return no('MissingEndpoints', `endpointslices for ${text} have no addresses with port name "${called}"`)
}
