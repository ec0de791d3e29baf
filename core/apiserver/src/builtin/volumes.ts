import { deepEqual, type LabelSelector, type Manifest } from '@flotilla/sdk'
import { dnsSubdomain } from '../object/names.ts'
import type { Resource } from '../resource.ts'
import { cause } from '../schema/causes.ts'
import { accessModes } from './cells.ts'
import { type Amounts, amounts, type Causes, immutable, required, requiredName, selector, when } from './checks.ts'
import { type Claim, claimSpec, modes } from './claims.ts'
import { type ColumnOf, column, count, type Group, kind, text, wideOnly } from './kind.ts'
import { withFields } from './pod-defaults.ts'

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
    readonly [source: string]: unknown
  }
  readonly status?: { readonly phase?: string; readonly reason?: string }
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
  const { resources: _, volumeAttributesClassName: __, volumeName, storageClassName, ...rest } = spec
  const gets = (value: string | undefined, old: string | undefined) => (old === undefined ? undefined : value)
  return {
    ...rest,
    volumeName: gets(volumeName, before.spec.volumeName),
    storageClassName: gets(storageClassName, before.spec.storageClassName),
  }
}

const claimUpdate = (claim: Claim, before: Claim): Causes =>
  when(!deepEqual(withoutChangeable(claim, before), withoutChangeable(before, before)), () =>
    cause.forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    ),
  )

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
  prepare: (object, before) => (before ? object : withFields(object, { status: { phase: 'Pending' } })),
  validate: (object, before) => [...claimSpec('spec', object.spec), ...(before ? claimUpdate(object, before) : [])],
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
  prepare: (object, before) => (before ? object : withFields(object, { status: { phase: 'Pending' } })),
  validate: (object, before) => [
    ...modes('spec.accessModes', object.spec.accessModes),
    ...when(object.spec.capacity?.storage === undefined, () => cause.required('spec.capacity')),
    ...amounts('spec.capacity', object.spec.capacity),
    ...sources(object),
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
    ...requiredName('provisioner', object.provisioner.toLowerCase(), (name) => dnsSubdomain(name.replaceAll('/', '.'))),
    ...fixed.flatMap((field) =>
      when(before !== undefined && !deepEqual(object[field], before[field]), () =>
        cause.forbidden(field, `updates to ${field} are forbidden.`),
      ),
    ),
  ],
})

interface Driver extends Manifest {
  readonly spec: {
    readonly attachRequired: boolean
    readonly podInfoOnMount: boolean
    readonly storageCapacity: boolean
    readonly requiresRepublish: boolean
    readonly volumeLifecycleModes: readonly string[]
    readonly tokenRequests?: readonly { readonly audience: string }[]
  }
}

const yesOrNo = <T>(name: string, cell: (object: T) => boolean): ColumnOf<T> => ({ name, type: 'boolean', cell })

const driver = kind<Driver>(storage, 'CSIDriver', 'csidrivers', {
  deletion: { shows: true },
  scope: 'Cluster',
  generation: true,
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
  validate: (object, before) =>
    before ? immutable('spec.attachRequired', object.spec.attachRequired, before.spec.attachRequired) : [],
})

interface NodeDrivers extends Manifest {
  readonly spec: { readonly drivers: readonly { readonly name: string; readonly nodeID: string }[] }
}

const nodeDrivers = kind<NodeDrivers>(storage, 'CSINode', 'csinodes', {
  deletion: { shows: true },
  scope: 'Cluster',
  columns: [column.name, count('Drivers', ({ spec }) => spec.drivers.length), column.age],
  validate: ({ spec }) =>
    spec.drivers.flatMap(({ name, nodeID }, i) => [
      ...requiredName(`spec.drivers[${i}].name`, name, dnsSubdomain),
      ...required(`spec.drivers[${i}].nodeID`, nodeID),
    ]),
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
    ...requiredName('storageClassName', object.storageClassName, dnsSubdomain),
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

const attachment = kind<Attachment>(storage, 'VolumeAttachment', 'volumeattachments', {
  deletion: { shows: true },
  scope: 'Cluster',
  subresources: ['status'],
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
    ...required('spec.nodeName', spec.nodeName),
    ...when(Object.keys(spec.source).length !== 1, () =>
      cause.required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'),
    ),
    ...(before ? immutable('spec', spec, before.spec) : []),
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
    ...requiredName('driverName', object.driverName, dnsSubdomain),
    ...(before
      ? [
          ...immutable('driverName', object.driverName, before.driverName),
          ...immutable('parameters', object.parameters, before.parameters),
        ]
      : []),
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
