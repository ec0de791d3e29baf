import { dnsLabel, dnsSubdomain } from '../object/names.ts'
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
  selector,
  unique,
  when,
} from './checks.ts'
import type { Container, ContainerPort, PodSpec, PodTemplate, Probe, SpreadConstraint, Volume } from './pod-spec.ts'

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const

function handler(field: string, probe: Probe): Causes {
  const found = handlers.filter((name) => probe[name] !== undefined)
  return [
    ...when(found.length === 0, () => cause.required(field, 'must specify a handler type')),
    ...found.slice(1).map((name) => cause.forbidden(`${field}.${name}`, 'may not specify more than 1 handler type')),
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
  ...port(`${field}.containerPort`, number),
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

function container(field: string, found: Container, volumes: ReadonlySet<string>): Causes {
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
    ...environment(`${field}.env`, env),
    ...mounts(field, found, volumes),
    ...probe(`${field}.livenessProbe`, found.livenessProbe, true),
    ...probe(`${field}.readinessProbe`, found.readinessProbe, false),
    ...probe(`${field}.startupProbe`, found.startupProbe, true),
    ...amounts(`${field}.resources.limits`, resources?.limits),
    ...amounts(`${field}.resources.requests`, resources?.requests),
    ...requestsWithin(`${field}.resources`, resources?.requests, resources?.limits),
  ]
}

function volume(field: string, { name, ...sources }: Volume): Causes {
  const [first, ...more] = Object.keys(sources)
  return [
    ...requiredName(`${field}.name`, name, dnsLabel),
    ...when(first === undefined, () => cause.required(field, 'must specify a volume type')),
    ...more.map((source) => cause.forbidden(`${field}.${source}`, 'may not specify more than 1 volume type')),
  ]
}

function containers(field: string, { containers: main, initContainers = [], volumes = [] }: PodSpec): Causes {
  const names = new Set(volumes.map(({ name }) => name))
  return [
    ...when(main.length === 0, () => cause.required(`${field}.containers`)),
    ...main.flatMap((each, i) => container(`${field}.containers[${i}]`, each, names)),
    ...initContainers.flatMap((each, i) => container(`${field}.initContainers[${i}]`, each, names)),
    ...unique(
      [...main, ...initContainers],
      ({ name }) => name,
      (i) => (i < main.length ? `${field}.containers[${i}].name` : `${field}.initContainers[${i - main.length}].name`),
    ),
  ]
}

const tolerations = (field: string, { tolerations: found = [] }: PodSpec): Causes =>
  found.flatMap(({ key, operator, value, effect, tolerationSeconds }, i) => [
    ...when(!key && operator !== 'Exists', () =>
      cause.invalid(
        `${field}[${i}].operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    ),
    ...when(operator === 'Exists' && Boolean(value), () =>
      cause.invalid(`${field}[${i}].operator`, value, "value must be empty when `operator` is 'Exists'"),
    ),
    ...when(tolerationSeconds !== undefined && effect !== 'NoExecute', () =>
      cause.invalid(
        `${field}[${i}].effect`,
        effect ?? '',
        "effect must be 'NoExecute' when `tolerationSeconds` is set",
      ),
    ),
  ])

const spread = (field: string, constraint: SpreadConstraint): Causes => [
  ...when(constraint.maxSkew <= 0, () =>
    cause.invalid(`${field}.maxSkew`, constraint.maxSkew, 'must be greater than zero'),
  ),
  ...required(`${field}.topologyKey`, constraint.topologyKey, 'can not be empty'),
  ...selector(`${field}.labelSelector`, constraint.labelSelector),
]

const places = (field: string, spec: PodSpec): Causes => [
  ...labels(`${field}.nodeSelector`, spec.nodeSelector),
  ...(spec.nodeName ? follows(`${field}.nodeName`, spec.nodeName, dnsSubdomain) : []),
  ...tolerations(`${field}.tolerations`, spec),
  ...(spec.topologySpreadConstraints ?? []).flatMap((each, i) =>
    spread(`${field}.topologySpreadConstraints[${i}]`, each),
  ),
]

const names = (field: string, spec: PodSpec): Causes => [
  ...(spec.serviceAccountName ? follows(`${field}.serviceAccountName`, spec.serviceAccountName, dnsSubdomain) : []),
  ...(spec.hostname ? follows(`${field}.hostname`, spec.hostname, dnsLabel) : []),
  ...(spec.subdomain ? follows(`${field}.subdomain`, spec.subdomain, dnsLabel) : []),
  ...(spec.priorityClassName ? follows(`${field}.priorityClassName`, spec.priorityClassName, dnsSubdomain) : []),
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
  ...when(spec.dnsPolicy === 'None' && !spec.dnsConfig?.nameservers?.length, () =>
    cause.required(
      `${field}.dnsConfig.nameservers`,
      'must provide at least one DNS nameserver when `dnsPolicy` is None',
    ),
  ),
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
