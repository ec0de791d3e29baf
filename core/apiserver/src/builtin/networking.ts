import { isIP } from 'node:net'
import type { LabelSelector, Manifest } from '@flotilla/sdk'
import { dnsLabel, dnsSubdomain, wildcard } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { none, selectorText } from './cells.ts'
import {
  type Causes,
  domainPath,
  follows,
  immutable,
  port,
  portName,
  portOrName,
  required,
  requiredName,
  selector,
  when,
} from './checks.ts'
import { cidr, inRange, ip } from './ip.ts'
import { column, type Group, kind, text } from './kind.ts'
import { withFields } from './pod-defaults.ts'

const networking: Group = { group: 'networking.k8s.io', version: 'v1', schemas: 'io.k8s.api.networking.v1' }

interface Backend {
  readonly service?: { readonly name: string; readonly port?: { readonly name?: string; readonly number?: number } }
  readonly resource?: Reference
}

interface Reference {
  readonly apiGroup?: string
  readonly kind: string
  readonly name: string
}

interface ClassParameters extends Reference {
  readonly scope?: string
  readonly namespace?: string
}

interface Tls {
  readonly hosts?: readonly string[]
  readonly secretName?: string
}

interface Block {
  readonly cidr?: string
  readonly except?: readonly string[]
}

interface PolicyPort {
  readonly port?: number | string
  readonly endPort?: number
}

interface HttpPath {
  readonly path?: string
  readonly pathType: string
  readonly backend: Backend
}

interface Rule {
  readonly host?: string
  readonly http?: { readonly paths: readonly HttpPath[] }
}

interface Ingress extends Manifest {
  readonly spec?: {
    readonly ingressClassName?: string
    readonly defaultBackend?: Backend
    readonly rules?: readonly Rule[]
    readonly tls?: readonly Tls[]
  }
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] }
  }
}

interface IngressClass extends Manifest {
  readonly spec?: {
    readonly controller?: string
    readonly parameters?: ClassParameters
  }
}

interface Peer {
  readonly podSelector?: LabelSelector
  readonly namespaceSelector?: LabelSelector
  readonly ipBlock?: Block
}

interface PolicyRule {
  readonly ports?: readonly PolicyPort[]
  readonly from?: readonly Peer[]
  readonly to?: readonly Peer[]
}

interface NetworkPolicy extends Manifest {
  readonly spec?: {
    readonly podSelector?: LabelSelector
    readonly policyTypes?: readonly string[]
    readonly ingress?: readonly PolicyRule[]
    readonly egress?: readonly PolicyRule[]
  }
}

const resource = (field: string, { apiGroup, kind: what, name }: Reference): Causes => [
  ...(apiGroup ? follows(`${field}.apiGroup`, apiGroup, dnsSubdomain) : []),
  ...required(`${field}.kind`, what),
  ...required(`${field}.name`, name),
]

function backend(field: string, { service, resource: found }: Backend): Causes {
  if (found && service) return [cause.invalid(field, '', 'cannot set both resource and service backends')]
  if (found) return resource(`${field}.resource`, found)
  if (!service) return [cause.invalid(field, '', 'resource or service backend is required')]
  const { name, number } = service.port ?? {}
  const at = `${field}.service`
  return [
    ...requiredName(`${at}.name`, service.name, dnsLabel),
    ...when(Boolean(name) && Boolean(number), () =>
      cause.invalid(field, '', 'cannot set both port name & port number'),
    ),
    ...when(!name && !number, () => cause.required(field, 'port name or number is required')),
    ...(name ? follows(`${at}.port.name`, name, portName) : []),
    ...(number ? port(`${at}.port.number`, number) : []),
  ]
}

const notInPaths = ['//', '/./', '/../', '%2f', '%2F']
const notAtTheEnd = ['/..', '/.']

const path = (field: string, found: string): Causes => [
  ...when(!found.startsWith('/'), () => cause.invalid(field, found, 'must be an absolute path')),
  ...(found.startsWith('/') ? notInPaths : []).flatMap((part) =>
    when(found.includes(part), () => cause.invalid(field, found, `must not contain '${part}'`)),
  ),
  ...(found.startsWith('/') ? notAtTheEnd : []).flatMap((part) =>
    when(found.endsWith(part), () => cause.invalid(field, found, `cannot end with '${part}'`)),
  ),
]

const httpPath = (field: string, { path: found = '', pathType, backend: behind }: HttpPath): Causes => [
  ...when(!pathType, () => cause.required(`${field}.pathType`, 'pathType must be specified')),
  ...(pathType === 'Exact' || pathType === 'Prefix' ? path(`${field}.path`, found) : []),
  ...when(pathType === 'ImplementationSpecific' && found !== '' && !found.startsWith('/'), () =>
    cause.invalid(`${field}.path`, found, 'must be an absolute path'),
  ),
  ...backend(`${field}.backend`, behind),
]

const host = (field: string, name: string): Causes => {
  if (isIP(name) !== 0) return [cause.invalid(field, name, 'must be a DNS name, not an IP address')]
  return follows(field, name, name.includes('*') ? wildcard : dnsSubdomain)
}

const rule = (field: string, { host: name, http }: Rule): Causes => [
  ...(name ? host(`${field}.host`, name) : []),
  ...when(http !== undefined && http.paths.length === 0, () => cause.required(`${field}.http.paths`)),
  ...(http?.paths ?? []).flatMap((each, i) => httpPath(`${field}.http.paths[${i}]`, each)),
]

const tls = (field: string, { hosts: names = [], secretName }: Tls): Causes => [
  ...names.flatMap((name, i) => follows(`${field}.hosts[${i}]`, name, name.includes('*') ? wildcard : dnsSubdomain)),
  ...(secretName ? follows(`${field}.secretName`, secretName, dnsSubdomain) : []),
]

const oldClass = 'kubernetes.io/ingress.class'

/** A class may be said in two ways, but not two classes. */
const oneClass = ({ metadata: { annotations }, spec = {} }: Ingress): Causes => {
  const old = annotations?.[oldClass]
  const both = old !== undefined && spec.ingressClassName !== undefined
  return when(both && old !== spec.ingressClassName, () =>
    cause.invalid(`annotations.${oldClass}`, old, 'must match `ingressClassName` when both are specified'),
  )
}

const ingressRules = (object: Ingress, before: Ingress | undefined): Causes => {
  const { spec = {} } = object
  return [
    ...(before ? [] : oneClass(object)),
    ...when(!spec.rules?.length && !spec.defaultBackend, () =>
      cause.invalid('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified'),
    ),
    ...(spec.rules ?? []).flatMap((each, i) => rule(`spec.rules[${i}]`, each)),
    ...(spec.tls ?? []).flatMap((each, i) => tls(`spec.tls[${i}]`, each)),
    ...(spec.defaultBackend ? backend('spec.defaultBackend', spec.defaultBackend) : []),
    ...(spec.ingressClassName ? follows('spec.ingressClassName', spec.ingressClassName, dnsSubdomain) : []),
  ]
}

const ingressStatus = ({ status }: Ingress): Causes =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip: address, hostname }, i) => {
    const at = `status.loadBalancer.ingress[${i}]`
    return [...(address ? ip(`${at}.ip`, address) : []), ...(hostname ? host(`${at}.hostname`, hostname) : [])]
  })

const mostHosts = 3

function hosts({ spec }: Ingress): string {
  const names = (spec?.rules ?? []).map(({ host: name }) => name).filter((name) => name !== undefined && name !== '')
  if (names.length === 0) return '*'
  const rest = names.length - mostHosts
  return rest > 0 ? `${names.slice(0, mostHosts).join(',')} + ${rest} more...` : names.join(',')
}

const balancers = ({ status }: Ingress): string =>
  (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(',')

const ingress = kind<Ingress>(networking, 'Ingress', 'ingresses', {
  shortNames: ['ing'],
  subresources: ['status'],
  columns: [
    column.name,
    text('Class', ({ spec }) => spec?.ingressClassName ?? none),
    text('Hosts', hosts, 'Hosts that incoming requests are matched against before the ingress rule'),
    text('Address', balancers, 'Address is a list containing ingress points for the load-balancer'),
    text('Ports', ({ spec }) => (spec?.tls?.length ? '80, 443' : '80')),
    column.age,
  ],
  validate: (object, before, subresource) => (subresource ? ingressStatus(object) : ingressRules(object, before)),
})

const parameters = ({ spec }: IngressClass): string => {
  const { apiGroup, kind: what, name } = spec?.parameters ?? {}
  if (!what) return none
  return `${what}${apiGroup ? `.${apiGroup}` : ''}/${name}`
}

const longestController = 250

const controller = (field: string, name: string | undefined): Causes => {
  if (!name) return [cause.required(field)]
  return [
    ...when(name.length > longestController, () => cause.tooLong(field, longestController)),
    ...when(!domainPath.test(name), () =>
      cause.invalid(field, name, 'must be a domain-prefixed path (such as "acme.io/foo")'),
    ),
  ]
}

const classParameters = (field: string, found: ClassParameters): Causes => {
  const { scope, namespace } = found
  const isOf = (word: string): string => `\`parameters.scope\` is set to '${word}'`
  return [
    ...resource(field, found),
    ...when(scope === 'Namespace' && !namespace, () => cause.required(`${field}.namespace`, isOf('Namespace'))),
    ...(scope === 'Namespace' && namespace ? follows(`${field}.namespace`, namespace, dnsLabel) : []),
    ...when(scope === 'Cluster' && namespace !== undefined, () =>
      cause.forbidden(`${field}.namespace`, isOf('Cluster')),
    ),
  ]
}

const ingressClass = kind<IngressClass>(networking, 'IngressClass', 'ingressclasses', {
  scope: 'Cluster',
  generation: true,
  columns: [
    column.name,
    text('Controller', ({ spec }) => spec?.controller ?? '', 'Controller that is responsible for handling this class'),
    text('Parameters', parameters, 'A reference to a resource with additional parameters'),
    column.age,
  ],
  validate: ({ spec }, before) => [
    ...controller('spec.controller', spec?.controller),
    ...(spec?.parameters ? classParameters('spec.parameters', spec.parameters) : []),
    ...(before ? immutable('spec.controller', spec?.controller, before.spec?.controller) : []),
  ],
})

/** A policy that says nothing of its direction is for what comes in, and for what goes out when it speaks of that. */
function prepare(policy: NetworkPolicy): NetworkPolicy {
  const { spec } = policy
  if (!spec || spec.policyTypes) return policy
  const policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']
  return withFields(policy, { spec: { ...spec, policyTypes } })
}

const peer = (field: string, { podSelector, namespaceSelector, ipBlock }: Peer): Causes => [
  ...selector(`${field}.podSelector`, podSelector),
  ...selector(`${field}.namespaceSelector`, namespaceSelector),
  ...when(ipBlock !== undefined && (podSelector ?? namespaceSelector) !== undefined, () =>
    cause.forbidden(field, 'may not specify both ipBlock and another peer'),
  ),
  ...(ipBlock ? block(`${field}.ipBlock`, ipBlock) : []),
  ...when((ipBlock ?? podSelector ?? namespaceSelector) === undefined, () =>
    cause.required(field, 'must specify a peer'),
  ),
]

const within = (outer: string, inner: string): boolean => {
  const [base = '', bits = ''] = inner.split('/')
  return inRange(outer, base) && Number(bits) > Number(outer.split('/')[1])
}

const block = (field: string, { cidr: range, except = [] }: Block): Causes => {
  if (!range) return [cause.required(`${field}.cidr`)]
  const wrong = cidr(`${field}.cidr`, range)
  if (wrong.length > 0) return wrong
  return except.flatMap((each, i) => {
    const at = `${field}.except[${i}]`
    const known = cidr(at, each)
    if (known.length > 0) return known
    return when(!within(range, each), () => cause.invalid(at, each, 'must be a strict subset of `cidr`'))
  })
}

function policyPort(field: string, { port: found, endPort }: PolicyPort): Causes {
  const at = `${field}.endPort`
  const wrong = found === undefined ? [] : portOrName(`${field}.port`, found)
  if (endPort === undefined) return wrong
  if (found === undefined) return [cause.invalid(at, endPort, 'may not be specified when `port` is not specified')]
  if (typeof found === 'string')
    return [...wrong, cause.invalid(at, endPort, 'may not be specified when `port` is non-numeric')]
  return [
    ...wrong,
    ...when(endPort < found, () => cause.invalid(at, found, 'must be greater than or equal to `port`')),
    ...port(at, endPort),
  ]
}

const policyRule = (field: string, side: 'from' | 'to', found: PolicyRule): Causes => [
  ...(found.ports ?? []).flatMap((each, i) => policyPort(`${field}.ports[${i}]`, each)),
  ...(found[side] ?? []).flatMap((each, i) => peer(`${field}.${side}[${i}]`, each)),
]

const networkPolicy = kind<NetworkPolicy>(networking, 'NetworkPolicy', 'networkpolicies', {
  shortNames: ['netpol'],
  generation: true,
  columns: [column.name, text('Pod-Selector', ({ spec }) => selectorText(spec?.podSelector)), column.age],
  prepare,
  validate: ({ spec = {} }) => [
    ...selector('spec.podSelector', spec.podSelector),
    ...(spec.ingress ?? []).flatMap((each, i) => policyRule(`spec.ingress[${i}]`, 'from', each)),
    ...(spec.egress ?? []).flatMap((each, i) => policyRule(`spec.egress[${i}]`, 'to', each)),
    ...when((spec.policyTypes ?? []).length > 2, () =>
      cause.invalid('spec.policyTypes', spec.policyTypes, 'may not specify more than two policyTypes'),
    ),
  ],
})

interface Address extends Manifest {
  readonly spec: {
    readonly parentRef?: {
      readonly group?: string
      readonly resource?: string
      readonly namespace?: string
      readonly name?: string
    }
  }
}

/** As a program in Go shows whose an address is. */
const shownParent = ({ spec: { parentRef = {} } }: Address): object => ({
  Group: parentRef.group ?? '',
  Resource: parentRef.resource ?? '',
  Namespace: parentRef.namespace ?? '',
  Name: parentRef.name ?? '',
})

const parentName = ({ spec: { parentRef } }: Address): string => {
  const { group, resource: plural = '', namespace, name = '' } = parentRef ?? {}
  return [...(group ? [`${plural}.${group}`] : [plural]), ...(namespace ? [namespace] : []), name].join('/')
}

const address = kind<Address>(networking, 'IPAddress', 'ipaddresses', {
  scope: 'Cluster',
  shortNames: ['ip'],
  columns: [
    column.name,
    text('ParentRef', parentName, 'ParentRef references the resource that is attached to an IPAddress.'),
  ],
  selectable: { 'spec.parentRef.resource': ({ spec }) => spec.parentRef?.resource },
  validate: (object, before) => {
    const { parentRef } = object.spec
    if (before) return immutable('spec.parentRef', shownParent(object), shownParent(before))
    if (!parentRef) return [cause.required('spec.parentRef')]
    return [
      ...required('spec.parentRef.resource', parentRef.resource),
      ...required('spec.parentRef.name', parentRef.name),
    ]
  },
})

interface Ranges extends Manifest {
  readonly spec: { readonly cidrs?: readonly string[] }
}

const ranges = ({ spec: { cidrs = [] } }: Ranges): Causes => {
  const field = 'spec.cidrs'
  if (cidrs.length === 0) return [cause.required(field, 'at least one CIDR required')]
  if (cidrs.length > 2) return [cause.invalid(field, { CIDRs: cidrs }, 'may only hold up to 2 values')]
  const wrong = cidrs.flatMap((each, i) => cidr(`${field}[${i}]`, each))
  const isOneFamily = wrong.length === 0 && new Set(cidrs.map((each) => each.includes(':'))).size < cidrs.length
  const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'
  return [...wrong, ...when(isOneFamily, () => cause.invalid(field, cidrs, detail))]
}

const serviceRange = kind<Ranges>(networking, 'ServiceCIDR', 'servicecidrs', {
  scope: 'Cluster',
  subresources: ['status'],
  generation: false,
  columns: [
    column.name,
    text('CIDRs', ({ spec }) => (spec.cidrs ?? []).join(','), 'CIDRs assigned to a Service CIDR'),
    column.age,
  ],
  validate: (object, before) =>
    before ? immutable('spec.cidrs', object.spec.cidrs, before.spec.cidrs) : ranges(object),
})

export const networks: readonly Resource[] = [ingress, ingressClass, networkPolicy, address, serviceRange]
