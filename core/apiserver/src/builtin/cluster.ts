import { deepEqual, type Manifest, parseQuantity, type StatusCause, type StringMap, type Taint } from '@flotilla/sdk'
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
  requiredName,
  unique,
  when,
} from './checks.ts'
import { cidr } from './ip.ts'
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
    readonly podCIDR?: string
    readonly podCIDRs?: readonly string[]
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
  readonly spec?: {
    readonly hard?: Amounts
    readonly scopes?: readonly string[]
    readonly scopeSelector?: { readonly matchExpressions?: readonly ScopeRequirement[] }
  }
  readonly status?: { readonly hard?: Amounts; readonly used?: Amounts }
}

interface ScopeRequirement {
  readonly scopeName: string
  readonly operator: string
  readonly values?: readonly string[]
}

interface LimitRangeItem {
  readonly maxLimitRequestRatio?: Amounts
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

const namespaceFinalizer = (name: string): Causes => {
  const field = 'spec.finalizers'
  return [
    ...follows(field, name, qualifiedName),
    ...when(!name.includes('/') && name !== 'kubernetes', () =>
      cause.invalid(field, name, 'name is neither a standard finalizer name nor is it fully qualified'),
    ),
  ]
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
  validate: ({ spec, status, metadata }, _, subresource) => [
    ...(spec?.finalizers ?? []).flatMap(namespaceFinalizer),
    ...when(subresource === 'status' && !metadata.deletionTimestamp && status?.phase !== 'Active', () =>
      cause.invalid('status.Phase', status?.phase, "may only be 'Active' if `deletionTimestamp` is empty"),
    ),
  ],
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

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

const effect = (field: string, found: string | undefined): Causes => {
  if (!found) return [cause.required(field)]
  return when(!effects.includes(found), () => cause.notSupported(field, found, effects))
}

/** As a program in Go shows it. */
const shownTaint = ({ key, value = '', effect: found }: Taint): object => ({
  Key: key,
  Value: value,
  Effect: found,
  TimeAdded: null,
})

/** Kubernetes calls where they are `metadata`, and so does this. */
const taints = ({ spec }: Node): Causes => {
  const found = spec?.taints ?? []
  return found.flatMap((taint, i) => {
    const at = `metadata.taints[${i}]`
    const isThere = found.slice(0, i).some((other) => other.key === taint.key && other.effect === taint.effect)
    return [
      ...follows(`${at}.key`, taint.key, qualifiedName),
      ...(taint.value ? follows(`${at}.value`, taint.value, labelValue) : []),
      ...effect(`${at}.effect`, taint.effect),
      ...when(isThere, () => ({
        ...cause.duplicate(at, shownTaint(taint)),
        message: `${cause.duplicate(at, shownTaint(taint)).message}: taints must be unique by key and effect pair`,
      })),
    ]
  })
}

const networks = ({ spec }: Node): Causes => {
  const field = 'spec.podCIDRs'
  const found = spec?.podCIDRs ?? []
  const wrong = found.flatMap((each, i) => cidr(`${field}[${i}]`, each))
  const isOneFamily = new Set(found.map((each) => each.includes(':'))).size < found.length
  return [
    ...wrong,
    ...when(wrong.length === 0 && isOneFamily, () =>
      cause.invalid(field, found, 'may specify no more than one CIDR for each IP family'),
    ),
  ]
}

/** The first range is said twice. */
const withRanges = (node: Node, before?: Node): Node => {
  const { podCIDR, podCIDRs } = node.spec ?? {}
  const isNew = !podCIDRs || (podCIDRs[0] !== podCIDR && before?.spec?.podCIDRs?.[0] === podCIDRs[0])
  return podCIDR && isNew ? { ...node, spec: { ...node.spec, podCIDRs: [podCIDR] } } : node
}

const nodeAmounts = (field: string, found: Amounts = {}): Causes =>
  Object.entries(found).flatMap(([name, amount]) =>
    when(parseQuantity(amount) < 0n, () =>
      cause.invalid(`${field}.${name}`, String(amount), 'must be greater than or equal to 0'),
    ),
  )

const node = kind<Node>(core, 'Node', 'nodes', {
  prepare: withRanges,
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
    ...networks(object),
    ...nodeAmounts('status.capacity', object.status?.capacity),
    ...nodeAmounts('status.allocatable', object.status?.allocatable),
    ...when(Boolean(before?.spec?.podCIDRs?.length) && !deepEqual(object.spec?.podCIDRs, before?.spec?.podCIDRs), () =>
      cause.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'),
    ),
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

const scopes = [
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
]
const exclusive = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const

const countedResources =
  /^(cpu|memory|ephemeral-storage|(requests|limits)\.(cpu|memory|ephemeral-storage|storage)|hugepages-.+|requests\.hugepages-.+|pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services\.(nodeports|loadbalancers))$/
const wholeResources =
  /^(pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services\.(nodeports|loadbalancers)|count\/.+)$/

/** What a scope can hold for: of Pods that promise nothing only their number. */
const ofPods = /^(pods|cpu|memory|(requests|limits)\.(cpu|memory))$/

const isScopable = (scope: string, name: string): boolean =>
  scope === 'BestEffort' ? name === 'pods' : scope === 'VolumeAttributesClass' || ofPods.test(name)

const quotaAmounts = (hard: Amounts = {}): Causes =>
  Object.entries(hard).flatMap(([name, amount]) => {
    const at = `spec.hard[${name}]`
    const wrong = follows(at, name, qualifiedName)
    const isStandard = countedResources.test(name) || name.includes('/')
    return [
      ...wrong,
      ...when(wrong.length === 0 && !isStandard, () =>
        cause.invalid(at, name, 'must be a standard resource type or fully qualified'),
      ),
      ...when(!isStandard, () => cause.invalid(at, name, 'must be a standard resource for quota')),
      ...when(parseQuantity(amount) < 0n, () =>
        cause.invalid(at, String(amount), 'must be greater than or equal to 0'),
      ),
      ...when(wholeResources.test(name) && parseQuantity(amount) % 1000n !== 0n, () =>
        cause.invalid(at, String(amount), 'must be an integer'),
      ),
    ]
  })

const scopeRules = (found: readonly string[], hard: Amounts = {}): Causes => {
  const said = (detail: string): StatusCause => cause.invalid('spec.scopes', found, detail)
  const names = Object.keys(hard)
  return [
    ...found.flatMap((scope) =>
      scopes.includes(scope)
        ? names.flatMap((name) => when(!isScopable(scope, name), () => said('unsupported scope applied to resource')))
        : [said('unsupported scope')],
    ),
    ...exclusive.flatMap((pair) =>
      when(
        pair.every((scope) => found.includes(scope)),
        () => said('conflicting scopes'),
      ),
    ),
  ]
}

const scopeOperators = ['In', 'NotIn', 'Exists', 'DoesNotExist']

const scopeSelector = (found: readonly ScopeRequirement[]): Causes =>
  found.flatMap(({ scopeName, operator, values = [] }) => {
    const at = 'spec.scopeSelector.matchExpressions'
    return [
      ...when(!scopes.includes(scopeName), () => cause.invalid(`${at}.scopeName`, scopeName, 'unsupported scope')),
      ...when((operator === 'In' || operator === 'NotIn') && values.length === 0, () =>
        cause.required(
          `${at}.values`,
          "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
        ),
      ),
      ...when(!scopeOperators.includes(operator), () =>
        cause.invalid(`${at}.operator`, operator, 'not a valid selector operator'),
      ),
    ]
  })

const quotaRules = ({ spec }: ResourceQuota, before: ResourceQuota | undefined): Causes => [
  ...quotaAmounts(spec?.hard),
  ...scopeRules(spec?.scopes ?? [], spec?.hard),
  ...scopeSelector(spec?.scopeSelector?.matchExpressions ?? []),
  ...(before ? immutable('spec.scopes', spec?.scopes ?? [], before.spec?.scopes ?? []) : []),
]

const resourceQuota = kind<ResourceQuota>(core, 'ResourceQuota', 'resourcequotas', {
  deletion: { shows: true },
  shortNames: ['quota'],
  subresources: ['status'],
  generation: false,
  columns: [column.name, text('Request', usage(false)), text('Limit', usage(true)), column.age],
  validate: (object, before, subresource) =>
    subresource
      ? [...amounts('status.hard', object.status?.hard), ...amounts('status.used', object.status?.used)]
      : quotaRules(object, before),
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

const limitTypes = ['Container', 'Pod', 'PersistentVolumeClaim']

const limitType = (field: string, type: string): Causes => {
  const wrong = follows(field, type, qualifiedName)
  if (wrong.length > 0) return wrong
  return when(!limitTypes.includes(type) && !type.includes('/'), () =>
    cause.invalid(field, type, 'must be a standard limit type or fully qualified'),
  )
}

/** Which amount may not be above which, of which of them it is said, which one is shown, and how both are called. */
const ordered = [
  ['min', 'max', 'min', 'low', 'min value', 'max value'],
  ['min', 'defaultRequest', 'defaultRequest', 'high', 'min value', 'default request value'],
  ['defaultRequest', 'max', 'defaultRequest', 'low', 'default request value', 'max value'],
  ['min', 'default', 'default', 'low', 'min value', 'default value'],
  ['default', 'max', 'default', 'high', 'default value', 'max value'],
  ['defaultRequest', 'default', 'defaultRequest', 'low', 'default request value', 'default limit value'],
] as const

const orders = (field: string, item: LimitRangeItem): Causes =>
  ordered.flatMap(([low, high, at, which, lowName, highName]) =>
    Object.entries(item[low] ?? {}).flatMap(([name, amount]) => {
      const other = entry(item[high], name)
      if (other === undefined || parseQuantity(amount) <= parseQuantity(other)) return []
      const shown = String(which === 'low' ? amount : other)
      const detail = `${lowName} ${amount} is greater than ${highName} ${other}`
      return [cause.invalid(`${field}.${at}[${name}]`, shown, detail)]
    }),
  )

const ratios = (field: string, { maxLimitRequestRatio: found = {} }: LimitRangeItem): Causes =>
  Object.entries(found).flatMap(([name, ratio]) =>
    when(parseQuantity(ratio) < 1000n, () =>
      cause.invalid(`${field}.maxLimitRequestRatio[${name}]`, String(ratio), `ratio ${ratio} is less than 1`),
    ),
  )

const limitRules = (field: string, item: LimitRangeItem): Causes => [
  ...limitType(`${field}.type`, item.type),
  ...(item.type === 'Pod' ? (['default', 'defaultRequest'] as const) : []).flatMap((name) =>
    when(item[name] !== undefined, () =>
      cause.forbidden(`${field}.${name}`, "may not be specified when `type` is 'Pod'"),
    ),
  ),
  ...when(
    item.type === 'PersistentVolumeClaim' && item.min?.storage === undefined && item.max?.storage === undefined,
    () =>
      cause.required(
        `${field}.limits`,
        'either minimum or maximum storage value is required, but neither was provided',
      ),
  ),
  ...orders(field, item),
  ...ratios(field, item),
]

const limitRange = kind<LimitRange>(core, 'LimitRange', 'limitranges', {
  shortNames: ['limits'],
  prepare: (object) => ({ ...object, spec: { ...object.spec, limits: object.spec.limits.map(filledItem) } }),
  validate: ({ spec: { limits } }) => [
    ...limits.flatMap((item, i) => limitRules(`spec.limits[${i}]`, item)),
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

const systemPrefix = 'system-'
const systemClasses: ReadonlySet<string> = new Set(['system-node-critical', 'system-cluster-critical'])

const priorityName = ({ metadata: { name } }: PriorityClass): Causes =>
  when(name.startsWith(systemPrefix) && !systemClasses.has(name), () =>
    cause.forbidden(
      'metadata.name',
      `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: ${name} is not a known system priority class`,
    ),
  )

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
    ...priorityName(object),
    ...when((object.value ?? 0) > highestUserPriority && !object.metadata.name.startsWith('system-'), () =>
      cause.forbidden('value', `maximum allowed value of a user defined priority is ${highestUserPriority}`),
    ),
    ...(before
      ? [
          ...immutable('value', object.value, before.value).map(() =>
            cause.forbidden('value', 'may not be changed in an update.'),
          ),
          ...immutable('preemptionPolicy', object.preemptionPolicy, before.preemptionPolicy),
        ]
      : []),
  ],
})

const runtimeClass = kind<RuntimeClass>(runtimes, 'RuntimeClass', 'runtimeclasses', {
  scope: 'Cluster',
  columns: [column.name, text('Handler', ({ handler }) => handler), column.age],
  validate: (object, before) => [
    ...requiredName('handler', object.handler, dnsLabel),
    ...amounts('overhead.limits', object.overhead?.podFixed), // as Kubernetes calls it
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
