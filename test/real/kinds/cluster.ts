import type { Case, Kind } from './kind.ts'

const namespace: Kind = {
  path: '/api/v1/namespaces',
  object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } },
  tried: [
    ['good', {}],
    ['a finalizer', { spec: { finalizers: ['example.com/a'] } }],
    ['a finalizer that is none', { spec: { finalizers: ['a b'] } }],
    ['a name that is none', { 'metadata.name': 'A.b' }],
    ['a label', { 'metadata.labels': { a: 'b' } }],
    ['another name in its label', { 'metadata.labels': { 'kubernetes.io/metadata.name': 'x' } }],
  ],
  updates: [
    ['a label', { 'metadata.labels': { a: 'b' } }],
    ['a phase', { status: { phase: 'Terminating' } }, 'status'],
  ],
}

const taint = { key: 'a', effect: 'NoSchedule' }

/** What a cluster's own admission gives every new node. */
const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

const node: Kind = {
  path: '/api/v1/nodes',
  object: {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    spec: { podCIDR: '10.1.0.0/24', taints: [notReady] },
  },
  made: [
    ['minimal', {}],
    [
      'taints',
      { 'spec.taints': [notReady, taint, { ...taint, effect: 'NoExecute', value: 'b' }], 'spec.unschedulable': true },
    ],
  ],
  tried: [
    ['a taint without a key', { 'spec.taints': [{ effect: 'NoSchedule' }] }],
    ['a taint that is none', { 'spec.taints': [{ key: 'a b', value: 'c d', effect: 'Any' }] }],
    ['a taint without effect', { 'spec.taints': [{ key: 'a' }] }],
    ['a taint twice', { 'spec.taints': [taint, taint] }],
    ['a range that is none', { 'spec.podCIDR': 'x' }],
    ['two ranges of a family', { 'spec.podCIDR': '10.1.0.0/24', 'spec.podCIDRs': ['10.1.0.0/24', '10.2.0.0/24'] }],
  ],
  updates: [
    ['a taint', { 'spec.taints': [taint] }],
    ['another range', { 'spec.podCIDR': '10.9.0.0/24' }],
    ['a provider', { 'spec.providerID': 'a://b' }],
    ['another provider', { 'spec.providerID': 'a://c' }],
    [
      'a status',
      {
        status: {
          capacity: { cpu: '2', memory: '1Gi', pods: 10 },
          allocatable: { cpu: '2' },
          conditions: [{ type: 'Ready', status: 'True' }],
          addresses: [{ type: 'InternalIP', address: '1.2.3.4' }],
        },
      },
      'status',
    ],
    ['less than nothing', { 'status.capacity': { cpu: '-1' } }, 'status'],
  ],
}

const quota: Kind = {
  path: '/api/v1/namespaces/default/resourcequotas',
  object: {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard: { pods: 100, 'requests.cpu': '100' } },
  },
  made: [
    ['minimal', {}],
    ['nothing', { spec: undefined }],
    ['a scope', { spec: { hard: { pods: '10' }, scopes: ['BestEffort'] } }],
    [
      'a selector',
      {
        spec: {
          hard: { pods: '10' },
          scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['a'] }] },
        },
      },
    ],
    [
      'counts',
      {
        'spec.hard': {
          'count/deployments.apps': '3',
          'services.nodeports': 0,
          'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
        },
      },
    ],
  ],
  tried: [
    ['less than none', { 'spec.hard': { pods: -1 } }],
    ['half a pod', { 'spec.hard': { pods: '1500m' } }],
    ['an unknown amount', { 'spec.hard': { bananas: 1 } }],
    ['a name that is none', { 'spec.hard': { 'a b': 1 } }],
    ['a scope that is none', { 'spec.scopes': ['Any'] }],
    ['scopes that exclude each other', { 'spec.hard': { pods: 1 }, 'spec.scopes': ['BestEffort', 'NotBestEffort'] }],
    ['a scope of nothing such', { 'spec.hard': { services: 1 }, 'spec.scopes': ['BestEffort'] }],
    ['a selector that is none', { 'spec.scopeSelector': { matchExpressions: [{ scopeName: 'Any', operator: 'Is' }] } }],
    [
      'a selector without values',
      {
        'spec.hard': { pods: 1 },
        'spec.scopeSelector': { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] },
      },
    ],
  ],
  updates: [
    ['more', { 'spec.hard.pods': 200 }],
    ['other scopes', { 'spec.scopes': ['BestEffort'] }],
    ['a status', { status: { hard: { pods: 200 }, used: { pods: 1 } } }, 'status'],
    ['less than nothing', { status: { hard: { pods: 200 }, used: { pods: -1 } } }, 'status'],
  ],
}

const limitRange: Kind = {
  path: '/api/v1/namespaces/kube-public/limitranges',
  object: {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'l' },
    spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] },
  },
  made: [
    ['minimal', {}],
    [
      'all there is',
      {
        'spec.limits': [
          {
            type: 'Container',
            max: { cpu: '2' },
            min: { cpu: '100m' },
            default: { cpu: '1' },
            defaultRequest: { cpu: '500m' },
            maxLimitRequestRatio: { cpu: '4' },
          },
          { type: 'Pod', max: { cpu: '4' } },
          { type: 'PersistentVolumeClaim', min: { storage: '1Gi' } },
        ],
      },
    ],
    ['the least', { 'spec.limits': [{ type: 'Container', min: { cpu: '1' } }] }],
    ['none', { 'spec.limits': [] }],
    ['nothing', { spec: undefined }],
  ],
  tried: [
    ['a type twice', { 'spec.limits': [{ type: 'Container' }, { type: 'Container' }] }],
    ['no type', { 'spec.limits': [{ max: { cpu: 1 } }] }],
    ['a type that is none', { 'spec.limits': [{ type: 'Any' }] }],
    ['the least above the most', { 'spec.limits': [{ type: 'Container', max: { cpu: 1 }, min: { cpu: 2 } }] }],
    ['usual above the most', { 'spec.limits': [{ type: 'Container', max: { cpu: 1 }, default: { cpu: 2 } }] }],
    ['usual below the least', { 'spec.limits': [{ type: 'Container', min: { cpu: 2 }, default: { cpu: 1 } }] }],
    [
      'a request above the limit',
      { 'spec.limits': [{ type: 'Container', default: { cpu: 1 }, defaultRequest: { cpu: 2 } }] },
    ],
    ['usual of a pod', { 'spec.limits': [{ type: 'Pod', default: { cpu: 1 } }] }],
    ['a claim of nothing', { 'spec.limits': [{ type: 'PersistentVolumeClaim' }] }],
    ['a share below one', { 'spec.limits': [{ type: 'Container', maxLimitRequestRatio: { cpu: '500m' } }] }],
  ],
  updates: [['more', { 'spec.limits.0.max.cpu': '4' }]],
}

const priority: Kind = {
  path: '/apis/scheduling.k8s.io/v1/priorityclasses',
  object: { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'p' }, value: 5 },
  made: [
    ['minimal', {}],
    ['all there is', { description: 'a', preemptionPolicy: 'Never' }],
    ['no value', { value: undefined }],
  ],
  tried: [
    ['too high', { value: 2000000000 }],
    ['a name of the system', { 'metadata.name': 'system-a' }],
    ['a policy that is none', { preemptionPolicy: 'Any' }],
  ],
  updates: [
    ['another value', { value: 6 }],
    ['another policy', { preemptionPolicy: 'Never' }],
  ],
}

const lease: Kind = {
  path: '/apis/coordination.k8s.io/v1/namespaces/default/leases',
  object: {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'l' },
    spec: {
      holderIdentity: 'a',
      leaseDurationSeconds: 10,
      renewTime: '2026-11-30T00:00:00.123456Z',
      leaseTransitions: 0,
    },
  },
  made: [
    ['minimal', {}],
    ['nothing', { spec: undefined }],
  ],
  tried: [
    ['no time', { 'spec.leaseDurationSeconds': 0 }],
    ['changes below nothing', { 'spec.leaseTransitions': -1 }],
  ],
  updates: [['another', { 'spec.holderIdentity': 'b', 'spec.leaseTransitions': 1 }]],
}

const runtime: Kind = {
  path: '/apis/node.k8s.io/v1/runtimeclasses',
  object: { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'r' }, handler: 'runc' },
  made: [
    ['minimal', {}],
    [
      'all there is',
      {
        overhead: { podFixed: { cpu: '100m' } },
        scheduling: { nodeSelector: { a: 'b' }, tolerations: [{ key: 'a', operator: 'Exists' }] },
      },
    ],
  ],
  tried: [
    ['no handler', { handler: undefined }],
    ['a handler that is none', { handler: 'A_b' }],
    ['less than nothing', { overhead: { podFixed: { cpu: '-1' } } }],
    ['a label that is none', { scheduling: { nodeSelector: { 'a b': 'c' } } }],
  ],
  updates: [
    ['another handler', { handler: 'b' }],
    ['a label', { 'metadata.labels': { a: 'b' } }],
  ],
}

const roleCases: readonly Case[] = [
  ['no verbs', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: [] }] }],
  ['no groups', { rules: [{ resources: ['pods'], verbs: ['get'] }] }],
  ['no resources', { rules: [{ apiGroups: [''], verbs: ['get'] }] }],
  ['paths', { rules: [{ nonResourceURLs: ['/a'], verbs: ['get'] }] }],
  [
    'paths and resources',
    { rules: [{ apiGroups: [''], resources: ['pods'], nonResourceURLs: ['/a'], verbs: ['get'] }] },
  ],
  ['a name that is none', { 'metadata.name': 'a/b' }],
]

const rbac = (kind: string, plural: string, more: object = {}): Kind => ({
  path: `/apis/rbac.authorization.k8s.io/v1/${kind.startsWith('Cluster') ? '' : 'namespaces/default/'}${plural}`,
  object: { apiVersion: 'rbac.authorization.k8s.io/v1', kind, metadata: { name: 'r' }, ...more },
})

const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]

const role: Kind = {
  ...rbac('Role', 'roles', { rules }),
  made: [
    ['minimal', {}],
    ['no rules', { rules: undefined }],
  ],
  tried: roleCases,
  updates: [['others', { rules: [] }]],
}
const clusterRole: Kind = {
  ...rbac('ClusterRole', 'clusterroles', { rules }),
  made: [
    ['minimal', {}],
    ['no rules', { rules: undefined }],
    ['paths', { rules: [{ nonResourceURLs: ['/a', '*'], verbs: ['get'] }] }],
  ],
  tried: [
    ...roleCases,
    ['a selector that is none', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'a b': 'c' } }] } }],
    ['no selectors', { aggregationRule: {} }],
  ],
  updates: [['others', { rules: [] }]],
}

const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' }
const subjects = [{ kind: 'User', name: 'a' }]

const bindingCases: readonly Case[] = [
  ['no role', { roleRef: undefined }],
  ['a role of no kind', { roleRef: { ...roleRef, kind: 'Pod' } }],
  ['a role of another group', { roleRef: { ...roleRef, apiGroup: 'a' } }],
  ['a role without a name', { roleRef: { ...roleRef, name: '' } }],
  ['a subject of no kind', { subjects: [{ kind: 'Pod', name: 'a' }] }],
  ['a subject without a name', { subjects: [{ kind: 'User', name: '' }] }],
  ['an account without a namespace', { subjects: [{ kind: 'ServiceAccount', name: 'a' }] }],
  ['an account that is none', { subjects: [{ kind: 'ServiceAccount', name: 'A_b', namespace: 'a' }] }],
  ['an account of another group', { subjects: [{ kind: 'ServiceAccount', name: 'a', namespace: 'a', apiGroup: 'x' }] }],
  ['a user of another group', { subjects: [{ kind: 'User', name: 'a', apiGroup: 'x' }] }],
]

const roleBinding: Kind = {
  ...rbac('RoleBinding', 'rolebindings', { roleRef, subjects }),
  made: [
    ['minimal', {}],
    ['nobody', { subjects: undefined }],
    [
      'an account',
      {
        subjects: [
          { kind: 'ServiceAccount', name: 'a', namespace: 'b' },
          { kind: 'Group', name: 'g' },
        ],
      },
    ],
    ['half a role', { roleRef: { kind: 'ClusterRole', name: 'view' } }],
  ],
  tried: bindingCases,
  updates: [
    ['another role', { 'roleRef.name': 's' }],
    ['others', { subjects: [] }],
  ],
}

const clusterRoleBinding: Kind = {
  ...rbac('ClusterRoleBinding', 'clusterrolebindings', { roleRef: { ...roleRef, kind: 'ClusterRole' }, subjects }),
  made: [['minimal', {}]],
  tried: bindingCases,
  updates: [['another role', { 'roleRef.name': 's' }]],
}

export const cluster: readonly Kind[] = [
  namespace,
  node,
  quota,
  limitRange,
  priority,
  lease,
  runtime,
  role,
  clusterRole,
  roleBinding,
  clusterRoleBinding,
]
