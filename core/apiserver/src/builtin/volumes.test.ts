import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { examine, object, row, stored } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const now = new Date('2026-11-22T16:00:00Z')
const claim = (fields: Fields = {}): Fields => ({
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...fields },
})
const volume = (fields: Fields = {}): Fields => ({
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/a' }, ...fields },
})
const fixed =
  'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims'

examine('PersistentVolumeClaim', [
  ['is fine', claim(), []],
  [
    'says how it is used',
    claim({ accessModes: [] }),
    ['spec.accessModes: Required value: at least 1 access mode is required'],
  ],
  [
    'modes are known',
    claim({ accessModes: ['WriteOnly'] }),
    [
      'spec.accessModes: Unsupported value: "WriteOnly": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
    ],
  ],
  ['says how large it is', claim({ resources: {} }), ['spec.resources[storage]: Required value']],
  ['may get its volume and its class', claim({ volumeName: 'v', storageClassName: 'c' }), [], claim()],
  ['grows only once it is bound', claim({ resources: { requests: { storage: '2Gi' } } }), [fixed], claim()],
  ['keeps its volume', claim({ volumeName: 'w' }), [fixed], claim({ volumeName: 'v' })],
  ['keeps its modes', claim({ accessModes: ['ReadWriteMany'] }), [fixed], claim()],
])

examine('PersistentVolume', [
  ['is fine', volume(), []],
  [
    'has a size',
    volume({ capacity: {} }),
    ['spec.capacity: Required value', 'spec.capacity: Unsupported value: {}: supported values: "storage"'],
  ],
  [
    'is somewhere',
    { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: 1 } } },
    ['spec: Required value: must specify a volume type'],
  ],
  [
    'is in one place',
    volume({ nfs: { server: 's', path: '/' } }),
    ['spec.nfs: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'stays there',
    volume({ hostPath: { path: '/b' } }),
    ['spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation'],
    volume(),
  ],
  ['may be claimed', volume({ claimRef: { name: 'c' } }), [], volume()],
])

examine('StorageClass', [
  ['is fine', { provisioner: 'example.com/disk' }, []],
  ['has a provisioner', {}, ['provisioner: Required value']],
  ['keeps it', { provisioner: 'b' }, ['provisioner: Invalid value: "b": field is immutable'], { provisioner: 'a' }],
  ['may allow growth later', { provisioner: 'a', allowVolumeExpansion: true }, [], { provisioner: 'a' }],
])

examine('CSIDriver', [
  ['says little', { spec: {} }, []],
  [
    'attaches or does not, for ever',
    { spec: { attachRequired: false } },
    ['spec.attachedRequired: Invalid value: false: field is immutable'],
    { spec: {} },
  ],
  [
    'has modes that exist',
    { spec: { volumeLifecycleModes: ['Eternal'] } },
    ['spec.volumeLifecycleModes: Unsupported value: "Eternal": supported values: "Persistent", "Ephemeral"'],
  ],
])

examine('CSINode', [
  ['may have no drivers', { spec: { drivers: [] } }, []],
  [
    'names each driver and itself',
    { spec: { drivers: [{ name: 'a.b', nodeID: '' }] } },
    ['spec.drivers[0].nodeID: Required value'],
  ],
])

examine('CSIStorageCapacity', [
  ['has a class', { storageClassName: 'fast', capacity: '1Gi' }, []],
  [
    'of one class for ever',
    { storageClassName: 'b' },
    ['storageClassName: Invalid value: "b": field is immutable'],
    { storageClassName: 'a' },
  ],
])

const attachment = (source: Fields): Fields => ({ spec: { attacher: 'a', nodeName: 'n', source } })

examine('VolumeAttachment', [
  ['is of a volume', attachment({ persistentVolumeName: 'v' }), []],
  [
    'of one, and not of none',
    attachment({}),
    ['spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  ],
])

examine('VolumeAttributesClass', [
  ['has a driver', { driverName: 'd', parameters: { iops: '1' } }, []],
  [
    'stays as it is',
    { driverName: 'd', parameters: { iops: '2' } },
    ['parameters: Forbidden: updates to parameters are forbidden.'],
    { driverName: 'd', parameters: { iops: '1' } },
  ],
])

test('new ones are pending, and on a file system', () => {
  const made = stored(object('PersistentVolumeClaim', claim()))
  assert.deepEqual([made.status, (made.spec as Fields).volumeMode], [{ phase: 'Pending' }, 'Filesystem'])
  const { persistentVolumeReclaimPolicy } = stored(object('PersistentVolume', volume())).spec as Fields
  assert.equal(persistentVolumeReclaimPolicy, 'Retain')
})

describe('kubectl get', () => {
  const bound = {
    status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteMany', 'ReadWriteOnce'] },
  }
  const cases: readonly (readonly [kind: string, fields: Fields, cells: readonly unknown[], metadata?: Fields])[] = [
    [
      'PersistentVolumeClaim',
      { ...claim(), status: { phase: 'Pending' } },
      ['test', 'Pending', '', '', '', '', '<unset>', undefined],
    ],
    [
      'PersistentVolumeClaim',
      { ...claim({ volumeName: 'v', storageClassName: 'c' }), ...bound },
      ['test', 'Bound', 'v', '1Gi', 'RWO,RWX', 'c', '<unset>', undefined],
    ],
    [
      'PersistentVolume',
      {
        ...volume({ claimRef: { namespace: 'ns', name: 'c' }, persistentVolumeReclaimPolicy: 'Delete' }),
        status: { phase: 'Bound' },
      },
      ['test', '1Gi', 'RWO', 'Delete', 'Bound', 'ns/c', '', '<unset>', '', undefined],
    ],
    ['CSIDriver', { spec: {} }, ['test', true, false, false, '<unset>', false, 'Persistent', undefined]],
    ['CSINode', { spec: { drivers: [{ name: 'a', nodeID: 'b' }] } }, ['test', 1, undefined]],
    ['CSIStorageCapacity', { storageClassName: 'c', capacity: '1Gi' }, ['test', 'c', '1Gi']],
    ['VolumeAttachment', attachment({ persistentVolumeName: 'v' }), ['test', 'a', 'v', 'n', false, undefined]],
    ['VolumeAttributesClass', { driverName: 'd' }, ['test', 'd', undefined]],
    [
      'StorageClass',
      { provisioner: 'p', reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
      ['test (default)', 'p', 'Delete', 'Immediate', false, undefined],
      { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    ],
  ]
  for (const [kind, fields, cells, metadata] of cases) {
    test(`${kind} ${cells.join(' ')}`, () => {
      const given = object(kind, fields, metadata)
      assert.deepEqual(row(stored(given, given), now), cells)
    })
  }
})
