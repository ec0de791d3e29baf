import type { Kind } from './kind.ts'

const requests = { storage: '1Gi' }

const claim: Kind = {
  guarded: true,
  path: '/api/v1/namespaces/default/persistentvolumeclaims',
  object: {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests } },
  },
  made: [
    ['minimal', {}],
    [
      'all there is',
      {
        'spec.storageClassName': 'fast',
        'spec.volumeMode': 'Block',
        'spec.selector': { matchLabels: { a: 'b' } },
        'spec.volumeName': 'v',
      },
    ],
    ['of another', { 'spec.dataSource': { kind: 'PersistentVolumeClaim', name: 'a' } }],
    [
      'of a snapshot',
      { 'spec.dataSourceRef': { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 'a' } },
    ],
    ['no class', { 'spec.storageClassName': '' }],
    ['a status', { status: { phase: 'Bound' } }],
  ],
  tried: [
    ['no spec', { spec: undefined }],
    ['no modes', { 'spec.accessModes': [] }],
    ['a mode that is none', { 'spec.accessModes': ['Any'] }],
    ['one alone and another', { 'spec.accessModes': ['ReadWriteOncePod', 'ReadWriteOnce'] }],
    ['no size', { 'spec.resources': undefined }],
    ['a size of nothing', { 'spec.resources.requests.storage': '0' }],
    ['a size below nothing', { 'spec.resources.requests.storage': '-1Gi' }],
    ['a size that is none', { 'spec.resources.requests.storage': 'x' }],
    ['a size of a wrong unit', { 'spec.resources.requests.storage': '1Xi' }],
    ['a class that is none', { 'spec.storageClassName': 'A_b' }],
    ['a volume mode that is none', { 'spec.volumeMode': 'Any' }],
    ['a selector that is none', { 'spec.selector': { matchLabels: { 'a b': 'c' } } }],
  ],
  updates: [
    ['a volume', { 'spec.volumeName': 'v' }],
    ['another volume', { 'spec.volumeName': 'w' }],
    ['a class', { 'spec.storageClassName': 'fast' }],
    ['another class', { 'spec.storageClassName': 'slow' }],
    ['other modes', { 'spec.accessModes': ['ReadOnlyMany'] }],
    ['bound', { status: { phase: 'Bound', capacity: requests, accessModes: ['ReadWriteOnce'] } }, 'status'],
    ['less', { 'spec.resources.requests.storage': '1Mi' }],
  ],
}

const volume: Kind = {
  guarded: true,
  path: '/api/v1/persistentvolumes',
  object: {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'data' },
    spec: { capacity: requests, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } },
  },
  made: [
    ['minimal', {}],
    [
      'all there is',
      {
        'spec.hostPath': undefined,
        'spec.csi': { driver: 'a.b', volumeHandle: 'x' },
        'spec.storageClassName': 'fast',
        'spec.mountOptions': ['ro'],
        'spec.persistentVolumeReclaimPolicy': 'Delete',
        'spec.claimRef': { namespace: 'default', name: 'data' },
      },
    ],
    [
      'on a node',
      {
        'spec.hostPath': undefined,
        'spec.local': { path: '/data' },
        'spec.nodeAffinity': {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }] },
        },
      },
    ],
    ['from a server', { 'spec.hostPath': undefined, 'spec.nfs': { server: 'a', path: '/b' } }],
  ],
  tried: [
    ['no spec', { spec: undefined }],
    ['no size', { 'spec.capacity': undefined }],
    ['a size of nothing', { 'spec.capacity': { storage: '0' } }],
    ['no modes', { 'spec.accessModes': undefined }],
    ['a mode that is none', { 'spec.accessModes': ['Any'] }],
    ['no source', { 'spec.hostPath': undefined }],
    ['two sources', { 'spec.nfs': { server: 'a', path: '/b' } }],
    ['a path that leads out', { 'spec.hostPath.path': '/a/../b' }],
    ['a path of nothing', { 'spec.hostPath.path': '' }],
    ['a policy that is none', { 'spec.persistentVolumeReclaimPolicy': 'Any' }],
    ['the root recycled', { 'spec.hostPath.path': '/', 'spec.persistentVolumeReclaimPolicy': 'Recycle' }],
    ['a server without a path', { 'spec.hostPath': undefined, 'spec.nfs': {} }],
    ['a driver that is none', { 'spec.hostPath': undefined, 'spec.csi': {} }],
    ['a place of nothing', { 'spec.hostPath': undefined, 'spec.local': { path: '' } }],
    ['a place on any node', { 'spec.hostPath': undefined, 'spec.local': { path: '/a' } }],
    ['a class that is none', { 'spec.storageClassName': 'A_b' }],
    ['a volume mode that is none', { 'spec.volumeMode': 'Any' }],
    ['no terms', { 'spec.nodeAffinity': { required: { nodeSelectorTerms: [] } } }],
    ['no affinity', { 'spec.nodeAffinity': {} }],
  ],
  updates: [
    ['another policy', { 'spec.persistentVolumeReclaimPolicy': 'Delete' }],
    ['another place', { 'spec.hostPath.path': '/b' }],
    ['another mode', { 'spec.volumeMode': 'Block' }],
    ['a status', { status: { phase: 'Available' } }, 'status'],
  ],
}

const storageClass: Kind = {
  path: '/apis/storage.k8s.io/v1/storageclasses',
  object: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'fast' },
    provisioner: 'example.com/a',
  },
  made: [
    ['minimal', {}],
    [
      'all there is',
      {
        parameters: { a: 'b' },
        reclaimPolicy: 'Retain',
        mountOptions: ['ro'],
        allowVolumeExpansion: true,
        volumeBindingMode: 'WaitForFirstConsumer',
        allowedTopologies: [{ matchLabelExpressions: [{ key: 'a', values: ['b'] }] }],
      },
    ],
  ],
  tried: [
    ['no provisioner', { provisioner: undefined }],
    ['a provisioner that is none', { provisioner: 'a b' }],
    ['a policy that is none', { reclaimPolicy: 'Any' }],
    ['a mode that is none', { volumeBindingMode: 'Any' }],
    ['a parameter without a name', { parameters: { '': 'b' } }],
  ],
  updates: [
    ['another provisioner', { provisioner: 'b' }],
    ['other parameters', { parameters: { a: 'c' } }],
    ['another policy', { reclaimPolicy: 'Retain' }],
    ['another mode', { volumeBindingMode: 'WaitForFirstConsumer' }],
    ['growing', { allowVolumeExpansion: true }],
  ],
}

const driver: Kind = {
  path: '/apis/storage.k8s.io/v1/csidrivers',
  object: { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name: 'a.example.com' }, spec: {} },
  made: [
    ['minimal', {}],
    [
      'all there is',
      {
        spec: {
          attachRequired: false,
          podInfoOnMount: true,
          volumeLifecycleModes: ['Ephemeral'],
          fsGroupPolicy: 'File',
          tokenRequests: [{ audience: 'a', expirationSeconds: 3600 }],
        },
      },
    ],
  ],
  tried: [
    ['no spec', { spec: undefined }],
    ['a mode that is none', { 'spec.volumeLifecycleModes': ['Any'] }],
    ['a policy that is none', { 'spec.fsGroupPolicy': 'Any' }],
    ['a token twice', { 'spec.tokenRequests': [{ audience: 'a' }, { audience: 'a' }] }],
    ['a token for a moment', { 'spec.tokenRequests': [{ audience: 'a', expirationSeconds: 3 }] }],
  ],
  updates: [
    ['attached', { 'spec.attachRequired': false }],
    ['other modes', { 'spec.volumeLifecycleModes': ['Ephemeral'] }],
  ],
}

const node: Kind = {
  path: '/apis/storage.k8s.io/v1/csinodes',
  object: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name: 'a' },
    spec: { drivers: [{ name: 'a.b', nodeID: 'x', topologyKeys: ['a'] }] },
  },
  made: [
    ['minimal', {}],
    ['no drivers', { spec: { drivers: [] } }],
  ],
  tried: [
    ['no spec', { spec: undefined }],
    ['a driver that is none', { 'spec.drivers': [{ name: '', nodeID: '' }] }],
    [
      'a driver twice',
      {
        'spec.drivers': [
          { name: 'a', nodeID: 'a' },
          { name: 'a', nodeID: 'a' },
        ],
      },
    ],
    ['a key twice', { 'spec.drivers': [{ name: 'a', nodeID: 'a', topologyKeys: ['a', 'a'] }] }],
    ['room below nothing', { 'spec.drivers': [{ name: 'a', nodeID: 'a', allocatable: { count: -1 } }] }],
  ],
  updates: [['another id', { 'spec.drivers.0.nodeID': 'y' }]],
}

const capacity: Kind = {
  path: '/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities',
  object: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    metadata: { name: 'a' },
    storageClassName: 'fast',
  },
  made: [
    ['minimal', {}],
    ['all there is', { capacity: '1Gi', maximumVolumeSize: '1Gi', nodeTopology: { matchLabels: { a: 'b' } } }],
  ],
  tried: [
    ['no class', { storageClassName: undefined }],
    ['less than nothing', { capacity: '-1' }],
    ['less than nothing at once', { maximumVolumeSize: '-1' }],
  ],
  updates: [
    ['another class', { storageClassName: 'slow' }],
    ['more', { capacity: '2Gi' }],
  ],
}

const attachment: Kind = {
  path: '/apis/storage.k8s.io/v1/volumeattachments',
  object: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: 'a' },
    spec: { attacher: 'a.b', nodeName: 'n', source: { persistentVolumeName: 'v' } },
  },
  made: [['minimal', {}]],
  tried: [
    ['no spec', { spec: undefined }],
    ['no source', { 'spec.source': {} }],
  ],
  updates: [
    ['another node', { 'spec.nodeName': 'm' }],
    ['attached', { status: { attached: true } }, 'status'],
  ],
}

const attributes: Kind = {
  guarded: true,
  path: '/apis/storage.k8s.io/v1/volumeattributesclasses',
  object: {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    metadata: { name: 'a' },
    driverName: 'a.b',
    parameters: { a: 'b' },
  },
  made: [['minimal', {}]],
  tried: [
    ['no driver', { driverName: undefined }],
    ['no parameters', { parameters: undefined }],
    ['a driver that is none', { driverName: 'A_b!' }],
  ],
  updates: [
    ['another driver', { driverName: 'c' }],
    ['other parameters', { parameters: { a: 'c' } }],
  ],
}

export const storage: readonly Kind[] = [claim, volume, storageClass, driver, node, capacity, attachment, attributes]
