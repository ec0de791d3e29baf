import type { Manifest, StringMap, Taint } from '@flotilla/sdk'
import { dnsLabel, labelValue, qualifiedName } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { none } from './cells.ts'
import {
  type Amounts,
  amounts,
  type Causes,
  entry,
  follows,
  immutable,
  labels,
  positive,
  required,
  requiredName,
  unique,
  when,
} from './checks.ts'
import { column, count, type Group, kind, text, wideOnly } from './kind.ts'
import { withFields } from './pod-defaults.ts'

const core: Group = { group: '', version: 'v1', schemas: 'io.k8s.api.core.v1' }
const coordination: Group = { group: 'coordination.k8s.io', version: 'v1', schemas: 'io.k8s.api.coordination.v1' }
const runtimes: Group = { group: 'node.k8s.io', version: 'v1', schemas: 'io.k8s.api.node.v1' }
const scheduling: Group = { group: 'scheduling.k8s.io', version: 'v1', schemas: 'io.k8s.api.scheduling.v1' }

interface Namespace extends Manifest {
  readonly spec?: { readonly finalizers?: readonly string[] }
  readonly status?: { readonly phase?: string }
}

interface Node extends Manifest {
  readonly spec?: {
    readonly unschedulable?: boolean
    readonly taints?: readonly Taint[]
    readonly providerID?: string
  }
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly addresses?: readonly { readonly type: string; readonly address: string }[]
    readonly capacity?: Amounts
    readonly allocatable?: Amounts
    readonly nodeInfo?: StringMap
  }
}

interface ResourceQuota extends Manifest {
  readonly spec?: { readonly hard?: Amounts }
  readonly status?: { readonly hard?: Amounts; readonly used?: Amounts }
}

interface LimitRangeItem {
  readonly type: string
  readonly max?: Amounts
  readonly min?: Amounts
  readonly default?: Amounts
  readonly defaultRequest?: Amounts
}

interface LimitRange extends Manifest {
  readonly spec: { readonly limits: readonly LimitRangeItem[] }
}

interface Lease extends Manifest {
  readonly spec?: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly leaseTransitions?: number
  }
}

interface RuntimeClass extends Manifest {
  readonly handler: string
  readonly overhead?: { readonly podFixed?: Amounts }
  readonly scheduling?: { readonly nodeSelector?: StringMap }
}

interface PriorityClass extends Manifest {
  readonly value?: number
  readonly globalDefault?: boolean
  readonly preemptionPolicy?: string
}

const nameLabel = 'kubernetes.io/metadata.name'

/** Every Namespace can be selected by its name. */
function labelled(namespace: Namespace): Namespace {
  const { metadata } = namespace
  if (metadata.labels?.[nameLabel] === metadata.name) return namespace
  return { ...namespace, metadata: { ...metadata, labels: { ...metadata.labels, [nameLabel]: metadata.name } } }
}

/** It stays until what is in it is gone, whatever the writer says. */
function prepareNamespace(namespace: Namespace, before?: Namespace): Namespace {
  if (before?.spec) return labelled(withFields(namespace, { spec: before.spec }))
  const finalizers = new Set([...(namespace.spec?.finalizers ?? []), 'kubernetes'])
  return labelled({ ...namespace, spec: { finalizers: [...finalizers] }, status: { phase: 'Active' } })
}

const namespace = kind<Namespace>(core, 'Namespace', 'namespaces', {
  deletion: { shows: true },
  scope: 'Cluster',
  shortNames: ['ns'],
  subresources: ['status'],
  generation: false,
  columns: [column.name, text('Status', ({ status }) => status?.phase, 'The status of the namespace'), column.age],
  selectable: { 'status.phase': ({ status }) => status?.phase, name: ({ metadata }) => metadata.name },
  prepare: prepareNamespace,
})

const rolePrefix = 'node-role.kubernetes.io/'
const roleLabel = 'kubernetes.io/role'

function roles({ metadata: { labels = {} } }: Node): string {
  const prefixed = Object.keys(labels)
    .filter((key) => key.startsWith(rolePrefix) && key.length > rolePrefix.length)
    .map((key) => key.slice(rolePrefix.length))
  const found = new Set([...prefixed, ...(labels[roleLabel] ? [labels[roleLabel]] : [])])
  return [...found].toSorted().join(',') || none
}

function nodeState({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  const state = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'
  return spec?.unschedulable ? `${state},SchedulingDisabled` : state
}

const address =
  (wanted: string) =>
  (node: Node): string =>
    node.status?.addresses?.find(({ type }) => type === wanted)?.address ?? none

const info =
  (field: string) =>
  (node: Node): string =>
    node.status?.nodeInfo?.[field] || '<unknown>'

const taints = ({ spec }: Node): Causes => [
  ...(spec?.taints ?? []).flatMap(({ key, value, effect }, i) => [
    ...follows(`spec.taints[${i}].key`, key, qualifiedName),
    ...(value ? follows(`spec.taints[${i}].value`, value, labelValue) : []),
    ...required(`spec.taints[${i}].effect`, effect),
  ]),
  ...unique(
    spec?.taints ?? [],
    ({ key, effect }) => `${key}:${effect}`,
    (i) => `spec.taints[${i}]`,
  ),
]

const node = kind<Node>(core, 'Node', 'nodes', {
  scope: 'Cluster',
  shortNames: ['no'],
  subresources: ['status'],
  generation: false,
  columns: [
    column.name,
    text('Status', nodeState, 'The status of the node'),
    text('Roles', roles, 'The roles of the node'),
    column.age,
    text('Version', info('kubeletVersion')),
    ...wideOnly<Node>(
      text('Internal-IP', address('InternalIP')),
      text('External-IP', address('ExternalIP')),
      text('OS-Image', info('osImage')),
      text('Kernel-Version', info('kernelVersion')),
      text('Container-Runtime', info('containerRuntimeVersion')),
    ),
  ],
  selectable: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
  validate: (object, before) => [
    ...taints(object),
    ...amounts('status.capacity', object.status?.capacity),
    ...amounts('status.allocatable', object.status?.allocatable),
    ...when(Boolean(before?.spec?.providerID) && object.spec?.providerID !== before?.spec?.providerID, () =>
      cause.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'),
    ),
  ],
})

/** `cpu: 1/2, pods: 3/10`: used and allowed, of the amounts that are limits or that are not. */
const usage =
  (limits: boolean) =>
  ({ status }: ResourceQuota): string =>
    Object.entries(status?.hard ?? {})
      .filter(([name]) => name.startsWith('limits') === limits)
      .map(([name, hard]) => `${name}: ${entry(status?.used, name) ?? 0}/${hard}`)
      .toSorted()
      .join(', ')

const resourceQuota = kind<ResourceQuota>(core, 'ResourceQuota', 'resourcequotas', {
  deletion: { shows: true },
  shortNames: ['quota'],
  subresources: ['status'],
  generation: false,
  columns: [column.name, text('Request', usage(false)), text('Limit', usage(true)), column.age],
  validate: ({ spec }) => amounts('spec.hard', spec?.hard),
})

/** A limit that is not said is the largest allowed, and a request as much as its limit, or the least allowed. */
function filledItem(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== 'Container') return item
  const limits = { ...item.max, ...item.default }
  const requests = { ...item.min, ...limits, ...item.defaultRequest }
  return {
    ...item,
    ...(Object.keys(limits).length > 0 && { default: limits }),
    ...(Object.keys(requests).length > 0 && { defaultRequest: requests }),
  }
}

const limitRange = kind<LimitRange>(core, 'LimitRange', 'limitranges', {
  shortNames: ['limits'],
  prepare: (object) => ({ ...object, spec: { ...object.spec, limits: object.spec.limits.map(filledItem) } }),
  validate: ({ spec: { limits } }) => [
    ...limits.flatMap((item, i) =>
      (['max', 'min', 'default', 'defaultRequest'] as const).flatMap((name) =>
        amounts(`spec.limits[${i}].${name}`, item[name]),
      ),
    ),
    ...unique(
      limits,
      ({ type }) => type,
      (i) => `spec.limits[${i}].type`,
    ),
  ],
})

const lease = kind<Lease>(coordination, 'Lease', 'leases', {
  columns: [column.name, text('Holder', ({ spec }) => spec?.holderIdentity ?? ''), column.age],
  validate: ({ spec }) => [
    ...positive('spec.leaseDurationSeconds', spec?.leaseDurationSeconds),
    ...when((spec?.leaseTransitions ?? 0) < 0, () =>
      cause.invalid('spec.leaseTransitions', spec?.leaseTransitions, 'must be greater than or equal to 0'),
    ),
  ],
})

const highestUserPriority = 1_000_000_000

const priorityClass = kind<PriorityClass>(scheduling, 'PriorityClass', 'priorityclasses', {
  scope: 'Cluster',
  shortNames: ['pc'],
  generation: true,
  columns: [
    column.name,
    count('Value', ({ value }) => value),
    { name: 'Global-Default', type: 'boolean', cell: ({ globalDefault }) => globalDefault ?? false },
    column.age,
    text('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
  ],
  validate: (object, before) => [
    ...when((object.value ?? 0) > highestUserPriority && !object.metadata.name.startsWith('system-'), () =>
      cause.forbidden('value', `maximum allowed value of a user defined priority is ${highestUserPriority}`),
    ),
    ...(before
      ? immutable('value', object.value, before.value).map(() =>
          cause.forbidden('value', 'may not be changed in an update.'),
        )
      : []),
  ],
})

const runtimeClass = kind<RuntimeClass>(runtimes, 'RuntimeClass', 'runtimeclasses', {
  scope: 'Cluster',
  columns: [column.name, text('Handler', ({ handler }) => handler), column.age],
  validate: (object, before) => [
    ...requiredName('handler', object.handler, dnsLabel),
    ...amounts('overhead.podFixed', object.overhead?.podFixed),
    ...labels('scheduling.nodeSelector', object.scheduling?.nodeSelector),
    ...(before ? immutable('handler', object.handler, before.handler) : []),
  ],
})

export const cluster: readonly Resource[] = [
  namespace,
  node,
  resourceQuota,
  limitRange,
  lease,
  priorityClass,
  runtimeClass,
]
