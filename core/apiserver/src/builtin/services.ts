import { isIP } from 'node:net'
import type { Manifest, StringMap } from '@flotilla/sdk'
import { dnsLabel, dnsSubdomain } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { abridged, labelsText, listed, none } from './cells.ts'
import {
  type Causes,
  follows,
  immutable,
  labels,
  port,
  portOrName,
  required,
  requiredName,
  unique,
  when,
  within,
} from './checks.ts'
import { column, type Group, kind, text, wideOnly } from './kind.ts'
import { withFields } from './pod-defaults.ts'

const core: Group = { group: '', version: 'v1', schemas: 'io.k8s.api.core.v1' }
const discovery: Group = { group: 'discovery.k8s.io', version: 'v1', schemas: 'io.k8s.api.discovery.v1' }

interface ServicePort {
  readonly name?: string
  readonly port: number
  readonly targetPort?: number | string
  readonly nodePort?: number
  readonly protocol?: string
}

interface ServiceSpec {
  readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
  readonly clusterIP?: string
  readonly clusterIPs?: readonly string[]
  readonly externalIPs?: readonly string[]
  readonly externalName?: string
  readonly externalTrafficPolicy?: string
  readonly internalTrafficPolicy?: string
  readonly allocateLoadBalancerNodePorts?: boolean
  readonly ipFamilies?: readonly string[]
  readonly ipFamilyPolicy?: string
  readonly sessionAffinity?: string
  readonly sessionAffinityConfig?: object
  readonly ports?: readonly ServicePort[]
  readonly selector?: StringMap
}

interface Service extends Manifest {
  readonly spec: ServiceSpec
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly Ingress[] } }
}

interface Ingress {
  readonly ip?: string
  readonly hostname?: string
}

interface EndpointPort {
  readonly name?: string
  readonly port?: number
  readonly protocol?: string
}

interface Endpoints extends Manifest {
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string }[]
    readonly notReadyAddresses?: readonly { readonly ip: string }[]
    readonly ports?: readonly EndpointPort[]
  }[]
}

interface EndpointSlice extends Manifest {
  readonly addressType: string
  readonly endpoints?: readonly { readonly addresses?: readonly string[] }[]
  readonly ports?: readonly EndpointPort[]
}

/** Traffic reaches it from outside the cluster, by ports of the nodes. */
const isExposed = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer'

const withTarget = (each: ServicePort): ServicePort =>
  each.targetPort === undefined || each.targetPort === 0 || each.targetPort === ''
    ? { ...each, targetPort: each.port }
    : each

/** What a Service with an address of the cluster is unless it says otherwise; others are only a name. */
function addressed(spec: ServiceSpec): Partial<ServiceSpec> {
  if (spec.type === 'ExternalName') return {}
  const { clusterIP, clusterIPs } = spec
  return {
    internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster',
    ipFamilies: spec.ipFamilies ?? ['IPv4'],
    ipFamilyPolicy: spec.ipFamilyPolicy ?? 'SingleStack',
    ...(clusterIP && !clusterIPs && { clusterIPs: [clusterIP] }),
    ...(!clusterIP && clusterIPs?.[0] && { clusterIP: clusterIPs[0] }),
  }
}

const exposed = (spec: ServiceSpec): Partial<ServiceSpec> => ({
  ...(isExposed(spec) && { externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster' }),
  ...(spec.type === 'LoadBalancer' && { allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts ?? true }),
  ...(spec.sessionAffinity === 'ClientIP' && {
    sessionAffinityConfig: spec.sessionAffinityConfig ?? { clientIP: { timeoutSeconds: 10800 } },
  }),
})

/** An address once given stays, also when a writer leaves it out. */
const keptAddress = ({ type, clusterIP }: ServiceSpec, before: ServiceSpec | undefined): Partial<ServiceSpec> => {
  if (clusterIP || type === 'ExternalName' || !before?.clusterIP) return {}
  return { clusterIP: before.clusterIP, ...(before.clusterIPs && { clusterIPs: before.clusterIPs }) }
}

/** What only made sense for the type a Service had goes with it. */
function adapted(spec: ServiceSpec, before: ServiceSpec | undefined): ServiceSpec {
  if (!before || !isExposed(before) || isExposed(spec)) return spec
  const { externalTrafficPolicy: _, allocateLoadBalancerNodePorts: __, ...rest } = spec
  const ports = spec.ports?.map(({ nodePort: ___, ...each }) => each)
  return ports ? { ...rest, ports } : rest
}

function prepare(service: Service, before?: Service): Service {
  const adaptedSpec = adapted(service.spec, before?.spec)
  const { ports } = adaptedSpec
  const spec = withFields(adaptedSpec, keptAddress(adaptedSpec, before?.spec))
  const filled = ports?.some((each) => withTarget(each) !== each) ? { ports: ports.map(withTarget) } : {}
  const ready = withFields(service, { spec: withFields(spec, { ...addressed(spec), ...exposed(spec), ...filled }) })
  return before ? ready : { ...ready, status: { loadBalancer: {} } }
}

const servicePort = (field: string, each: ServicePort, spec: ServiceSpec): Causes => [
  ...when(!each.name && (spec.ports?.length ?? 0) > 1, () => cause.required(`${field}.name`)),
  ...(each.name ? follows(`${field}.name`, each.name, dnsLabel) : []),
  ...port(`${field}.port`, each.port),
  ...portOrName(`${field}.targetPort`, each.targetPort),
  ...when(Boolean(each.nodePort) && spec.type === 'ClusterIP', () =>
    cause.forbidden(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'"),
  ),
  ...(each.nodePort ? port(`${field}.nodePort`, each.nodePort) : []),
]

const ports = ({ spec }: Service): Causes => {
  const { ports: found = [], clusterIP, type } = spec
  const mayBeEmpty = clusterIP === 'None' || type === 'ExternalName'
  return [
    ...when(found.length === 0 && !mayBeEmpty, () => cause.required('spec.ports')),
    ...found.flatMap((each, i) => servicePort(`spec.ports[${i}]`, each, spec)),
    ...unique(
      found,
      ({ name }) => name,
      (i) => `spec.ports[${i}].name`,
    ),
    ...unique(
      found,
      (each) => `${each.port}/${each.protocol}`,
      (i) => `spec.ports[${i}]`,
    ),
  ]
}

const addresses = ({ spec: { clusterIP, externalIPs = [], externalName, type } }: Service): Causes => [
  ...when(Boolean(clusterIP) && clusterIP !== 'None' && isIP(clusterIP ?? '') === 0, () =>
    cause.invalid('spec.clusterIPs[0]', clusterIP, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
  ),
  ...externalIPs.flatMap((ip, i) =>
    when(isIP(ip) === 0, () =>
      cause.invalid(`spec.externalIPs[${i}]`, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
    ),
  ),
  ...(type === 'ExternalName' ? requiredName('spec.externalName', externalName, dnsSubdomain) : []),
]

const affinity = ({ spec: { sessionAffinityConfig: config } }: Service): Causes => {
  const { clientIP } = (config ?? {}) as { readonly clientIP?: { readonly timeoutSeconds?: number } } // by its schema
  return within('spec.sessionAffinityConfig.clientIP.timeoutSeconds', clientIP?.timeoutSeconds, 1, 86400)
}

const update = ({ spec }: Service, { spec: before }: Service): Causes =>
  when(Boolean(before.clusterIP) && spec.type !== 'ExternalName' && spec.clusterIP !== before.clusterIP, () =>
    cause.invalid('spec.clusterIPs[0]', [spec.clusterIP], 'may not change once set'),
  )

const balancers = ({ status }: Service): readonly string[] =>
  (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').filter((name) => name !== '')

function externalAddress(service: Service): string {
  const { type, externalIPs = [], externalName = '' } = service.spec
  if (type === 'ExternalName') return externalName
  if (type !== 'LoadBalancer') return listed(externalIPs)
  const found = [...balancers(service), ...externalIPs]
  return found.length > 0 ? found.join(',') : '<pending>'
}

const portText = ({ port: number, nodePort, protocol = 'TCP' }: ServicePort): string =>
  nodePort ? `${number}:${nodePort}/${protocol}` : `${number}/${protocol}`

const service = kind<Service>(core, 'Service', 'services', {
  shortNames: ['svc'],
  categories: ['all'],
  subresources: ['status'],
  generation: false,
  columns: [
    column.name,
    text('Type', ({ spec }) => spec.type),
    text('Cluster-IP', ({ spec }) => spec.clusterIP || none),
    text('External-IP', externalAddress),
    text('Port(s)', ({ spec }) => listed((spec.ports ?? []).map(portText))),
    column.age,
    ...wideOnly<Service>(text('Selector', ({ spec }) => labelsText(spec.selector))),
  ],
  selectable: { 'spec.clusterIP': ({ spec }) => spec.clusterIP, 'spec.type': ({ spec }) => spec.type },
  prepare,
  validate: (object, before) => [
    ...ports(object),
    ...labels('spec.selector', object.spec.selector),
    ...addresses(object),
    ...affinity(object),
    ...(before ? update(object, before) : []),
  ],
})

/** Three are shown; who wants all looks at the object. */
const most = 3

const endpointTexts = ({ subsets = [] }: Endpoints): readonly string[] =>
  subsets.flatMap(({ addresses: found = [], ports: open = [] }) => {
    if (open.length === 0) return found.map(({ ip }) => ip)
    return open.flatMap(({ port: number }) =>
      found.map(({ ip }) => (isIP(ip) === 6 ? `[${ip}]:${number}` : `${ip}:${number}`)),
    )
  })

const endpoints = kind<Endpoints>(core, 'Endpoints', 'endpoints', {
  shortNames: ['ep'],
  columns: [column.name, text('Endpoints', (object) => abridged(endpointTexts(object), most)), column.age],
  validate: ({ subsets = [] }) =>
    subsets.flatMap(({ addresses: found = [], notReadyAddresses = [], ports: open = [] }, i) => [
      ...when(found.length + notReadyAddresses.length === 0, () =>
        cause.required(`subsets[${i}]`, 'must specify `addresses` or `notReadyAddresses`'),
      ),
      ...found.flatMap(({ ip }, j) => required(`subsets[${i}].addresses[${j}].ip`, ip)),
      ...open.flatMap((each, j) => port(`subsets[${i}].ports[${j}].port`, each.port)),
    ]),
})

const unset = '<unset>'

const slicePorts = ({ ports: open = [] }: EndpointSlice): string =>
  open.length > 0
    ? abridged(
        open.map(({ name, port: number }) => String(number ?? (name || '*'))),
        most,
      )
    : unset

const sliceAddresses = ({ endpoints: found = [] }: EndpointSlice): string => {
  const all = found.flatMap(({ addresses: some = [] }) => some)
  return all.length > 0 ? abridged(all, most) : unset
}

const endpointSlice = kind<EndpointSlice>(discovery, 'EndpointSlice', 'endpointslices', {
  generation: true,
  columns: [
    column.name,
    text('AddressType', ({ addressType }) => addressType),
    text('Ports', slicePorts),
    text('Endpoints', sliceAddresses),
    column.age,
  ],
  validate: (object, before) => [
    ...required('addressType', object.addressType),
    ...(before ? immutable('addressType', object.addressType, before.addressType) : []),
    ...(object.ports ?? []).flatMap((each, i) => port(`ports[${i}].port`, each.port)),
    ...(object.endpoints ?? []).flatMap(({ addresses: some = [] }, i) =>
      when(some.length === 0, () => cause.required(`endpoints[${i}].addresses`, 'must contain at least 1 address')),
    ),
  ],
})

export const services: readonly Resource[] = [service, endpoints, endpointSlice]
