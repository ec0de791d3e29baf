import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { builtin, examine, object, row, stored } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const now = new Date('2026-11-22T16:00:00Z')
const container = { name: 'a', image: 'nginx:1' }
const pod = (spec: Fields = {}, more: Fields = {}, metadata: Fields = {}) =>
  object('Pod', { spec: { containers: [container], ...spec }, ...more }, metadata)
const specOf = (spec: Fields) => stored(pod(spec)).spec as Fields & { readonly containers: readonly Fields[] } // as was given

test('a new Pod gets all defaults', () => {
  const created = stored(pod({ containers: [{ name: 'a', image: 'nginx', ports: [{ containerPort: 80 }] }] }))
  assert.deepEqual(created.spec, {
    containers: [
      {
        name: 'a',
        image: 'nginx',
        imagePullPolicy: 'Always',
        ports: [{ containerPort: 80, protocol: 'TCP' }],
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
      },
    ],
    dnsPolicy: 'ClusterFirst',
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  })
  assert.deepEqual(created.status, { phase: 'Pending', qosClass: 'BestEffort' })
})

test('a Pod that has its defaults stays the same object', () => {
  const created = stored(pod())
  assert.equal(stored(created, created), created)
})

describe('images are pulled', () => {
  const cases = [
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.27', 'IfNotPresent'],
    ['registry.example.com:5000/nginx', 'Always'],
    ['registry.example.com:5000/nginx:1', 'IfNotPresent'],
    ['nginx@sha256:abc', 'IfNotPresent'],
    ['nginx:latest@sha256:abc', 'Always'],
  ] as const
  for (const [image, policy] of cases) {
    test(`${image}: ${policy}`, () =>
      assert.equal(specOf({ containers: [{ name: 'a', image }] }).containers[0]?.imagePullPolicy, policy))
  }
})

describe('defaults that depend on something', () => {
  test('requests are the limits', () => {
    const resources = { limits: { cpu: 1, memory: '1024Mi' }, requests: { cpu: '100m' } }
    assert.deepEqual(specOf({ containers: [{ ...container, resources }] }).containers[0]?.resources, {
      limits: { cpu: '1', memory: '1Gi' },
      requests: { cpu: '100m', memory: '1Gi' },
    })
  })
  test('ports on the network of the host are its ports', () => {
    const { containers } = specOf({ hostNetwork: true, containers: [{ ...container, ports: [{ containerPort: 80 }] }] })
    assert.deepEqual(containers[0]?.ports, [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }])
  })
  test('volumes without a source are empty', () => {
    assert.deepEqual(specOf({ volumes: [{ name: 'v' }] }).volumes, [{ name: 'v', emptyDir: {} }])
  })
  test('probes', () => {
    const { containers } = specOf({ containers: [{ ...container, livenessProbe: { httpGet: { port: 80 } } }] })
    assert.deepEqual(containers[0]?.livenessProbe, {
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      failureThreshold: 3,
      periodSeconds: 10,
      successThreshold: 1,
      timeoutSeconds: 1,
    })
  })
})

describe('quality of service', () => {
  const cases = [
    [{}, 'BestEffort'],
    [{ limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
    [{ limits: { cpu: '1' } }, 'Burstable'],
    [{ requests: { cpu: '1', memory: '1Gi' } }, 'Burstable'],
    [{ requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
  ] as const
  for (const [resources, expected] of cases) {
    test(`${JSON.stringify(resources)}: ${expected}`, () => {
      const { status } = stored(pod({ containers: [{ ...container, resources }] }))
      assert.equal((status as Fields).qosClass, expected)
    })
  }
})

const one = (fields: Fields): Fields => ({ spec: { containers: [{ ...container, ...fields }] } })
const spec = (fields: Fields): Fields => ({ spec: { containers: [container], ...fields } })
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const fixed =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

examine('Pod', [
  ['is fine with a container', spec({}), []],
  ['needs containers', { spec: {} }, ['spec.containers: Required value']],
  ['needs at least one container', { spec: { containers: [] } }, ['spec.containers: Required value']],
  ['containers have a name', { spec: { containers: [{ image: 'a' }] } }, ['spec.containers[0].name: Required value']],
  ['containers have an image', { spec: { containers: [{ name: 'a' }] } }, ['spec.containers[0].image: Required value']],
  ['names are labels', one({ name: 'A_' }), [`spec.containers[0].name: Invalid value: "A_": ${label}`]],
  [
    'names are unique',
    { spec: { containers: [container, container] } },
    ['spec.containers[1].name: Duplicate value: "a"'],
  ],
  [
    'names are unique among init containers too',
    spec({ initContainers: [container] }),
    ['spec.initContainers[0].name: Duplicate value: "a"'],
  ],
  [
    'ports are ports',
    one({ ports: [{ containerPort: 0 }] }),
    ['spec.containers[0].ports[0].containerPort: Required value'],
  ],
  [
    'names of ports are unique',
    one({
      ports: [
        { name: 'x', containerPort: 1 },
        { name: 'x', containerPort: 2 },
      ],
    }),
    ['spec.containers[0].ports[1].name: Duplicate value: "x"'],
  ],
  ['one number may be two ports', one({ ports: [{ containerPort: 1 }, { containerPort: 1, hostIP: '1.1.1.1' }] }), []],
  [
    'protocols are known',
    one({ ports: [{ containerPort: 1, protocol: 'tcp' }] }),
    ['spec.containers[0].ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"'],
  ],
  [
    'a variable has a value or a source',
    one({ env: [{ name: 'A', value: 'a', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
    ['spec.containers[0].env[0].valueFrom: Invalid value: "": may not be specified when `value` is not empty'],
  ],
  [
    'mounts are of volumes',
    one({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
    ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
  ],
  [
    'mounts are at different places',
    {
      spec: {
        containers: [
          {
            ...container,
            volumeMounts: [
              { name: 'v', mountPath: '/v' },
              { name: 'v', mountPath: '/v' },
            ],
          },
        ],
        volumes: [{ name: 'v' }],
      },
    },
    ['spec.containers[0].volumeMounts[1].mountPath: Invalid value: "/v": must be unique'],
  ],
  [
    'volumes have one source',
    spec({ volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/' } }] }),
    ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'names of volumes are unique',
    spec({ volumes: [{ name: 'v' }, { name: 'v' }] }),
    ['spec.volumes[1].name: Duplicate value: "v"'],
  ],
  [
    'probes do something',
    one({ livenessProbe: {} }),
    ['spec.containers[0].livenessProbe: Required value: must specify a handler type'],
  ],
  [
    'liveness succeeds once',
    one({ livenessProbe: { exec: { command: ['a'] }, successThreshold: 2 } }),
    ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
  ],
  [
    'requests are within limits',
    one({ resources: { requests: { cpu: '2' }, limits: { cpu: '500m' } } }),
    ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 500m'],
  ],
  [
    'amounts are amounts',
    one({ resources: { requests: { cpu: 'much' } } }),
    [
      'spec.containers[0].resources.requests.cpu: Invalid value: "much": quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
    ],
  ],
  [
    'amounts are not negative',
    one({ resources: { limits: { cpu: '-1' } } }),
    [
      'spec.containers[0].resources.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0',
    ],
  ],
  [
    'policies are known',
    spec({ restartPolicy: 'Sometimes' }),
    ['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
  ],
  [
    'tolerations of everything exist',
    spec({ tolerations: [{ operator: 'Equal' }] }),
    [
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
  ['an image may change', one({ image: 'nginx:2' }), [], spec({})],
  ['a Pod may get a node', spec({ nodeName: 'n' }), [], spec({})],
  ['a Pod may not change its node', spec({ nodeName: 'm' }), [fixed], spec({ nodeName: 'n' })],
  ['a command may not change', one({ command: ['x'] }), [fixed], spec({})],
  [
    'a toleration may be added',
    spec({ tolerations: [{ key: 'a' }, { key: 'b' }] }),
    [],
    spec({ tolerations: [{ key: 'a' }] }),
  ],
  [
    'a toleration may not go',
    spec({ tolerations: [{ key: 'b' }] }),
    ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    spec({ tolerations: [{ key: 'a' }] }),
  ],
])

examine('PodTemplate', [
  [
    'is checked as a Pod is',
    { template: { spec: { containers: [{ name: 'a' }] } } },
    ['template.spec.containers[0].image: Required value'],
  ],
])

describe('kubectl get pods', () => {
  const state = (name: string, fields: Fields): Fields => ({ name, ...fields })
  const running = state('a', { ready: true, state: { running: {} } })
  const crashing = state('a', {
    ready: false,
    restartCount: 3,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1, finishedAt: '2026-11-22T15:55:00Z' } },
  })
  const ended = (exitCode: number, more: Fields = {}) => state('a', { state: { terminated: { exitCode, ...more } } })
  const statuses = (...containerStatuses: Fields[]): Fields => ({ phase: 'Running', containerStatuses })
  const initial = (...initContainerStatuses: Fields[]): Fields => ({ phase: 'Pending', initContainerStatuses })
  const sidecar = { initContainers: [{ ...container, name: 's', restartPolicy: 'Always' }] }
  const init = {
    initContainers: [
      { ...container, name: 'i' },
      { ...container, name: 'j' },
    ],
  }
  const deleted = { deletionTimestamp: '2026-11-22T15:59:00Z' }
  const cases: readonly (readonly [
    what: string,
    spec: Fields,
    status: Fields,
    cells: readonly string[],
    metadata?: Fields,
  ])[] = [
    ['new', {}, { phase: 'Pending' }, ['0/1', 'Pending', '0']],
    ['running', {}, statuses(running), ['1/1', 'Running', '0']],
    ['crashing', {}, statuses(crashing), ['0/1', 'CrashLoopBackOff', '3 (5m ago)']],
    [
      'without its image',
      {},
      { phase: 'Pending', containerStatuses: [state('a', { state: { waiting: { reason: 'ImagePullBackOff' } } })] },
      ['0/1', 'ImagePullBackOff', '0'],
    ],
    [
      'completed',
      {},
      { ...statuses(ended(0, { reason: 'Completed' })), phase: 'Succeeded' },
      ['0/1', 'Completed', '0'],
    ],
    ['failed', {}, { ...statuses(ended(2)), phase: 'Failed' }, ['0/1', 'ExitCode:2', '0']],
    ['killed', {}, { ...statuses(ended(0, { signal: 9 })), phase: 'Failed' }, ['0/1', 'Signal:9', '0']],
    ['evicted', {}, { phase: 'Failed', reason: 'Evicted' }, ['0/1', 'Evicted', '0']],
    [
      'waiting at a gate',
      {},
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
      ['0/1', 'SchedulingGated', '0'],
    ],
    [
      'beginning',
      init,
      initial(state('i', { state: { waiting: { reason: 'PodInitializing' } } }), state('j', {})),
      ['0/1', 'Init:0/2', '0'],
    ],
    [
      'half way through',
      init,
      initial(state('i', { state: { terminated: { exitCode: 0 } } }), state('j', { state: { running: {} } })),
      ['0/1', 'Init:1/2', '0'],
    ],
    [
      'failing to begin',
      init,
      initial(state('i', { restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } })),
      ['0/1', 'Init:CrashLoopBackOff', '2'],
    ],
    [
      'ended before it began',
      init,
      initial(state('i', { state: { terminated: { exitCode: 1, reason: 'Error' } } })),
      ['0/1', 'Init:Error', '0'],
    ],
    [
      'with a sidecar',
      sidecar,
      {
        ...statuses(running),
        initContainerStatuses: [state('s', { ready: true, started: true, state: { running: {} } })],
      },
      ['2/2', 'Running', '0'],
    ],
    ['going', {}, statuses(running), ['1/1', 'Terminating', '0'], deleted],
    ['lost', {}, { ...statuses(running), reason: 'NodeLost' }, ['1/1', 'Unknown', '0'], deleted],
    [
      'over and going',
      {},
      { ...statuses(ended(0, { reason: 'Completed' })), phase: 'Succeeded' },
      ['0/1', 'Completed', '0'],
      deleted,
    ],
  ]
  for (const [what, spec, status, cells, metadata] of cases) {
    test(what, () => assert.deepEqual(row(pod(spec, { status }, metadata), now).slice(1, 4), cells))
  }

  test('wide', () => {
    const created = pod(
      { nodeName: 'n', readinessGates: [{ conditionType: 'g' }] },
      { status: { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'g', status: 'True' }] } },
      { creationTimestamp: '2026-11-22T15:00:00Z' },
    )
    assert.deepEqual(row(created, now, true), [
      'test',
      '0/1',
      'Running',
      '0',
      '2026-11-22T15:00:00Z',
      '10.0.0.1',
      'n',
      '<none>',
      '1/1',
    ])
  })

  test('fields Pods are selected by', () => {
    const { selectableFields } = builtin('Pod')
    const found = stored(pod({ nodeName: 'n' }))
    assert.deepEqual(
      ['spec.nodeName', 'status.phase', 'spec.schedulerName', 'status.podIP'].map((field) =>
        selectableFields[field]?.(found),
      ),
      ['n', 'Pending', 'default-scheduler', ''],
    )
  })
})
