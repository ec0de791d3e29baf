import { dnsLabel, dnsSubdomain, qualifiedName } from '../object/names.ts'
import { cause } from '../schema/causes.ts'
import {
  amounts,
  annotations,
  type Causes,
  follows,
  labels,
  notNegative,
  port,
  portName,
  portOrName,
  requestsWithin,
  required,
  requiredName,
  unique,
  when,
} from './checks.ts'
import {
  envFrom,
  hostPorts,
  podSecurity,
  resourceNames,
  security,
  valueFrom as source,
  subPaths,
} from './container-checks.ts'
import { ip } from './ip.ts'
import { affinity, spreads, tolerations } from './placement-checks.ts'
import type { Container, ContainerPort, PodSpec, PodTemplate, Probe } from './pod-spec.ts'
import { volume } from './volume-checks.ts'

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const

function handler(field: string, probe: Probe): Causes {
  const found = handlers.filter((name) => probe[name] !== undefined)
  return [
    ...when(found.length === 0, () => cause.required(field, 'must specify a handler type')),
    ...found.slice(1).map((name) => cause.forbidden(`${field}.${name}`, 'may not specify more than 1 handler type')),
    ...when(probe.exec !== undefined && !probe.exec.command?.length, () => cause.required(`${field}.exec.command`)),
    ...portOrName(`${field}.httpGet.port`, probe.httpGet?.port),
    ...portOrName(`${field}.tcpSocket.port`, probe.tcpSocket?.port),
    ...port(`${field}.grpc.port`, probe.grpc?.port),
  ]
}

const probeNumbers = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const

function probe(field: string, found: Probe | undefined, onlyOnce: boolean): Causes {
  if (!found) return []
  const { successThreshold } = found
  return [
    ...handler(field, found),
    ...probeNumbers.flatMap((name) => notNegative(`${field}.${name}`, found[name])),
    ...when(onlyOnce && successThreshold !== undefined && successThreshold !== 1, () =>
      cause.invalid(`${field}.successThreshold`, successThreshold, 'must be 1'),
    ),
  ]
}

const containerPort = (field: string, { containerPort: number, hostPort, name }: ContainerPort): Causes => [
  ...(name ? follows(`${field}.name`, name, portName) : []),
  ...(number === 0 ? [cause.required(`${field}.containerPort`)] : port(`${field}.containerPort`, number)),
  ...(hostPort ? port(`${field}.hostPort`, hostPort) : []),
]

const envName = /^[^=\0]+$/

function environment(field: string, env: NonNullable<Container['env']>): Causes {
  return env.flatMap(({ name, value, valueFrom }, i) => [
    ...required(`${field}[${i}].name`, name),
    ...when(name !== '' && !envName.test(name), () =>
      cause.invalid(
        `${field}[${i}].name`,
        name,
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
      ),
    ),
    ...when(Boolean(value) && valueFrom !== undefined, () =>
      cause.invalid(`${field}[${i}].valueFrom`, '', 'may not be specified when `value` is not empty'),
    ),
    ...(valueFrom ? source(`${field}[${i}].valueFrom`, valueFrom) : []),
  ])
}

function mounts(field: string, { volumeMounts = [] }: Container, volumes: ReadonlySet<string>): Causes {
  const paths = new Set<string>()
  return volumeMounts.flatMap(({ name, mountPath }, i) => {
    const at = `${field}.volumeMounts[${i}]`
    const taken = paths.has(mountPath)
    paths.add(mountPath)
    return [
      ...required(`${at}.name`, name),
      ...when(name !== '' && !volumes.has(name), () => cause.notFound(`${at}.name`, name)),
      ...required(`${at}.mountPath`, mountPath),
      ...when(taken, () => cause.invalid(`${at}.mountPath`, mountPath, 'must be unique')),
    ]
  })
}

const imageName = (field: string, name: string | undefined): Causes => [
  ...required(`${field}.image`, name),
  ...when(name !== undefined && name !== name.trim(), () =>
    cause.invalid(`${field}.image`, name, 'must not have leading or trailing whitespace'),
  ),
]

function container(field: string, found: Container, volumes: ReadonlySet<string>, isHost?: boolean): Causes {
  const { name, ports = [], env = [], resources } = found
  return [
    ...requiredName(`${field}.name`, name, dnsLabel),
    ...imageName(field, found.image),
    ...ports.flatMap((each, i) => containerPort(`${field}.ports[${i}]`, each)),
    ...unique(
      ports,
      (each) => each.name,
      (i) => `${field}.ports[${i}].name`,
    ),
    ...hostPorts(field, found, isHost),
    ...environment(`${field}.env`, env),
    ...envFrom(`${field}.envFrom`, found),
    ...mounts(field, found, volumes),
    ...subPaths(field, found),
    ...(found.lifecycle?.postStart ? handler(`${field}.lifecycle.postStart`, found.lifecycle.postStart) : []),
    ...(found.lifecycle?.preStop ? handler(`${field}.lifecycle.preStop`, found.lifecycle.preStop) : []),
    ...probe(`${field}.livenessProbe`, found.livenessProbe, true),
    ...probe(`${field}.readinessProbe`, found.readinessProbe, false),
    ...probe(`${field}.startupProbe`, found.startupProbe, true),
    ...amounts(`${field}.resources.limits`, resources?.limits),
    ...amounts(`${field}.resources.requests`, resources?.requests),
    ...resourceNames(`${field}.resources.limits`, resources?.limits),
    ...resourceNames(`${field}.resources.requests`, resources?.requests),
    ...requestsWithin(`${field}.resources`, resources?.requests, resources?.limits),
    ...security(`${field}.securityContext`, found.securityContext),
  ]
}

function containers(
  field: string,
  { containers: main, initContainers = [], volumes = [], hostNetwork }: PodSpec,
): Causes {
  const names = new Set(volumes.map(({ name }) => name))
  return [
    ...when(main.length === 0, () => cause.required(`${field}.containers`)),
    ...main.flatMap((each, i) => container(`${field}.containers[${i}]`, each, names, hostNetwork)),
    ...initContainers.flatMap((each, i) => container(`${field}.initContainers[${i}]`, each, names)),
    ...unique(
      [...main, ...initContainers],
      ({ name }) => name,
      (i) => (i < main.length ? `${field}.containers[${i}].name` : `${field}.initContainers[${i - main.length}].name`),
    ),
  ]
}

const places = (field: string, spec: PodSpec): Causes => [
  ...labels(`${field}.nodeSelector`, spec.nodeSelector),
  ...(spec.nodeName ? follows(`${field}.nodeName`, spec.nodeName, dnsSubdomain) : []),
  ...tolerations(`${field}.tolerations`, spec),
  ...(spec.affinity ? affinity(`${field}.affinity`, spec.affinity) : []),
  ...spreads(`${field}.topologySpreadConstraints`, spec.topologySpreadConstraints),
]

const names = (field: string, spec: PodSpec): Causes => [
  ...(spec.serviceAccountName ? follows(`${field}.serviceAccountName`, spec.serviceAccountName, dnsSubdomain) : []),
  ...(spec.hostname ? follows(`${field}.hostname`, spec.hostname, dnsLabel) : []),
  ...(spec.subdomain ? follows(`${field}.subdomain`, spec.subdomain, dnsLabel) : []),
  ...(spec.priorityClassName ? follows(`${field}.priorityClassName`, spec.priorityClassName, dnsSubdomain) : []),
]

const mostServers = 3

const dns = (field: string, { dnsPolicy, dnsConfig }: PodSpec): Causes => {
  const at = `${field}.dnsConfig`
  const { nameservers = [] } = dnsConfig ?? {}
  if (dnsPolicy === 'None' && !dnsConfig) {
    return [cause.required(at, 'must provide `dnsConfig` when `dnsPolicy` is None')]
  }
  return [
    ...when(dnsPolicy === 'None' && nameservers.length === 0, () =>
      cause.required(`${at}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'),
    ),
    ...when(nameservers.length > mostServers, () =>
      cause.invalid(`${at}.nameservers`, nameservers, `must not have more than ${mostServers} nameservers`),
    ),
    ...nameservers.flatMap((each, i) => ip(`${at}.nameservers[${i}]`, each)),
  ]
}

const aliases = (field: string, { hostAliases = [] }: PodSpec): Causes =>
  hostAliases.flatMap(({ ip: address, hostnames = [] }, i) => [
    ...ip(`${field}.hostAliases[${i}].ip`, address),
    ...hostnames.flatMap((each, j) => follows(`${field}.hostAliases[${i}].hostnames[${j}]`, each, dnsSubdomain)),
  ])

const gates = (field: string, { schedulingGates = [], readinessGates = [] }: PodSpec): Causes => [
  ...schedulingGates.flatMap(({ name }, i) => follows(`${field}.schedulingGates[${i}]`, name, qualifiedName)),
  ...schedulingGates.flatMap(({ name }, i) =>
    when(
      schedulingGates.slice(0, i).some((other) => other.name === name),
      () => cause.duplicate(`${field}.schedulingGates[${i}]`, name),
    ),
  ),
  ...readinessGates.flatMap(({ conditionType }, i) =>
    follows(`${field}.readinessGates[${i}].conditionType`, conditionType, qualifiedName),
  ),
]

const goodSpecs = new WeakSet<PodSpec>()

/**
 * What is wrong with a Pod's spec beyond its schema. One that was good is not looked at again: it cannot have changed,
 * and Deployments, ReplicaSets and Pods share it.
 */
export function podSpec(field: string, spec: PodSpec): Causes {
  if (goodSpecs.has(spec)) return []
  const causes = specCauses(field, spec)
  if (causes.length === 0) goodSpecs.add(spec)
  return causes
}

const specCauses = (field: string, spec: PodSpec): Causes => [
  ...(spec.volumes ?? []).flatMap((each, i) => volume(`${field}.volumes[${i}]`, each)),
  ...unique(
    spec.volumes ?? [],
    ({ name }) => name,
    (i) => `${field}.volumes[${i}].name`,
  ),
  ...containers(field, spec),
  ...notNegative(`${field}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds),
  ...when(spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds < 1, () =>
    cause.invalid(
      `${field}.activeDeadlineSeconds`,
      spec.activeDeadlineSeconds,
      'must be between 1 and 2147483647, inclusive',
    ),
  ),
  ...dns(field, spec),
  ...aliases(field, spec),
  ...gates(field, spec),
  ...podSecurity(`${field}.securityContext`, spec),
  ...amounts(`${field}.overhead`, spec.overhead),
  ...places(field, spec),
  ...names(field, spec),
]

/** What is wrong with a template in a workload. */
export const podTemplate = (field: string, { metadata, spec }: PodTemplate): Causes => [
  ...labels(`${field}.labels`, metadata?.labels),
  ...annotations(`${field}.annotations`, metadata?.annotations),
  ...podSpec(`${field}.spec`, spec),
]

/** The same for workloads whose Pods run for ever. */
export const lastingTemplate = (field: string, kind: string, template: PodTemplate): Causes => [
  ...podTemplate(field, template),
  ...when(template.spec.restartPolicy !== 'Always', () =>
    cause.notSupported(`${field}.spec.restartPolicy`, template.spec.restartPolicy, ['Always']),
  ),
  ...when(template.spec.activeDeadlineSeconds !== undefined, () =>
    cause.forbidden(
      `${field}.spec.activeDeadlineSeconds`,
      `activeDeadlineSeconds in ${kind === 'Deployment' ? 'ReplicaSet' : kind} is not Supported`,
    ),
  ),
]
