import type { LabelSelector, Manifest } from '@flotilla/sdk'
import { dnsLabel1035, dnsSubdomain } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { none, selectorText } from './cells.ts'
import {
  type Causes,
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
import { column, type Group, kind, text } from './kind.ts'
import { withFields } from './pod-defaults.ts'

const networking: Group = { group: 'networking.k8s.io', version: 'v1', schemas: 'io.k8s.api.networking.v1' }

interface Backend {
  readonly service?: { readonly name: string; readonly port?: { readonly name?: string; readonly number?: number } }
  readonly resource?: { readonly name: string }
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
    readonly tls?: readonly object[]
  }
  readonly status?: {
    readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] }
  }
}

interface IngressClass extends Manifest {
  readonly spec?: {
    readonly controller?: string
    readonly parameters?: { readonly apiGroup?: string; readonly kind: string; readonly name: string }
  }
}

interface Peer {
  readonly podSelector?: LabelSelector
  readonly namespaceSelector?: LabelSelector
  readonly ipBlock?: object
}

interface PolicyRule {
  readonly ports?: readonly { readonly port?: number | string; readonly endPort?: number }[]
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

function backend(field: string, { service, resource }: Backend): Causes {
  if (resource) {
    return when(service !== undefined, () => cause.invalid(field, '', 'cannot set both resource and service backends'))
  }
  if (!service) return [cause.required(field, 'resource or service backend is required')]
  const { name, number } = service.port ?? {}
  const at = `${field}.service`
  return [
    ...requiredName(`${at}.name`, service.name, dnsLabel1035),
    ...when(Boolean(name) && Boolean(number), () => cause.invalid(at, '', 'cannot set both port name & port number')),
    ...when(!name && !number, () => cause.required(at, 'port name or number is required')),
    ...(name ? follows(`${at}.port.name`, name, portName) : []),
    ...(number ? port(`${at}.port.number`, number) : []),
  ]
}

const httpPath = (field: string, { path = '', pathType, backend: found }: HttpPath): Causes => [
  ...when(pathType !== 'ImplementationSpecific' && !path.startsWith('/'), () =>
    cause.invalid(`${field}.path`, path, 'must be an absolute path'),
  ),
  ...backend(`${field}.backend`, found),
]

const host = (name: string): readonly string[] => dnsSubdomain(name.replace(/^\*\./, ''))

const rule = (field: string, { host: name, http }: Rule): Causes => [
  ...(name ? follows(`${field}.host`, name, host) : []),
  ...when(http !== undefined && http.paths.length === 0, () => cause.required(`${field}.http.paths`)),
  ...(http?.paths ?? []).flatMap((each, i) => httpPath(`${field}.http.paths[${i}]`, each)),
]

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
  validate: ({ spec = {} }) => [
    ...when(!spec.rules?.length && !spec.defaultBackend, () =>
      cause.invalid('spec', spec.rules ?? [], 'either `defaultBackend` or `rules` must be specified'),
    ),
    ...(spec.defaultBackend ? backend('spec.defaultBackend', spec.defaultBackend) : []),
    ...(spec.rules ?? []).flatMap((each, i) => rule(`spec.rules[${i}]`, each)),
    ...(spec.ingressClassName ? follows('spec.ingressClassName', spec.ingressClassName, dnsSubdomain) : []),
  ],
})

const parameters = ({ spec }: IngressClass): string => {
  const { apiGroup, kind: what, name } = spec?.parameters ?? {}
  if (!what) return none
  return `${what}${apiGroup ? `.${apiGroup}` : ''}/${name}`
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
    ...required('spec.controller', spec?.controller),
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
  ...when((ipBlock ?? podSelector ?? namespaceSelector) === undefined, () =>
    cause.required(field, 'must specify a peer'),
  ),
]

const policyRule = (field: string, side: 'from' | 'to', found: PolicyRule): Causes => [
  ...(found.ports ?? []).flatMap((each, i) => portOrName(`${field}.ports[${i}].port`, each.port)),
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
  ],
})

export const networks: readonly Resource[] = [ingress, ingressClass, networkPolicy]
