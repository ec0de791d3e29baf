import { deepEqual, type LabelSelector, type Manifest, parseQuantity } from '@flotilla/sdk'
import { dnsSubdomain, qualifiedName } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { accessModes } from './cells.ts'
import {
  type Amounts,
  type Causes,
  follows,
  immutable,
  notNegative,
  required,
  requiredName,
  selector,
  unique,
  when,
} from './checks.ts'
import { type Claim, claimSpec, modes, size } from './claims.ts'
import { type ColumnOf, column, count, type Group, kind, text, wideOnly } from './kind.ts'
import { nodeTerms } from './placement-checks.ts'
import { withFields } from './pod-defaults.ts'
import type { NodeTerm } from './pod-spec.ts'
import { hostPath, nfs } from './volume-checks.ts'

const core: Group = { group: '', version: 'v1', schemas: 'io.k8s.api.core.v1' }
const storage: Group = { group: 'storage.k8s.io', version: 'v1', schemas: 'io.k8s.api.storage.v1' }

interface Volume extends Manifest {
  readonly spec: {
    readonly accessModes?: readonly string[]
    readonly capacity?: Amounts
    readonly claimRef?: { readonly namespace?: string; readonly name?: string }
    readonly persistentVolumeReclaimPolicy?: string
    readonly storageClassName?: string
    readonly volumeAttributesClassName?: string
    readonly volumeMode?: string
    readonly nodeAffinity?: object
    readonly hostPath?: { readonly path?: string; readonly type?: string }
    readonly nfs?: { readonly server?: string; readonly path?: string }
    readonly csi?: { readonly driver?: string; readonly volumeHandle?: string }
    readonly local?: { readonly path?: string }
    readonly [source: string]: unknown
  }
  readonly status?: { readonly phase?: string; readonly reason?: string; readonly lastPhaseTransitionTime?: string }
}

interface StorageClass extends Manifest {
  readonly provisioner: string
  readonly parameters?: object
  readonly reclaimPolicy?: string
  readonly volumeBindingMode?: string
  readonly allowVolumeExpansion?: boolean
}

const unset = '<unset>'
const stateOf = ({ metadata, status }: Manifest & { readonly status?: { readonly phase?: string } }): string =>
  metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')

/** A claim keeps what it asked for; it may get its volume, its class and more space. */
function withoutChangeable({ spec }: Claim, before: Claim): object {
  const { resources, volumeAttributesClassName: _, volumeName, storageClassName, ...rest } = spec
  const isBound = before.status?.phase === 'Bound'
  const gets = (value: string | undefined, old: string | undefined) => (old === undefined ? undefined : value)
  return {
    ...rest,
    resources: isBound ? undefined : resources,
    volumeName: gets(volumeName, before.spec.volumeName),
    storageClassName: gets(storageClassName, before.spec.storageClassName),
  }
}

/** What there is of it cannot be taken back. */
const shrunk = ({ spec, status }: Claim, before: Claim): Causes => {
  const [asked, had] = [spec.resources?.requests?.storage, status?.capacity?.storage]
  if (deepEqual(spec, before.spec)) return []
  return when(asked !== undefined && had !== undefined && parseQuantity(asked) < parseQuantity(had), () =>
    cause.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'),
  )
}

const claimUpdate = (claim: Claim, before: Claim): Causes =>
  when(!deepEqual(withoutChangeable(claim, before), withoutChangeable(before, before)), () =>
    cause.forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    ),
  )

const cloneable: ReadonlySet<string> = new Set(['PersistentVolumeClaim', 'VolumeSnapshot'])

/** What it is made of is said in two ways; the older one knows only claims and snapshots. */
const withSources = (claim: Claim): Claim => {
  const { dataSource, dataSourceRef } = claim.spec
  if (dataSource && !cloneable.has(dataSource.kind)) {
    const { dataSource: _, ...spec } = claim.spec
    return { ...claim, spec }
  }
  if (dataSource && !dataSourceRef) return { ...claim, spec: { ...claim.spec, dataSourceRef: dataSource } }
  const isOlder = dataSourceRef && !dataSource && !dataSourceRef.namespace && cloneable.has(dataSourceRef.kind)
  return isOlder ? { ...claim, spec: { ...claim.spec, dataSource: dataSourceRef } } : claim
}

const claim = kind<Claim>(core, 'PersistentVolumeClaim', 'persistentvolumeclaims', {
  deletion: { shows: true },
  shortNames: ['pvc'],
  subresources: ['status'],
  generation: false,
  columns: [
    column.name,
    text('Status', stateOf),
    text('Volume', ({ spec }) => spec.volumeName ?? ''),
    text('Capacity', ({ spec, status }) => (spec.volumeName ? String(status?.capacity?.storage ?? '') : '')),
    text('Access Modes', ({ spec, status }) => (spec.volumeName ? accessModes(status?.accessModes) : '')),
    text('StorageClass', ({ spec }) => spec.storageClassName ?? ''),
    text('VolumeAttributesClass', ({ spec }) => spec.volumeAttributesClassName ?? unset),
    column.age,
    ...wideOnly<Claim>(text('VolumeMode', ({ spec }) => spec.volumeMode ?? unset)),
  ],
  prepare: (object, before) => (before ? object : withFields(withSources(object), { status: { phase: 'Pending' } })),
  validate: (object, before) => [
    ...claimSpec('spec', object.spec),
    ...(before ? [...claimUpdate(object, before), ...shrunk(object, before)] : []),
  ],
})

/** Fields of a volume's spec that do not say where it is. */
const descriptive = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
])

const sourcesOf = ({ spec }: Volume): object =>
  Object.fromEntries(Object.entries(spec).filter(([name]) => !descriptive.has(name)))

function sources(object: Volume): Causes {
  const [first, ...more] = Object.keys(sourcesOf(object))
  return [
    ...when(first === undefined, () => cause.required('spec', 'must specify a volume type')),
    ...more.map((name) => cause.forbidden(`spec.${name}`, 'may not specify more than 1 volume type')),
  ]
}

const since = (time: string | undefined): Volume['status'] => (time ? { lastPhaseTransitionTime: time } : {})

const onlyStorage = ['storage']

const capacity = ({ spec: { capacity: found } }: Volume): Causes => {
  const names = Object.keys(found ?? {})
  return [
    ...when(names.length === 0, () => cause.required('spec.capacity')),
    ...when(names.length !== 1 || names[0] !== 'storage', () =>
      cause.notSupported('spec.capacity', found ?? null, onlyStorage),
    ),
    ...size('spec.capacity[storage]', found?.storage),
  ]
}

/** Where it is, and for which nodes. */
const placed = ({ spec }: Volume): Causes => {
  const { storageClassName, nodeAffinity, persistentVolumeReclaimPolicy: policy } = spec
  const { required: wanted } = (nodeAffinity ?? {}) as {
    readonly required?: { nodeSelectorTerms: readonly NodeTerm[] }
  } // by its schema
  const at = 'spec.nodeAffinity'
  return [
    ...(storageClassName ? follows('spec.storageClassName', storageClassName, dnsSubdomain) : []),
    ...(spec.hostPath ? hostPath('spec.hostPath', spec.hostPath) : []),
    ...(spec.nfs ? nfs('spec.nfs', spec.nfs) : []),
    ...(spec.csi
      ? [...required('spec.csi.driver', spec.csi.driver), ...required('spec.csi.volumeHandle', spec.csi.volumeHandle)]
      : []),
    ...(spec.local ? required('spec.local.path', spec.local.path) : []),
    ...when(spec.local !== undefined && !nodeAffinity, () => cause.required(at, 'Local volume requires node affinity')),
    ...when(nodeAffinity !== undefined && !wanted, () =>
      cause.required(`${at}.required`, 'must specify required node constraints'),
    ),
    ...(wanted ? nodeTerms(`${at}.required.nodeSelectorTerms`, wanted.nodeSelectorTerms) : []),
    ...when(spec.hostPath?.path === '/' && policy === 'Recycle', () =>
      cause.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"),
    ),
  ]
}

const claimName = ({ spec: { claimRef } }: Volume): string =>
  claimRef ? `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}` : ''

const volume = kind<Volume>(core, 'PersistentVolume', 'persistentvolumes', {
  deletion: { shows: true },
  scope: 'Cluster',
  shortNames: ['pv'],
  subresources: ['status'],
  generation: false,
  columns: [
    column.name,
    text('Capacity', ({ spec }) => String(spec.capacity?.storage ?? '')),
    text('Access Modes', ({ spec }) => accessModes(spec.accessModes)),
    text('Reclaim Policy', ({ spec }) => spec.persistentVolumeReclaimPolicy),
    text('Status', stateOf),
    text('Claim', claimName),
    text('StorageClass', ({ spec }) => spec.storageClassName ?? ''),
    text('VolumeAttributesClass', ({ spec }) => spec.volumeAttributesClassName ?? unset),
    text('Reason', ({ status }) => status?.reason ?? ''),
    column.age,
    ...wideOnly<Volume>(text('VolumeMode', ({ spec }) => spec.volumeMode ?? unset)),
  ],
  prepare: (object, before) =>
    before ? object : { ...object, status: { phase: 'Pending', ...since(object.metadata.creationTimestamp) } },
  prepareSubresource: (_, object, before, now) =>
    object.status && object.status.phase !== before.status?.phase
      ? { ...object, status: { ...object.status, ...since(now) } }
      : object,
  validate: (object, before) => [
    ...modes('spec.accessModes', object.spec.accessModes),
    ...capacity(object),
    ...sources(object),
    ...placed(object),
    ...(before ? immutable('volumeMode', object.spec.volumeMode, before.spec.volumeMode) : []),
    ...when(before !== undefined && !deepEqual(sourcesOf(object), sourcesOf(before)), () =>
      cause.forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'),
    ),
  ],
})

const isDefault = ({ metadata: { annotations = {} } }: StorageClass): boolean =>
  annotations['storageclass.kubernetes.io/is-default-class'] === 'true'

const fixed = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const

const storageClass = kind<StorageClass>(storage, 'StorageClass', 'storageclasses', {
  deletion: { shows: true },
  scope: 'Cluster',
  shortNames: ['sc'],
  columns: [
    {
      ...column.name,
      cell: (object) => (isDefault(object) ? `${object.metadata.name} (default)` : object.metadata.name),
    },
    text('Provisioner', ({ provisioner }) => provisioner),
    text('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy),
    text('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode),
    {
      name: 'AllowVolumeExpansion',
      type: 'boolean',
      cell: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
    },
    column.age,
  ],
  validate: (object, before) => [
    ...requiredName('provisioner', object.provisioner.toLowerCase(), qualifiedName),
    ...when(Object.hasOwn(object.parameters ?? {}, ''), () =>
      cause.invalid('parameters', '', 'field can not be empty.'),
    ),
    ...fixed.flatMap((field) => (before ? immutable(field, object[field], before[field]) : [])),
  ],
})

interface Driver extends Manifest {
  readonly spec: {
    readonly attachRequired: boolean
    readonly podInfoOnMount: boolean
    readonly storageCapacity: boolean
    readonly requiresRepublish: boolean
    readonly volumeLifecycleModes: readonly string[]
    readonly tokenRequests?: readonly { readonly audience: string; readonly expirationSeconds?: number }[]
  }
}

const lifecycles = ['Persistent', 'Ephemeral']
const shortestToken = 600

const driverTokens = (found: NonNullable<Driver['spec']['tokenRequests']>): Causes => [
  ...unique(
    found,
    ({ audience }) => audience,
    (i) => `spec.tokenRequests[${i}].audience`,
  ),
  ...found.flatMap(({ expirationSeconds }, i) =>
    when((expirationSeconds ?? shortestToken) < shortestToken, () =>
      cause.invalid(
        `spec.tokenRequests[${i}].expirationSeconds`,
        expirationSeconds,
        'may not specify a duration less than 10 minutes',
      ),
    ),
  ),
]

const yesOrNo = <T>(name: string, cell: (object: T) => boolean): ColumnOf<T> => ({ name, type: 'boolean', cell })

const driver = kind<Driver>(storage, 'CSIDriver', 'csidrivers', {
  deletion: { shows: true },
  scope: 'Cluster',
  columns: [
    column.name,
    yesOrNo('AttachRequired', ({ spec }) => spec.attachRequired),
    yesOrNo('PodInfoOnMount', ({ spec }) => spec.podInfoOnMount),
    yesOrNo('StorageCapacity', ({ spec }) => spec.storageCapacity),
    text('TokenRequests', ({ spec }) => spec.tokenRequests?.map(({ audience }) => audience).join(',') || unset),
    yesOrNo('RequiresRepublish', ({ spec }) => spec.requiresRepublish),
    text('Modes', ({ spec }) => spec.volumeLifecycleModes.join(',')),
    column.age,
  ],
  validate: ({ spec }, before) => [
    ...spec.volumeLifecycleModes
      .filter((mode) => !lifecycles.includes(mode))
      .map((mode) => cause.notSupported('spec.volumeLifecycleModes', mode, lifecycles)),
    ...driverTokens(spec.tokenRequests ?? []),
    ...(before
      ? [
          ...immutable('spec.attachedRequired', spec.attachRequired, before.spec.attachRequired),
          ...immutable('spec.volumeLifecycleModes', spec.volumeLifecycleModes, before.spec.volumeLifecycleModes),
        ]
      : []),
  ],
})

interface NodeDrivers extends Manifest {
  readonly spec: {
    readonly drivers: readonly {
      readonly name: string
      readonly nodeID: string
      readonly topologyKeys?: readonly string[]
      readonly allocatable?: { readonly count?: number }
    }[]
  }
}

type NodeDriver = NodeDrivers['spec']['drivers'][number]

/** As a program in Go shows it. */
const shownDriver = ({ name, nodeID, topologyKeys, allocatable }: NodeDriver): object => ({
  Name: name,
  NodeID: nodeID,
  TopologyKeys: topologyKeys ?? null,
  Allocatable: allocatable ?? null,
})

/** A driver may come and go, but not change. */
const keptDrivers = (drivers: readonly NodeDriver[], before: readonly NodeDriver[]): Causes =>
  drivers.flatMap((driver) => {
    const old = before.find(({ name }) => name === driver.name)
    const changed = old !== undefined && !deepEqual({ ...old, allocatable: 0 }, { ...driver, allocatable: 0 })
    return when(changed, () => cause.immutable('spec.drivers', shownDriver(driver)))
  })

const nodeDrivers = kind<NodeDrivers>(storage, 'CSINode', 'csinodes', {
  deletion: { shows: true },
  scope: 'Cluster',
  columns: [column.name, count('Drivers', ({ spec }) => spec.drivers.length), column.age],
  validate: ({ spec }, before) => [
    ...(before ? keptDrivers(spec.drivers, before.spec.drivers) : []),
    ...spec.drivers.flatMap(({ name, nodeID, topologyKeys = [], allocatable }, i) => [
      ...requiredName(`spec.drivers[${i}].name`, name, dnsSubdomain),
      ...required(`spec.drivers[${i}].nodeID`, nodeID),
      ...unique(
        topologyKeys,
        (key) => key,
        () => `spec.drivers[${i}]`,
      ),
      ...notNegative(`spec.drivers[${i}].allocatable.count`, allocatable?.count),
    ]),
    ...unique(
      spec.drivers,
      ({ name }) => name,
      (i) => `spec.drivers[${i}].name`,
    ),
  ],
})

interface Room extends Manifest {
  readonly storageClassName: string
  readonly capacity?: number | string
  readonly maximumVolumeSize?: number | string
  readonly nodeTopology?: LabelSelector
}

const room = kind<Room>(storage, 'CSIStorageCapacity', 'csistoragecapacities', {
  columns: [
    column.name,
    text('StorageClassName', ({ storageClassName }) => storageClassName),
    text('Capacity', ({ capacity }) => String(capacity ?? unset)),
    ...wideOnly<Room>(text('MaximumVolumeSize', ({ maximumVolumeSize }) => String(maximumVolumeSize ?? unset))),
  ],
  validate: (object, before) => [
    ...follows('storageClassName', object.storageClassName, dnsSubdomain),
    ...when(object.capacity !== undefined && parseQuantity(object.capacity) < 0n, () =>
      cause.invalid('capacity', String(object.capacity), 'must be greater than or equal to 0'),
    ),
    ...selector('nodeTopology', object.nodeTopology),
    ...(before
      ? [
          ...immutable('storageClassName', object.storageClassName, before.storageClassName),
          ...immutable('nodeTopology', object.nodeTopology, before.nodeTopology),
        ]
      : []),
  ],
})

interface Attachment extends Manifest {
  readonly spec: {
    readonly attacher: string
    readonly nodeName: string
    readonly source: { readonly persistentVolumeName?: string; readonly inlineVolumeSpec?: object }
  }
  readonly status?: { readonly attached?: boolean }
}

/** As a program in Go shows it. */
const shownAttachment = ({ attacher, source, nodeName }: Attachment['spec']): object => ({
  Attacher: attacher,
  Source: {
    PersistentVolumeName: source.persistentVolumeName ?? null,
    InlineVolumeSpec: source.inlineVolumeSpec ?? null,
  },
  NodeName: nodeName,
})

const attachment = kind<Attachment>(storage, 'VolumeAttachment', 'volumeattachments', {
  deletion: { shows: true },
  scope: 'Cluster',
  subresources: ['status'],
  generation: false,
  columns: [
    column.name,
    text('Attacher', ({ spec }) => spec.attacher),
    text('PV', ({ spec }) => spec.source.persistentVolumeName ?? ''),
    text('Node', ({ spec }) => spec.nodeName),
    yesOrNo('Attached', ({ status }) => status?.attached ?? false),
    column.age,
  ],
  prepare: (object, before) => (before ? object : withFields(object, { status: { attached: false } })),
  validate: ({ spec }, before) => [
    ...required('spec.attacher', spec.attacher),
    ...follows('spec.nodeName', spec.nodeName, dnsSubdomain),
    ...when(Object.keys(spec.source).length !== 1, () =>
      cause.required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'),
    ),
    ...(before ? immutable('spec', shownAttachment(spec), shownAttachment(before.spec)) : []),
  ],
})

interface AttributesClass extends Manifest {
  readonly driverName: string
  readonly parameters?: object
}

const attributesClass = kind<AttributesClass>(storage, 'VolumeAttributesClass', 'volumeattributesclasses', {
  deletion: { shows: true },
  scope: 'Cluster',
  shortNames: ['vac'],
  columns: [column.name, text('DriverName', ({ driverName }) => driverName), column.age],
  validate: (object, before) => [
    ...requiredName('driverName', object.driverName.toLowerCase(), qualifiedName),
    ...when(Object.keys(object.parameters ?? {}).length === 0, () =>
      cause.required('parameters', 'must contain at least one key/value pair'),
    ),
    ...(['driverName', 'parameters'] as const).flatMap((field) =>
      when(before !== undefined && !deepEqual(object[field], before[field]), () =>
        cause.forbidden(field, `updates to ${field} are forbidden.`),
      ),
    ),
  ],
})

export const volumes: readonly Resource[] = [
  claim,
  volume,
  storageClass,
  driver,
  nodeDrivers,
  room,
  attachment,
  attributesClass,
]
