import { isIP } from 'node:net'
import { deepEqual, type Manifest } from '@flotilla/sdk'
import { dnsLabel, dnsSubdomain, qualifiedName } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { abridged, labelsText, listed, none } from './cells.ts'
import { type Causes, follows, immutable, port, unique, when } from './checks.ts'
import { familyOf, reachable } from './ip.ts'
import { column, type Group, kind, text, wideOnly } from './kind.ts'
import { mapped, withFields } from './pod-defaults.ts'
import { serviceRules, serviceStatus } from './service-checks.ts'
import { hasNodePorts, isExposed, type Service, type ServicePort, type ServiceSpec } from './service-spec.ts'

const core: Group = { group: '', version: 'v1', schemas: 'io.k8s.api.core.v1' }
const discovery: Group = { group: 'discovery.k8s.io', version: 'v1', schemas: 'io.k8s.api.discovery.v1' }

interface EndpointPort {
  readonly name?: string
  readonly port?: number
  readonly protocol?: string
  readonly appProtocol?: string
}

interface EndpointAddress {
  readonly ip: string
  readonly hostname?: string
  readonly nodeName?: string
}

interface Subset {
  readonly addresses?: readonly EndpointAddress[]
  readonly notReadyAddresses?: readonly EndpointAddress[]
  readonly ports?: readonly EndpointPort[]
}

interface Endpoints extends Manifest {
  readonly subsets?: readonly Subset[]
}

interface Endpoint {
  readonly addresses: readonly string[]
  readonly hostname?: string
  readonly nodeName?: string
  readonly hints?: { readonly forZones?: readonly { readonly name: string }[] }
}

interface EndpointSlice extends Manifest {
  readonly addressType: string
  readonly endpoints?: readonly Endpoint[]
  readonly ports?: readonly EndpointPort[]
}

const withTarget = (each: ServicePort): ServicePort =>
  each.targetPort === undefined || each.targetPort === 0 || each.targetPort === ''
    ? { ...each, targetPort: each.port }
    : each

const both = ['IPv4', 'IPv6']

/** Nobody looks for what is behind it: whoever says so may say it in both families. */
const isAnyones = ({ clusterIP, selector }: ServiceSpec): boolean => clusterIP === 'None' && !selector

const families = ({ ipFamilyPolicy, ...spec }: ServiceSpec): Partial<ServiceSpec> => {
  const policy = ipFamilyPolicy ?? (isAnyones(spec) ? 'RequireDualStack' : 'SingleStack')
  const inBoth = policy === 'RequireDualStack' && spec.clusterIP === 'None'
  return { ipFamilyPolicy: policy, ipFamilies: spec.ipFamilies ?? (inBoth ? both : ['IPv4']) }
}

/** What a Service with an address of the cluster is unless it says otherwise; others are only a name. */
function addressed(spec: ServiceSpec): Partial<ServiceSpec> {
  const { clusterIP, clusterIPs } = spec
  if (spec.type === 'ExternalName') return clusterIP && !clusterIPs ? { clusterIPs: [clusterIP] } : {}
  return {
    internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster',
    ...families(spec),
    ...(clusterIP && !clusterIPs && { clusterIPs: [clusterIP] }),
  }
}

const exposed = (spec: ServiceSpec): Partial<ServiceSpec> => ({
  ...(isExposed(spec) && { externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster' }),
  ...(spec.type === 'LoadBalancer' && { allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts ?? true }),
  ...(spec.sessionAffinity === 'ClientIP' && {
    sessionAffinityConfig: spec.sessionAffinityConfig ?? { clientIP: { timeoutSeconds: 10800 } },
  }),
})

/** An address once given stays, also when a writer leaves it out; one that is said anew is said once. */
const keptAddress = (spec: ServiceSpec, before: ServiceSpec | undefined): Partial<ServiceSpec> => {
  const { type, clusterIP, clusterIPs } = spec
  if (type === 'ExternalName' || !before?.clusterIP || before.type === 'ExternalName') return {}
  if (!clusterIP) return { clusterIP: before.clusterIP, ...(before.clusterIPs && { clusterIPs: before.clusterIPs }) }
  const said = clusterIP !== before.clusterIP && deepEqual(clusterIPs, before.clusterIPs)
  return said ? { clusterIPs: [clusterIP] } : {}
}

/** Ports of the nodes once given stay, too. */
const keptPorts = (spec: ServiceSpec, before: ServiceSpec | undefined): Partial<ServiceSpec> => {
  if (!before || !hasNodePorts(before) || !hasNodePorts(spec)) return {}
  const given = (each: ServicePort): ServicePort => {
    const old = before.ports?.find(({ port, protocol }) => port === each.port && protocol === each.protocol)
    return !each.nodePort && old?.nodePort ? { ...each, nodePort: old.nodePort } : each
  }
  const health = before.healthCheckNodePort
  const isHealth = health !== undefined && !spec.healthCheckNodePort && spec.externalTrafficPolicy === 'Local'
  const ports = spec.ports && mapped(spec.ports, given)
  return { ...(ports && { ports }), ...(isHealth && { healthCheckNodePort: health }) }
}

const without = (spec: ServiceSpec, names: readonly (keyof ServiceSpec)[]): ServiceSpec => {
  const rest: { -readonly [Name in keyof ServiceSpec]: ServiceSpec[Name] } = { ...spec }
  for (const name of names) delete rest[name]
  return rest
}

const inside: readonly (keyof ServiceSpec)[] = [
  'clusterIP',
  'clusterIPs',
  'ipFamilies',
  'ipFamilyPolicy',
  'internalTrafficPolicy',
]

/** What only made sense for the type a Service had goes with it. */
function adapted(given: ServiceSpec, before: ServiceSpec | undefined): ServiceSpec {
  const isUnsaid = given.sessionAffinity === 'None' && given.sessionAffinityConfig !== undefined
  const spec = isUnsaid ? without(given, ['sessionAffinityConfig']) : given
  if (!before) return spec
  if (spec.type === 'ExternalName' && before.type !== 'ExternalName') return without(spec, inside)
  if (before.type === 'LoadBalancer' && spec.type === 'NodePort')
    return without(spec, [...balancing, 'healthCheckNodePort'])
  if (!isExposed(before) || isExposed(spec)) return spec
  const rest = without(spec, [...balancing, 'externalTrafficPolicy', 'healthCheckNodePort'])
  const ports = spec.ports?.map(({ nodePort: _, ...each }) => each)
  return ports ? { ...rest, ports } : rest
}

const balancing: readonly (keyof ServiceSpec)[] = ['allocateLoadBalancerNodePorts', 'loadBalancerClass']

/** How a balancer's address is used, which most often nobody says; who has no balancer has no address of one. */
function prepareStatus(service: Service): Service {
  const { ingress } = service.status?.loadBalancer ?? {}
  if (!ingress) return service
  if (service.spec.type !== 'LoadBalancer') return { ...service, status: { ...service.status, loadBalancer: {} } }
  if (ingress.every(({ ip, ipMode }) => !ip || ipMode)) return service
  const filled = ingress.map((each) => (each.ip && !each.ipMode ? { ...each, ipMode: 'VIP' } : each))
  return { ...service, status: { ...service.status, loadBalancer: { ingress: filled } } }
}

function prepare(service: Service, before?: Service): Service {
  const adaptedSpec = adapted(service.spec, before?.spec)
  const kept = withFields(adaptedSpec, keptAddress(adaptedSpec, before?.spec))
  const spec = before ? withFields(kept, keptPorts(kept, before.spec)) : kept
  const { ports } = spec
  const filled = ports?.some((each) => withTarget(each) !== each) ? { ports: ports.map(withTarget) } : {}
  const ready = withFields(service, { spec: withFields(spec, { ...addressed(spec), ...exposed(spec), ...filled }) })
  return before ? prepareStatus(ready) : ready
}

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
  deletion: { shows: true },
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
  prepareSubresource: (_, object) => prepareStatus(object),
  validate: (object, before, subresource) => (subresource ? serviceStatus(object) : serviceRules(object, before)),
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

const endpointAddress = (field: string, { ip: address, hostname, nodeName }: EndpointAddress): Causes => [
  ...reachable(`${field}.ip`, address),
  ...when(isIP(address) === 0, () => cause.invalid(`${field}.ip`, address, 'must be a valid IP address')),
  ...(hostname ? follows(`${field}.hostname`, hostname, dnsLabel) : []),
  ...(nodeName ? follows(`${field}.nodeName`, nodeName, dnsSubdomain) : []),
]

const endpointPort = (field: string, each: EndpointPort, isOnly: boolean): Causes => [
  ...when(!isOnly && !each.name, () => cause.required(`${field}.name`)),
  ...(each.name ? follows(`${field}.name`, each.name, dnsLabel) : []),
  ...port(`${field}.port`, each.port),
  ...(each.appProtocol ? follows(`${field}.appProtocol`, each.appProtocol, qualifiedName) : []),
]

const subset = (field: string, { addresses = [], notReadyAddresses = [], ports = [] }: Subset): Causes => [
  ...when(addresses.length + notReadyAddresses.length === 0, () =>
    cause.required(field, 'must specify `addresses` or `notReadyAddresses`'),
  ),
  ...addresses.flatMap((each, j) => endpointAddress(`${field}.addresses[${j}]`, each)),
  ...notReadyAddresses.flatMap((each, j) => endpointAddress(`${field}.notReadyAddresses[${j}]`, each)),
  ...ports.flatMap((each, j) => endpointPort(`${field}.ports[${j}]`, each, ports.length === 1)),
]

const endpoints = kind<Endpoints>(core, 'Endpoints', 'endpoints', {
  shortNames: ['ep'],
  columns: [column.name, text('Endpoints', (object) => abridged(endpointTexts(object), most)), column.age],
  validate: ({ subsets = [] }) => subsets.flatMap((each, i) => subset(`subsets[${i}]`, each)),
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

/** An address of a slice is of its type. */
function sliceAddress(field: string, address: string, type: string): Causes {
  if (type === 'FQDN') return follows(field, address, dnsSubdomain)
  const wrong = reachable(field, address)
  if (wrong.length > 0) return wrong
  const isOther = (type === 'IPv4' || type === 'IPv6') && familyOf(address) !== type
  return when(isOther, () => cause.invalid(field.replace(/\[\d+\]$/, ''), address, `must be an ${type} address`))
}

const mostAddresses = 100

const endpoint = (field: string, { addresses: found, hostname, nodeName, hints }: Endpoint, type: string): Causes => [
  ...when(found.length === 0, () => cause.required(`${field}.addresses`, 'must contain at least 1 address')),
  ...when(found.length > mostAddresses, () => cause.tooMany(`${field}.addresses`, found.length, mostAddresses)),
  ...found.flatMap((each, i) => sliceAddress(`${field}.addresses[${i}]`, each, type)),
  ...(nodeName ? follows(`${field}.nodeName`, nodeName, dnsSubdomain) : []),
  ...(hostname ? follows(`${field}.hostname`, hostname, dnsLabel) : []),
  ...unique(
    hints?.forZones ?? [],
    ({ name }) => name,
    (i) => `${field}.hints.forZones[${i}].name`,
  ),
]

const slicePortRules = (found: readonly EndpointPort[]): Causes => [
  ...found.flatMap(({ name, appProtocol }, i) => [
    ...(name ? follows(`ports[${i}].name`, name, dnsLabel) : []),
    ...(appProtocol ? follows(`ports[${i}].appProtocol`, appProtocol, qualifiedName) : []),
  ]),
  ...found.flatMap(({ name = '' }, i) =>
    when(
      found.slice(0, i).some((other) => (other.name ?? '') === name),
      () => cause.duplicate(`ports[${i}].name`, name),
    ),
  ),
]

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
    ...when(!object.addressType, () => cause.required('addressType')),
    ...(before ? immutable('addressType', object.addressType, before.addressType) : []),
    ...(object.endpoints ?? []).flatMap((each, i) => endpoint(`endpoints[${i}]`, each, (before ?? object).addressType)),
    ...slicePortRules(object.ports ?? []),
  ],
})

export const services: readonly Resource[] = [service, endpoints, endpointSlice]
