import { isIP } from 'node:net'
import { dnsLabel, dnsSubdomain, qualifiedName } from '../object/names.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, follows, labels, port, portOrName, requiredName, unique, when } from './checks.ts'
import { cidr, familyOf, ip, reachable } from './ip.ts'
import type { Service, ServicePort, ServiceSpec } from './service-spec.ts'
import { isExposed } from './service-spec.ts'

const servicePort = (field: string, each: ServicePort, spec: ServiceSpec): Causes => [
  ...when(!each.name && (spec.ports?.length ?? 0) > 1, () => cause.required(`${field}.name`)),
  ...(each.name ? follows(`${field}.name`, each.name, dnsLabel) : []),
  ...port(`${field}.port`, each.port),
  ...portOrName(`${field}.targetPort`, each.targetPort),
  ...(each.appProtocol ? follows(`${field}.appProtocol`, each.appProtocol, qualifiedName) : []),
  ...when(Boolean(each.nodePort) && spec.type === 'ClusterIP', () =>
    cause.forbidden(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'"),
  ),
]

/** As a program in Go shows what two ports have in common. */
const shown = ({ port: number, protocol }: ServicePort): object => ({
  Name: '',
  Protocol: protocol,
  AppProtocol: null,
  Port: number,
  TargetPort: 0,
  NodePort: 0,
})

function twice(found: readonly ServicePort[]): Causes {
  const id = (each: ServicePort): string => `${each.port}/${each.protocol}`
  return found.flatMap((each, i) =>
    when(
      found.slice(0, i).some((other) => id(other) === id(each)),
      () => cause.duplicate(`spec.ports[${i}]`, shown(each)),
    ),
  )
}

const ports = ({ ports: found = [], clusterIP, type, ...spec }: ServiceSpec): Causes => {
  const mayBeEmpty = clusterIP === 'None' || type === 'ExternalName'
  const whole = { ...spec, ports: found, ...(type && { type }) }
  return [
    ...when(found.length === 0 && !mayBeEmpty, () => cause.required('spec.ports')),
    ...found.flatMap((each, i) => servicePort(`spec.ports[${i}]`, each, whole)),
    ...unique(
      found,
      ({ name }) => name,
      (i) => `spec.ports[${i}].name`,
    ),
    ...twice(found),
  ]
}

const headless = ({ type, clusterIP }: ServiceSpec): Causes =>
  when(clusterIP === 'None' && (type === 'NodePort' || type === 'LoadBalancer'), () =>
    cause.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`),
  )

const field = 'spec.clusterIPs'

const oneOfEach = (list: readonly string[]): boolean =>
  list.every((each, i) => list.findIndex((other) => isIP(other) === isIP(each)) === i)

/** The addresses it has in the cluster, against each other and against its families. */
function clusterAddresses({ clusterIP = '', clusterIPs: list = [], ipFamilies = [] }: ServiceSpec): Causes {
  const said = (detail: string): Causes => [cause.invalid(field, list, detail)]
  if (list[0] === 'None')
    return when(list.length > 1, () => cause.invalid(field, list, "'None' must be first and only value"))
  const wrong = list.flatMap((each, i) => ip(`${field}[${i}]`, each))
  return [
    ...(clusterIP === '' && list.length > 0 ? said('must be empty when `clusterIP` is not specified') : []),
    ...(clusterIP !== '' && list[0] !== clusterIP ? said('first value must match `clusterIP`') : []),
    ...wrong,
    ...(wrong.length === 0 && !oneOfEach(list) ? said('may specify no more than one IP for each IP family') : []),
    ...(wrong.length > 0 || !oneOfEach(list) ? [] : expectedFamilies(list, ipFamilies)),
  ]
}

const expectedFamilies = (list: readonly string[], families: readonly string[]): Causes =>
  list.flatMap((each, i) =>
    when(families[i] !== undefined && familyOf(each) !== families[i], () =>
      cause.invalid(`${field}[${i}]`, each, `expected an ${families[i]} value as indicated by \`ipFamilies[${i}]\``),
    ),
  )

const addresses = (spec: ServiceSpec): Causes => {
  const { clusterIPs = [], externalIPs = [], externalName, type } = spec
  return [
    ...headless(spec),
    ...when(type === 'ExternalName' && clusterIPs.length > 0, () =>
      cause.forbidden(field, 'may not be set for ExternalName services'),
    ),
    ...(type === 'ExternalName'
      ? requiredName('spec.externalName', externalName?.replace(/\.$/, ''), dnsSubdomain)
      : clusterAddresses(spec)),
    ...externalIPs.flatMap((each, i) => reachable(`spec.externalIPs[${i}]`, each)),
  ]
}

const longestAffinity = 86_400

const affinity = ({ sessionAffinityConfig: config }: ServiceSpec): Causes => {
  const { clientIP } = (config ?? {}) as { readonly clientIP?: { readonly timeoutSeconds?: number } } // by its schema
  const seconds = clientIP?.timeoutSeconds
  return when(seconds !== undefined && (seconds <= 0 || seconds > longestAffinity), () =>
    cause.invalid(
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
      seconds,
      `must be greater than 0 and less than ${longestAffinity}`,
    ),
  )
}

const onlyBalanced = "may only be used when `type` is 'LoadBalancer'"

const balanced = (spec: ServiceSpec): Causes => {
  const { type, loadBalancerSourceRanges: ranges = [], loadBalancerClass: name, allocateLoadBalancerNodePorts } = spec
  const at = 'spec.LoadBalancerSourceRanges'
  if (type === 'LoadBalancer') {
    return [
      ...ranges.flatMap((each, i) => cidr(`${at}[${i}]`, each.trim())),
      ...(name ? follows('spec.loadBalancerClass', name, qualifiedName) : []),
    ]
  }
  return [
    ...when(ranges.length > 0, () => cause.forbidden(at, onlyBalanced)),
    ...when(allocateLoadBalancerNodePorts !== undefined, () =>
      cause.forbidden('spec.allocateLoadBalancerNodePorts', onlyBalanced),
    ),
    ...when(name !== undefined, () => cause.forbidden('spec.loadBalancerClass', onlyBalanced)),
  ]
}

const outside = (spec: ServiceSpec): Causes => {
  const { type, externalTrafficPolicy: policy, healthCheckNodePort: health } = spec
  return [
    ...when(policy !== undefined && !isExposed(spec), () =>
      cause.invalid('spec.externalTrafficPolicy', policy, 'may only be set for externally-accessible services'),
    ),
    ...when(Boolean(health) && !(type === 'LoadBalancer' && policy === 'Local'), () =>
      cause.invalid(
        'spec.healthCheckNodePort',
        health,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    ),
  ]
}

const update = ({ spec }: Service, { spec: before }: Service): Causes => {
  const [given = [], had = []] = [spec.clusterIPs, before.clusterIPs]
  const lost = had.length > 0 && had[0] !== given[0]
  return when(lost && spec.type !== 'ExternalName' && before.type !== 'ExternalName', () =>
    cause.invalid(`${field}[0]`, given, 'may not change once set'),
  )
}

/** What is wrong with a Service beyond its schema. */
export const serviceRules = (service: Service, before?: Service): Causes => [
  ...ports(service.spec),
  ...labels('spec.selector', service.spec.selector),
  ...addresses(service.spec),
  ...affinity(service.spec),
  ...balanced(service.spec),
  ...outside(service.spec),
  ...(before ? update(service, before) : []),
]

/** The same for its status. */
export const serviceStatus = ({ status }: Service): Causes =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip: address, hostname }, i) => {
    const at = `status.loadBalancer.ingress[${i}]`
    return [...(address ? ip(`${at}.ip`, address) : []), ...(hostname ? hostName(`${at}.hostname`, hostname) : [])]
  })

const hostName = (at: string, name: string): Causes =>
  isIP(name) === 0
    ? follows(at, name, dnsSubdomain)
    : [cause.invalid(at, name, 'must be a DNS name, not an IP address')]
