import type { Case, Change, Kind } from './kind.ts'

const toleration = (key: string): object => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
})

/** What a cluster's own admission adds is said, so that nothing is added. */
const own = {
  serviceAccountName: 'default',
  automountServiceAccountToken: false,
  tolerations: [toleration('not-ready'), toleration('unreachable')],
}

const container = { name: 'a', image: 'nginx:1' }
const first = (fields: Change): Change => ({ 'spec.containers': [{ ...container, ...fields }] })
const volumes = (...found: readonly object[]): Change => ({
  'spec.volumes': found.map((each, i) => ({ name: `v${i}`, ...each })),
})

const http = { httpGet: { port: 80 } }
const security = {
  runAsUser: 1,
  runAsGroup: 1,
  runAsNonRoot: true,
  readOnlyRootFilesystem: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] },
  seccompProfile: { type: 'RuntimeDefault' },
}

const made: readonly Case[] = [
  ['minimal', {}],
  [
    'images',
    {
      'spec.containers': [
        container,
        { name: 'b', image: 'nginx' },
        { name: 'c', image: 'a.b:5000/nginx' },
        { name: 'd', image: 'nginx@sha256:abcd' },
      ],
    },
  ],
  [
    'probes',
    first({
      livenessProbe: http,
      readinessProbe: { tcpSocket: { port: 'web' }, periodSeconds: 3 },
      startupProbe: { exec: { command: ['a'] } },
      lifecycle: { preStop: { httpGet: { port: 80, path: '/x' } } },
    }),
  ],
  ['a probe of gRPC', first({ livenessProbe: { grpc: { port: 80 } } })],
  ['resources', first({ resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '0.5' } } })],
  ['all that is limited', first({ resources: { limits: { cpu: '1', memory: '1Gi' } } })],
  [
    'ports',
    first({
      ports: [
        { containerPort: 80, name: 'web' },
        { containerPort: 53, protocol: 'UDP', hostPort: 53 },
      ],
    }),
  ],
  [
    'variables',
    first({
      env: [
        { name: 'A', value: 'b' },
        { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'D', valueFrom: { secretKeyRef: { name: 'a', key: 'b', optional: true } } },
      ],
      envFrom: [{ configMapRef: { name: 'a' } }],
    }),
  ],
  [
    'volumes',
    volumes(
      { emptyDir: {} },
      { configMap: { name: 'a' } },
      { secret: { secretName: 'a' } },
      { hostPath: { path: '/a' } },
      { persistentVolumeClaim: { claimName: 'a' } },
      { downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { projected: { sources: [{ serviceAccountToken: { path: 'a' } }, { configMap: { name: 'a' } }] } },
      {},
      {
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
      { nfs: { server: 'a', path: '/b' } },
      { csi: { driver: 'a.b' } },
    ),
  ],
  [
    'mounts',
    {
      ...volumes({ emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }),
      'spec.containers': [
        {
          ...container,
          volumeMounts: [
            { name: 'v0', mountPath: '/a', subPath: 'b' },
            { name: 'v0', mountPath: '/c', readOnly: true },
          ],
        },
      ],
    },
  ],
  [
    'security',
    {
      ...first({ securityContext: security }),
      'spec.securityContext': { fsGroup: 1, supplementalGroups: [1], sysctls: [{ name: 'net.a', value: '1' }] },
    },
  ],
  [
    'a sidecar',
    {
      'spec.initContainers': [
        { name: 'i', image: 'a', restartPolicy: 'Always' },
        { name: 'j', image: 'b' },
      ],
    },
  ],
  [
    'the host',
    {
      'spec.hostNetwork': true,
      ...first({ ports: [{ containerPort: 80 }] }),
      'spec.dnsPolicy': 'ClusterFirstWithHostNet',
    },
  ],
  [
    'names',
    {
      'spec.hostname': 'a',
      'spec.subdomain': 'b',
      'spec.hostAliases': [{ ip: '1.2.3.4', hostnames: ['a'] }],
      'spec.dnsPolicy': 'None',
      'spec.dnsConfig': { nameservers: ['1.1.1.1'], options: [{ name: 'ndots', value: '2' }] },
    },
  ],
  [
    'places',
    {
      'spec.nodeSelector': { a: 'b' },
      'spec.affinity': {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }],
          },
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, preference: { matchExpressions: [{ key: 'a', operator: 'Exists' }] } },
          ],
        },
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'a', labelSelector: { matchLabels: { a: 'b' } } },
          ],
        },
      },
      'spec.topologySpreadConstraints': [
        { maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
      ],
    },
  ],
  ['gates', { 'spec.schedulingGates': [{ name: 'a.b/c' }], 'spec.readinessGates': [{ conditionType: 'a' }] }],
  [
    'an end',
    { 'spec.terminationGracePeriodSeconds': 0, 'spec.activeDeadlineSeconds': 5, 'spec.restartPolicy': 'OnFailure' },
  ],
  ['a status', { status: { phase: 'Running' } }],
]

const tried: readonly Case[] = [
  ['a node', { 'spec.nodeName': 'n' }],
  ['no spec', { spec: undefined }],
  ['no containers', { 'spec.containers': [] }],
  ['no name', { 'spec.containers': [{ image: 'a' }] }],
  ['no image', { 'spec.containers': [{ name: 'a' }] }],
  ['an image with spaces', first({ image: ' a' })],
  ['a name that is none', first({ name: 'A_b' })],
  ['a name twice', { 'spec.containers': [container, container] }],
  ['a name of an init container', { 'spec.initContainers': [container] }],
  ['a policy for pulling that is none', first({ imagePullPolicy: 'Any' })],
  ['a policy for restarts that is none', { 'spec.restartPolicy': 'Any' }],
  ['an init container that is restarted', { 'spec.initContainers': [{ name: 'i', image: 'a', restartPolicy: 'Any' }] }],
  ['a policy for names that is none', { 'spec.dnsPolicy': 'Any' }],
  ['no server of names', { 'spec.dnsPolicy': 'None' }],
  ['too many servers of names', { 'spec.dnsConfig': { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'] } }],
  ['a server of names that is none', { 'spec.dnsConfig': { nameservers: ['x'] } }],
  ['a port that is none', first({ ports: [{ containerPort: 0 }] })],
  ['a port too high', first({ ports: [{ containerPort: 70000 }] })],
  ['a port of the host that is none', first({ ports: [{ containerPort: 80, hostPort: 70000 }] })],
  [
    'a port of the host twice',
    first({
      ports: [
        { containerPort: 80, hostPort: 80 },
        { containerPort: 81, hostPort: 80 },
      ],
    }),
  ],
  ['a name of a port that is none', first({ ports: [{ containerPort: 80, name: 'A_b' }] })],
  [
    'a name of a port twice',
    first({
      ports: [
        { containerPort: 80, name: 'a' },
        { containerPort: 81, name: 'a' },
      ],
    }),
  ],
  ['a protocol that is none', first({ ports: [{ containerPort: 80, protocol: 'X' }] })],
  [
    'another port with the host',
    { 'spec.hostNetwork': true, ...first({ ports: [{ containerPort: 80, hostPort: 81 }] }) },
  ],
  ['a variable without a name', first({ env: [{ value: 'a' }] })],
  [
    'a variable of two sources',
    first({ env: [{ name: 'A', value: 'a', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
  ],
  ['a variable of nothing', first({ env: [{ name: 'A', valueFrom: {} }] })],
  [
    'a variable of a key that is none',
    first({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: '', key: '' } } }] }),
  ],
  ['variables from nothing', first({ envFrom: [{}] })],
  ['a mount of nothing', first({ volumeMounts: [{ name: 'x', mountPath: '/a' }] })],
  ['a mount nowhere', { ...volumes({ emptyDir: {} }), ...first({ volumeMounts: [{ name: 'v0', mountPath: '' }] }) }],
  [
    'two mounts in one place',
    {
      ...volumes({ emptyDir: {} }),
      ...first({
        volumeMounts: [
          { name: 'v0', mountPath: '/a' },
          { name: 'v0', mountPath: '/a' },
        ],
      }),
    },
  ],
  [
    'a mount that leads out',
    { ...volumes({ emptyDir: {} }), ...first({ volumeMounts: [{ name: 'v0', mountPath: '/a', subPath: '../b' }] }) },
  ],
  [
    'a mount in two ways',
    {
      ...volumes({ emptyDir: {} }),
      ...first({ volumeMounts: [{ name: 'v0', mountPath: '/a', subPath: 'a', subPathExpr: 'b' }] }),
    },
  ],
  ['a probe of nothing', first({ livenessProbe: {} })],
  ['a probe of two things', first({ livenessProbe: { ...http, exec: { command: ['a'] } } })],
  ['a probe of no port', first({ livenessProbe: { httpGet: { port: 0 } } })],
  ['a probe of no command', first({ livenessProbe: { exec: {} } })],
  [
    'a probe with times below nothing',
    first({
      readinessProbe: {
        ...http,
        initialDelaySeconds: -1,
        timeoutSeconds: -1,
        periodSeconds: -1,
        successThreshold: -1,
        failureThreshold: -1,
      },
    }),
  ],
  ['a probe that succeeds twice', first({ livenessProbe: { ...http, successThreshold: 2 } })],
  ['a scheme that is none', first({ livenessProbe: { httpGet: { port: 80, scheme: 'FTP' } } })],
  ['an end of nothing', first({ lifecycle: { preStop: {} } })],
  ['a message that is none', first({ terminationMessagePolicy: 'Any' })],
  ['less than nothing', first({ resources: { limits: { cpu: '-1' } } })],
  ['more than the limit', first({ resources: { limits: { cpu: '1' }, requests: { cpu: '2' } } })],
  ['half of a whole', first({ resources: { limits: { 'example.com/gpu': '500m' } } })],
  ['a text for an amount', first({ resources: { limits: { cpu: 'x' } } })],
  ['an amount that is none', first({ resources: { limits: { cpu: '1x' } } })],
  ['a volume without a name', { 'spec.volumes': [{ emptyDir: {} }] }],
  ['a volume of two kinds', volumes({ emptyDir: {}, hostPath: { path: '/a' } })],
  [
    'a volume twice',
    {
      'spec.volumes': [
        { name: 'a', emptyDir: {} },
        { name: 'a', emptyDir: {} },
      ],
    },
  ],
  ['a volume with a name that is none', { 'spec.volumes': [{ name: 'A_b', emptyDir: {} }] }],
  ['a volume of no claim', volumes({ persistentVolumeClaim: {} })],
  ['a volume of no secret', volumes({ secret: {} })],
  ['a volume of no map', volumes({ configMap: {} })],
  ['a mode that is none', volumes({ configMap: { name: 'a', defaultMode: 10000 } })],
  ['a path that leads out', volumes({ configMap: { name: 'a', items: [{ key: 'a', path: '../b' }] } })],
  ['a path of the host that leads out', volumes({ hostPath: { path: '/a/../b' } })],
  ['a kind of path that is none', volumes({ hostPath: { path: '/a', type: 'Any' } })],
  ['no server', volumes({ nfs: {} })],
  ['nothing projected', volumes({ projected: { sources: [{}] } })],
  [
    'a token for a moment',
    volumes({ projected: { sources: [{ serviceAccountToken: { path: 'a', expirationSeconds: 3 } }] } }),
  ],
  ['a downward path of nothing', volumes({ downwardAPI: { items: [{ path: 'a' }] } })],
  ['a toleration of nothing', { 'spec.tolerations': [{ value: 'a' }] }],
  ['a toleration with too much', { 'spec.tolerations': [{ key: 'a', operator: 'Exists', value: 'b' }] }],
  ['a toleration that is none', { 'spec.tolerations': [{ key: 'a b', operator: 'Is', effect: 'Any' }] }],
  ['a toleration for a time', { 'spec.tolerations': [{ key: 'a', value: 'b', tolerationSeconds: 3 }] }],
  ['a label of nodes that is none', { 'spec.nodeSelector': { 'a b': 'c' } }],
  [
    'terms that are none',
    {
      'spec.affinity': { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
    },
  ],
  [
    'an expression that is none',
    {
      'spec.affinity': {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchExpressions: [
                  { key: 'a', operator: 'Is' },
                  { key: 'a', operator: 'In' },
                  { key: 'a', operator: 'Exists', values: ['b'] },
                  { key: 'a', operator: 'Gt', values: ['b', 'c'] },
                ],
              },
            ],
          },
        },
      },
    },
  ],
  [
    'a weight that is none',
    {
      'spec.affinity': {
        nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: {} }] },
      },
    },
  ],
  [
    'no topology',
    { 'spec.affinity': { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: {} }] } } },
  ],
  [
    'a spread that is none',
    { 'spec.topologySpreadConstraints': [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Any' }] },
  ],
  [
    'a spread twice',
    {
      'spec.topologySpreadConstraints': [
        { maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule' },
        { maxSkew: 2, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule' },
      ],
    },
  ],
  [
    'too few domains',
    {
      'spec.topologySpreadConstraints': [
        { maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule', minDomains: 0 },
      ],
    },
  ],
  ['a host that is none', { 'spec.hostname': 'A_b', 'spec.subdomain': 'A_b' }],
  ['an alias that is none', { 'spec.hostAliases': [{ ip: 'x', hostnames: ['A_b'] }] }],
  ['a node that is none', { 'spec.nodeName': 'A_b' }],
  ['no time at all', { 'spec.activeDeadlineSeconds': 0 }],
  ['a gate that is none', { 'spec.schedulingGates': [{ name: 'a b' }] }],
  ['a gate twice', { 'spec.schedulingGates': [{ name: 'a' }, { name: 'a' }] }],
  ['a gate and a node', { 'spec.schedulingGates': [{ name: 'a' }], 'spec.nodeName': 'n' }],
  ['readiness that is none', { 'spec.readinessGates': [{ conditionType: 'a b' }] }],
  [
    'a user below nothing',
    { 'spec.securityContext': { runAsUser: -1, runAsGroup: -1, fsGroup: -1, supplementalGroups: [-1] } },
  ],
  ['a user of a container below nothing', first({ securityContext: { runAsUser: -1 } })],
  ['a profile that is none', { 'spec.securityContext': { seccompProfile: { type: 'Any' } } }],
  ['a profile of nowhere', { 'spec.securityContext': { seccompProfile: { type: 'Localhost' } } }],
  ['a sysctl that is none', { 'spec.securityContext': { sysctls: [{ name: 'A b', value: '1' }] } }],
  ['an ephemeral container', { 'spec.ephemeralContainers': [{ name: 'e', image: 'a' }] }],
  ['names shared with the host', { 'spec.hostPID': true, 'spec.shareProcessNamespace': true }],
]

const pod: Kind = {
  path: '/api/v1/namespaces/default/pods',
  object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { ...own, containers: [container] } },
  made,
  tried,
  updates: [
    ['another image', { 'spec.containers.0.image': 'nginx:2' }],
    ['no image', { 'spec.containers.0.image': '' }],
    ['another command', { 'spec.containers.0.command': ['a'] }],
    ['a deadline', { 'spec.activeDeadlineSeconds': 9 }],
    ['a longer deadline', { 'spec.activeDeadlineSeconds': 10 }],
    ['a toleration', { 'spec.tolerations': [...own.tolerations, { key: 'a', operator: 'Exists' }] }],
    ['no toleration', { 'spec.tolerations': [] }],
    ['a gate', { 'spec.schedulingGates': [{ name: 'a' }] }],
    ['a label', { 'metadata.labels': { a: 'b' } }],
    ['a status', { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }, 'status'],
    ['a node that is none', { 'status.nominatedNodeName': 'A_b' }, 'status'],
  ],
}

const podTemplate: Kind = {
  path: '/api/v1/namespaces/default/podtemplates',
  object: {
    apiVersion: 'v1',
    kind: 'PodTemplate',
    metadata: { name: 't' },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } },
  },
  made: [['minimal', {}]],
  tried: [
    ['nothing', { template: undefined }],
    ['no image', { 'template.spec.containers': [{ name: 'a' }] }],
  ],
  updates: [['another image', { 'template.spec.containers.0.image': 'b' }]],
}

const configMap: Kind = {
  path: '/api/v1/namespaces/default/configmaps',
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'b' } },
  made: [
    ['minimal', {}],
    ['nothing', { data: undefined }],
    ['bytes', { binaryData: { b: 'YQ==' } }],
  ],
  tried: [
    ['a key that is none', { data: { 'a b': 'c' } }],
    ['a key of dots', { data: { '..': 'c' } }],
    ['a key that leads out', { data: { '..a': 'c' } }],
    ['a key too long', { data: { ['a'.repeat(254)]: 'c' } }],
    ['a key twice', { data: { a: 'b' }, binaryData: { a: 'YQ==' } }],
    ['a number', { data: { a: 1 } }],
    ['a list', { data: [] }],
  ],
  updates: [
    ['more', { 'data.b': 'c' }],
    ['for ever', { immutable: true }],
    ['other data', { 'data.b': 'd' }],
    ['not for ever', { immutable: false }],
  ],
}

const secret: Kind = {
  path: '/api/v1/namespaces/default/secrets',
  object: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: 'YQ==' } },
  made: [
    ['minimal', {}],
    ['a text', { stringData: { b: 'c', a: 'd' } }],
    ['of two keys', { type: 'kubernetes.io/tls', data: { 'tls.crt': 'YQ==', 'tls.key': 'YQ==' } }],
    [
      'for registries',
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': Buffer.from('{}').toString('base64') } },
    ],
    ['of a user', { type: 'kubernetes.io/basic-auth', data: { username: 'YQ==' } }],
    ['of another type', { type: 'example.com/a' }],
  ],
  tried: [
    ['a key that is none', { data: { 'a b': 'YQ==' } }],
    ['a type without its key', { type: 'kubernetes.io/tls' }],
    ['a type without its file', { type: 'kubernetes.io/dockercfg' }],
    ['no user', { type: 'kubernetes.io/basic-auth' }],
    ['no key', { type: 'kubernetes.io/ssh-auth' }],
    ['a token of nobody', { type: 'kubernetes.io/service-account-token' }],
  ],
  updates: [
    ['more', { 'data.b': 'Yg==' }],
    ['a text', { stringData: { c: 'd' } }],
    ['another type', { type: 'example.com/b' }],
    ['for ever', { immutable: true }],
    ['other data', { 'data.b': 'YQ==' }],
  ],
}

const account: Kind = {
  path: '/api/v1/namespaces/default/serviceaccounts',
  object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } },
  made: [
    ['minimal', {}],
    [
      'all there is',
      { secrets: [{ name: 'a' }], imagePullSecrets: [{ name: 'b' }], automountServiceAccountToken: false },
    ],
  ],
  tried: [['a name that is none', { 'metadata.name': 'A_b' }]],
  updates: [['a secret', { secrets: [{ name: 'a' }] }]],
}

const involvedObject = { kind: 'Pod', namespace: 'default', name: 'p' }

const event: Kind = {
  path: '/api/v1/namespaces/default/events',
  object: {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject,
    reason: 'A',
    message: 'a',
    type: 'Normal',
  },
  made: [
    ['minimal', {}],
    ['bare', { reason: undefined, message: undefined, type: undefined }],
    [
      'all there is',
      {
        count: 2,
        firstTimestamp: '2026-11-30T00:00:00Z',
        lastTimestamp: '2026-11-30T00:00:01Z',
        source: { component: 'a', host: 'b' },
      },
    ],
  ],
  tried: [
    ['nothing', { involvedObject: undefined }],
    ['something elsewhere', { 'involvedObject.namespace': 'other' }],
    ['something of no namespace', { 'involvedObject.namespace': undefined }],
    ['a new one without', { eventTime: '2026-11-30T00:00:00.000000Z' }],
  ],
  updates: [['again', { count: 3 }]],
}

export const core: readonly Kind[] = [pod, podTemplate, configMap, secret, account, event]
