import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AggregatedStatusItem,
  annotation,
  deepFreeze,
  type Health,
  interpret,
  type Json,
  label,
  type Manifest,
  Registry,
} from '@flotilla/sdk'
import { interpretingPlugins } from '../index.ts'

const now = new Date('2026-11-22T10:00:00.500Z')
const registry = new Registry()
const host = { now: () => now } as never // all that an interpreter takes from its host
for (const plugin of interpretingPlugins) for (const each of plugin.extensions?.(host) ?? []) registry.add(each)

const apiVersions: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  Ingress: 'networking.k8s.io/v1',
  PodDisruptionBudget: 'policy/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  ServiceImport: 'multicluster.x-k8s.io/v1alpha1',
}

type Parts = Readonly<Record<string, unknown>> & { readonly metadata?: object }

const object = (kind: string, { metadata, ...rest }: Parts = {}): Manifest =>
  deepFreeze({
    apiVersion: apiVersions[kind] ?? 'v1',
    kind,
    metadata: { namespace: 'shop', name: 'web', ...metadata },
    ...rest,
  })

const generation = (generation: number, made?: string) => ({
  generation,
  ...(made !== undefined && { annotations: { [annotation.templateGeneration]: made } }),
})

const replicas: readonly [kind: string, spec: object, replicas: number][] = [
  ['Deployment', { replicas: 3 }, 3],
  ['Deployment', {}, 0],
  ['ReplicaSet', { replicas: 2 }, 2],
  ['StatefulSet', { replicas: 1 }, 1],
  ['Job', { parallelism: 3 }, 3],
  ['Job', { parallelism: 3, completions: 2 }, 2],
  ['Job', { parallelism: 1, completions: 5 }, 1],
  ['Job', { completions: 5 }, 0],
  ['Pod', {}, 1],
]
for (const [kind, spec, expected] of replicas)
  test(`a ${kind} with ${JSON.stringify(spec)} wants ${expected} replicas`, async () => {
    const manifest = object(kind, { spec })
    assert.deepEqual(await registry.ask(interpret.replicas, { manifest }), { replicas: expected })
  })

test('what a replica needs is in the pod template, or in the pod', async () => {
  const pod = { containers: [{ resources: { requests: { cpu: '1' } } }] }
  for (const [kind, spec] of [
    ...['Deployment', 'ReplicaSet', 'StatefulSet', 'Job'].map((kind) => [kind, { template: { spec: pod } }] as const),
    ['Pod', pod] as const,
  ]) {
    const needs = await registry.ask(interpret.replicas, { manifest: object(kind, { spec }) })
    assert.deepEqual(needs?.requirements, { resourceRequest: { cpu: '1' } }, kind)
  }
})

const revisions: readonly [kind: string, before: object, after: object][] = [
  ['Deployment', { replicas: 1, paused: true }, { replicas: 7, paused: true }],
  ['Deployment', { paused: true }, { paused: true }],
  ['ReplicaSet', { replicas: 1 }, { replicas: 7 }],
  ['StatefulSet', { replicas: 0 }, { replicas: 7 }],
  ['Job', { parallelism: 1, completions: 9 }, { parallelism: 7, completions: 9 }],
  ['Job', { completions: 9 }, { completions: 9 }],
]
for (const [kind, before, after] of revisions)
  test(`a ${kind} with ${JSON.stringify(before)} gets 7 replicas`, async () => {
    const revised = await registry.ask(interpret.reviseReplicas, {
      manifest: object(kind, { spec: before }),
      replicas: 7,
    })
    assert.deepEqual(revised, object(kind, { spec: after }))
  })

const kept = { metadata: { labels: { [label.retainReplicas]: 'true' } } }
const notKept = { metadata: { labels: { [label.retainReplicas]: 'no' } } }
const mount = (path: string) => ({ volumeMounts: [{ mountPath: path }] })
const token = { type: 'kubernetes.io/service-account-token' }

const retained: readonly [name: string, kind: string, desired: Parts, observed: Parts, expected: Parts][] = [
  [
    'replicas of a Deployment with the label',
    'Deployment',
    { ...kept, spec: { replicas: 1, x: 1 } },
    { spec: { replicas: 5 } },
    { ...kept, spec: { replicas: 5, x: 1 } },
  ],
  [
    'zero replicas, too',
    'Deployment',
    { ...kept, spec: { replicas: 1 } },
    { spec: { replicas: 0 } },
    { ...kept, spec: { replicas: 0 } },
  ],
  [
    'no replicas without the label',
    'Deployment',
    { spec: { replicas: 1 } },
    { spec: { replicas: 5 } },
    { spec: { replicas: 1 } },
  ],
  [
    'no replicas when the label says otherwise',
    'Deployment',
    { ...notKept, spec: { replicas: 1 } },
    { spec: { replicas: 5 } },
    { ...notKept, spec: { replicas: 1 } },
  ],
  [
    'where a Pod runs, and its mounts',
    'Pod',
    {
      spec: {
        containers: [
          { name: 'a', image: 'a:2', ...mount('/old') },
          { name: 'new', ...mount('/new') },
        ],
        initContainers: [{ name: 'i' }],
      },
    },
    {
      spec: {
        nodeName: 'n1',
        serviceAccountName: 'default',
        volumes: [{ name: 'token' }],
        containers: [{ name: 'a', image: 'a:1', ...mount('/token') }],
        initContainers: [{ name: 'i', ...mount('/i') }],
      },
    },
    {
      spec: {
        nodeName: 'n1',
        serviceAccountName: 'default',
        volumes: [{ name: 'token' }],
        containers: [
          { name: 'a', image: 'a:2', ...mount('/token') },
          { name: 'new', ...mount('/new') },
        ],
        initContainers: [{ name: 'i', ...mount('/i') }],
      },
    },
  ],
  [
    'what a Pod in the member does not have',
    'Pod',
    { spec: { volumes: [], containers: [{ name: 'a', ...mount('/x') }] } },
    { spec: { containers: [{ name: 'a' }] } },
    { spec: { containers: [{ name: 'a' }] } },
  ],
  [
    'what was allocated for a Service',
    'Service',
    { spec: { clusterIP: '', ports: [] } },
    { spec: { clusterIP: '10.0.0.1', healthCheckNodePort: 30001 } },
    { spec: { clusterIP: '10.0.0.1', ports: [], healthCheckNodePort: 30001 } },
  ],
  [
    'nothing that was not allocated',
    'Service',
    { spec: { ports: [] } },
    { spec: { clusterIP: '', healthCheckNodePort: 0 } },
    { spec: { ports: [] } },
  ],
  [
    'secrets of a ServiceAccount',
    'ServiceAccount',
    { secrets: [{ name: 'a' }] },
    { secrets: [{ name: 'b' }, { name: 'a', x: 1 }], imagePullSecrets: [{ name: 'p' }] },
    { secrets: [{ name: 'a' }, { name: 'b' }], imagePullSecrets: [{ name: 'p' }] },
  ],
  ['no secrets where there are none', 'ServiceAccount', {}, {}, {}],
  [
    'the volume of a claim',
    'PersistentVolumeClaim',
    { spec: { x: 1 } },
    { spec: { volumeName: 'v' } },
    { spec: { x: 1, volumeName: 'v' } },
  ],
  [
    'the claim of a volume',
    'PersistentVolume',
    { spec: {} },
    { spec: { claimRef: { name: 'c' } } },
    { spec: { claimRef: { name: 'c' } } },
  ],
  [
    'the labels of a Job',
    'Job',
    {
      spec: {
        selector: { matchLabels: { old: '1' } },
        template: { metadata: { labels: { old: '1' }, name: 'x' }, spec: { x: 1 } },
      },
    },
    { spec: { selector: { matchLabels: { uid: '2' } }, template: { metadata: { labels: { uid: '2' } } } } },
    {
      spec: {
        selector: { matchLabels: { uid: '2' } },
        template: { metadata: { labels: { uid: '2' }, name: 'x' }, spec: { x: 1 } },
      },
    },
  ],
  [
    'the token of a service account',
    'Secret',
    { ...token, data: {} },
    { ...token, data: { token: 'eA==' } },
    { ...token, data: { token: 'eA==' } },
  ],
  [
    'no other secret',
    'Secret',
    { type: 'Opaque', data: { a: 'eA==' } },
    { type: 'Opaque', data: { a: 'eQ==' } },
    { type: 'Opaque', data: { a: 'eA==' } },
  ],
]
for (const [name, kind, desired, observed, expected] of retained)
  test(`retains ${name}`, async () => {
    const answer = await registry.ask(interpret.retain, {
      desired: object(kind, desired),
      observed: object(kind, observed),
    })
    assert.deepEqual(answer, object(kind, expected))
  })

const rolled = (replicas: number | undefined, status: object, now = 2): Parts => ({
  metadata: { generation: now },
  spec: replicas === undefined ? {} : { replicas },
  status: { observedGeneration: 2, ...status },
})
const ready = (status: string) => [{ type: 'Ready', status }]
const reached = (...ingress: object[]): Parts => ({
  spec: { type: 'LoadBalancer' },
  status: { loadBalancer: { ingress } },
})

const health: readonly [kind: string, Parts, Health][] = [
  ...(['Deployment', 'StatefulSet'] as const).flatMap((kind): [string, Parts, Health][] => [
    [kind, rolled(2, { updatedReplicas: 2, availableReplicas: 2 }), 'Healthy'],
    [kind, rolled(2, { updatedReplicas: 1, availableReplicas: 2 }), 'Unhealthy'],
    [kind, rolled(2, { updatedReplicas: 2, availableReplicas: 1 }), 'Unhealthy'],
    [kind, rolled(2, { updatedReplicas: 2, availableReplicas: 2 }, 3), 'Unhealthy'],
    [kind, rolled(undefined, {}), 'Healthy'],
    [kind, { metadata: { generation: 1 }, spec: { replicas: 1 } }, 'Unhealthy'],
  ]),
  ['ReplicaSet', rolled(2, { availableReplicas: 2 }), 'Healthy'],
  ['ReplicaSet', rolled(2, { availableReplicas: 1 }), 'Unhealthy'],
  ['ReplicaSet', rolled(2, { availableReplicas: 2 }, 3), 'Unhealthy'],
  [
    'DaemonSet',
    rolled(undefined, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }),
    'Healthy',
  ],
  [
    'DaemonSet',
    rolled(undefined, { desiredNumberScheduled: 2, updatedNumberScheduled: 1, numberAvailable: 2 }),
    'Unhealthy',
  ],
  [
    'DaemonSet',
    rolled(undefined, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 }),
    'Unhealthy',
  ],
  ['DaemonSet', rolled(undefined, {}, 3), 'Unhealthy'],
  ['Service', { spec: { type: 'ClusterIP' } }, 'Healthy'],
  ['Service', reached(), 'Unhealthy'],
  ['Service', reached({ hostname: '', ip: '' }), 'Unhealthy'],
  ['Service', reached({}, { ip: '1.2.3.4' }), 'Healthy'],
  ['Ingress', reached({ hostname: 'a.example' }), 'Healthy'],
  ['Ingress', {}, 'Unhealthy'],
  ['PersistentVolumeClaim', { status: { phase: 'Bound' } }, 'Healthy'],
  ['PersistentVolumeClaim', { status: { phase: 'Pending' } }, 'Unhealthy'],
  ['Pod', { status: { phase: 'Succeeded' } }, 'Healthy'],
  ['Pod', { status: { phase: 'Running', conditions: ready('True') } }, 'Healthy'],
  ['Pod', { status: { phase: 'Running', conditions: ready('False') } }, 'Unhealthy'],
  ['Pod', { status: { phase: 'Pending', conditions: ready('True') } }, 'Unhealthy'],
  ['PodDisruptionBudget', { status: { currentHealthy: 2, desiredHealthy: 2 } }, 'Healthy'],
  ['PodDisruptionBudget', { status: { currentHealthy: 1, desiredHealthy: 2 } }, 'Unhealthy'],
  ['ConfigMap', {}, 'Healthy'],
  ['Secret', {}, 'Healthy'],
]
for (const [kind, parts, expected] of health)
  test(`a ${kind} with ${JSON.stringify(parts)} is ${expected}`, async () => {
    assert.equal(await registry.ask(interpret.health, { manifest: object(kind, parts) }), expected)
  })

const dependencies: readonly [kind: string, spec: object, expected: string][] = [
  ...['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'].map((kind): [string, object, string] => [
    kind,
    { template: { spec: { volumes: [{ configMap: { name: 'c' } }] } } },
    'ConfigMap c',
  ]),
  ['CronJob', { jobTemplate: { spec: { template: { spec: { imagePullSecrets: [{ name: 's' }] } } } } }, 'Secret s'],
  ['Pod', { serviceAccountName: 'robot' }, 'ServiceAccount robot'],
  [
    'StatefulSet',
    {
      volumeClaimTemplates: [{ metadata: { name: 'data' } }],
      template: {
        spec: {
          volumes: [
            { persistentVolumeClaim: { claimName: 'data' } },
            { persistentVolumeClaim: { claimName: 'logs' } },
            { secret: { secretName: 'data' } },
          ],
        },
      },
    },
    'Secret data, PersistentVolumeClaim logs',
  ],
  [
    'Ingress',
    { tls: [{ secretName: 'a' }, { hosts: ['x'] }, { secretName: 'b' }, { secretName: 'a' }] },
    'Secret a, Secret b',
  ],
]
for (const [kind, spec, expected] of dependencies)
  test(`a ${kind} depends on ${expected}`, async () => {
    const found = await registry.ask(interpret.dependencies, { manifest: object(kind, { spec }) })
    assert.equal(found?.map(({ kind, name }) => `${kind} ${name}`).join(', '), expected)
  })

test('an imported service depends on the service derived from it and its endpoints', async () => {
  assert.deepEqual(await registry.ask(interpret.dependencies, { manifest: object('ServiceImport') }), [
    { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'derived-web' },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      namespace: 'shop',
      labelSelector: { matchLabels: { 'kubernetes.io/service-name': 'derived-web' } },
    },
  ])
})

const job = {
  active: 1,
  succeeded: 2,
  startTime: '2026-01-01T00:00:00Z',
  conditions: [{ type: 'Suspended', status: 'False' }],
}

const reflected: readonly [kind: string, Parts, status: Json | undefined][] = [
  ['Deployment', { metadata: generation(4, '2') }, undefined],
  [
    'Deployment',
    {
      metadata: generation(4, '2'),
      status: {
        observedGeneration: 4,
        replicas: 3,
        updatedReplicas: 3,
        readyReplicas: 2,
        availableReplicas: 2,
        unavailableReplicas: 1,
        conditions: [],
      },
    },
    {
      generation: 4,
      resourceTemplateGeneration: 2,
      observedGeneration: 4,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 2,
      availableReplicas: 2,
      unavailableReplicas: 1,
    },
  ],
  ['Deployment', { metadata: generation(1), status: { replicas: 0 } }, { generation: 1 }],
  ['Deployment', { metadata: generation(1, 'no number'), status: {} }, { generation: 1 }],
  ['Deployment', { status: {} }, undefined],
  [
    'ReplicaSet',
    { metadata: generation(1, '1'), status: { fullyLabeledReplicas: 1, readyReplicas: 1 } },
    { generation: 1, resourceTemplateGeneration: 1, replicas: 0, readyReplicas: 1 },
  ],
  [
    'StatefulSet',
    { metadata: generation(1, '1'), status: { observedGeneration: 1, currentReplicas: 1, collisionCount: 0 } },
    {
      generation: 1,
      resourceTemplateGeneration: 1,
      observedGeneration: 1,
      replicas: 0,
      availableReplicas: 0,
      currentReplicas: 1,
    },
  ],
  [
    'DaemonSet',
    { metadata: generation(1), status: { numberReady: 1, updatedNumberScheduled: 1 } },
    {
      generation: 1,
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 1,
      updatedNumberScheduled: 1,
    },
  ],
  ['Job', { status: { ...job, failed: 0, ready: 1 } }, job],
  ['Job', {}, undefined],
  ['Service', { spec: { type: 'ClusterIP' }, status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } } }, undefined],
  ['Service', { spec: { type: 'LoadBalancer' }, status: { conditions: [] } }, { loadBalancer: {} }],
  ['Service', reached({ ip: '1.2.3.4' }), { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } }],
  [
    'PodDisruptionBudget',
    { status: { observedGeneration: 1, currentHealthy: 1, disruptedPods: {} } },
    { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 0, expectedPods: 0 },
  ],
  [
    'HorizontalPodAutoscaler',
    { status: { currentReplicas: 2, observedGeneration: 1, currentMetrics: [{}] } },
    { currentReplicas: 2, desiredReplicas: 0, currentMetrics: null },
  ],
  ['ConfigMap', { status: { x: 1 } }, undefined],
  ['Secret', {}, undefined],
]
for (const [kind, parts, expected] of reflected)
  test(`of a ${kind} with ${JSON.stringify(parts)} is collected ${JSON.stringify(expected)}`, async () => {
    const reflection = await registry.ask(interpret.status, { manifest: object(kind, parts) })
    assert.deepEqual(reflection, expected === undefined ? {} : { status: expected })
  })

for (const kind of ['CronJob', 'Pod', 'Ingress', 'PersistentVolumeClaim', 'PersistentVolume', 'ServiceAccount'])
  test(`of a ${kind} is collected what everything is collected of`, async () => {
    assert.equal(await registry.ask(interpret.status, { manifest: object(kind, { status: { a: 1 } }) }), undefined)
  })

const items = (...statuses: readonly (Json | undefined)[]): readonly AggregatedStatusItem[] =>
  deepFreeze(
    statuses.map((status, index) => ({ clusterName: `member${index + 1}`, ...(status !== undefined && { status }) })),
  )

const aggregate = (kind: string, template: Parts, ...statuses: readonly (Json | undefined)[]) =>
  registry.ask(interpret.aggregate, { template: object(kind, template), items: items(...statuses) })

const upToDate = { generation: 7, observedGeneration: 7, resourceTemplateGeneration: 2 }
const complete = [{ type: 'Complete', status: 'True' }]
const both = [...complete, { type: 'SuccessCriteriaMet', status: 'True' }]
const time = '2026-11-22T10:00:00Z'
const verdict = (type: string, reason: string, message: string) => ({
  type,
  status: 'True',
  reason,
  message,
  lastProbeTime: time,
  lastTransitionTime: time,
})
const done = verdict('Complete', 'Completed', 'Job completed')
const container = (ready: boolean) => ({
  name: '',
  image: '',
  imageID: '',
  restartCount: 0,
  lastState: {},
  ready,
  state: { running: {} },
})

const aggregated: readonly [
  name: string,
  kind: string,
  template: Parts,
  statuses: readonly (Json | undefined)[],
  after: object,
][] = [
  [
    'counters add up',
    'Deployment',
    { metadata: generation(2) },
    [
      { ...upToDate, replicas: 2, readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1, unavailableReplicas: 1 },
      { ...upToDate, replicas: 1, readyReplicas: 1 },
    ],
    {
      observedGeneration: 2,
      replicas: 3,
      readyReplicas: 2,
      updatedReplicas: 2,
      availableReplicas: 1,
      unavailableReplicas: 1,
    },
  ],
  [
    'the rest of a status stays, counters that became 0 go',
    'Deployment',
    { metadata: generation(2), status: { observedGeneration: 1, replicas: 3, conditions: [{ type: 'x' }] } },
    [{ ...upToDate }],
    { observedGeneration: 2, conditions: [{ type: 'x' }] },
  ],
  [
    'a member that has not seen its spec holds the generation back',
    'Deployment',
    { metadata: generation(2), status: { observedGeneration: 1 } },
    [upToDate, { ...upToDate, observedGeneration: 6, replicas: 1 }],
    { observedGeneration: 1, replicas: 1 },
  ],
  [
    'a member that has an old spec holds the generation back',
    'Deployment',
    { metadata: generation(2) },
    [upToDate, { ...upToDate, resourceTemplateGeneration: 1, replicas: 1 }],
    { replicas: 1 },
  ],
  [
    'a member that said nothing holds the generation back',
    'Deployment',
    { metadata: generation(2) },
    [{ ...upToDate, replicas: 1 }, undefined],
    { replicas: 1 },
  ],
  [
    'without members the generation is seen',
    'Deployment',
    { metadata: generation(2), status: { replicas: 3 } },
    [],
    { observedGeneration: 2 },
  ],
  [
    'ReplicaSets',
    'ReplicaSet',
    { metadata: generation(2) },
    [{ ...upToDate, replicas: 0 }],
    { observedGeneration: 2, replicas: 0 },
  ],
  [
    'StatefulSets',
    'StatefulSet',
    { metadata: generation(2) },
    [
      { ...upToDate, replicas: 1, availableReplicas: 1, currentReplicas: 1 },
      { ...upToDate, replicas: 1, availableReplicas: 0 },
    ],
    { observedGeneration: 2, replicas: 2, availableReplicas: 1, currentReplicas: 1 },
  ],
  [
    'StatefulSets wait for their members',
    'StatefulSet',
    { metadata: generation(2) },
    [{ ...upToDate, resourceTemplateGeneration: 1, replicas: 1, availableReplicas: 1 }],
    { replicas: 1, availableReplicas: 1 },
  ],
  [
    'DaemonSets',
    'DaemonSet',
    { metadata: generation(2) },
    [
      { ...upToDate, numberReady: 1, numberAvailable: 1 },
      { ...upToDate, numberReady: 2 },
    ],
    {
      observedGeneration: 2,
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 3,
      numberAvailable: 1,
    },
  ],
  [
    'ways in are joined, each once, sorted',
    'Service',
    { spec: { type: 'LoadBalancer' } },
    [
      {
        loadBalancer: {
          ingress: [{ ip: '2.2.2.2' }, { hostname: 'b' }, { ip: '1.1.1.1', ports: [{ port: 80, protocol: 'TCP' }] }],
        },
      },
      {
        loadBalancer: {
          ingress: [
            {
              ip: '1.1.1.1',
              ports: [
                { port: 80, protocol: 'TCP' },
                { port: 443, protocol: 'TCP' },
              ],
            },
            { hostname: 'a' },
            { ip: '2.2.2.2' },
          ],
        },
      },
      { loadBalancer: {} },
    ],
    {
      loadBalancer: {
        ingress: [
          { hostname: 'a' },
          { hostname: 'b' },
          {
            ip: '1.1.1.1',
            ports: [
              { port: 80, protocol: 'TCP' },
              { port: 443, protocol: 'TCP' },
            ],
          },
          { ip: '2.2.2.2' },
        ],
      },
    },
  ],
  [
    'ways in that are gone go',
    'Ingress',
    { status: { loadBalancer: { ingress: [{ ip: '1.1.1.1' }] } } },
    [{ loadBalancer: {} }],
    { loadBalancer: {} },
  ],
  [
    'a job runs',
    'Job',
    {},
    [
      { active: 1, startTime: '2026-01-02T00:00:00Z' },
      { active: 1, succeeded: 1 },
    ],
    { active: 2, succeeded: 1 },
  ],
  [
    'a job started when the first member did, once all have',
    'Job',
    {},
    [{ startTime: '2026-01-02T00:00:00Z' }, { startTime: '2026-01-01T23:00:00Z' }],
    { startTime: '2026-01-01T23:00:00Z' },
  ],
  [
    'a job that started stays started',
    'Job',
    { status: { startTime: '2026-01-05T00:00:00Z' } },
    [{ active: 1, startTime: '2026-01-02T00:00:00Z' }],
    { active: 1, startTime: '2026-01-05T00:00:00Z' },
  ],
  [
    'a job fails with its first member',
    'Job',
    {},
    [{ failed: 1, conditions: [{ type: 'Failed', status: 'True' }] }, { active: 1 }],
    {
      active: 1,
      failed: 1,
      conditions: [verdict('Failed', 'JobFailed', 'Job executed failed in member clusters member1')],
    },
  ],
  [
    'a job is complete when all members are',
    'Job',
    {},
    [
      { succeeded: 1, completionTime: '2026-01-02T00:00:00Z', conditions: both },
      { succeeded: 1, completionTime: '2026-01-03T00:00:00Z', conditions: complete },
    ],
    { succeeded: 2, completionTime: '2026-01-03T00:00:00Z', conditions: [done] },
  ],
  [
    'a job met its criteria when all members did',
    'Job',
    {},
    [{ conditions: both }],
    {
      conditions: [
        done,
        verdict('SuccessCriteriaMet', 'CompletionsReached', 'All member clusters have met success criteria'),
      ],
    },
  ],
  [
    'a job is not complete while a member is silent',
    'Job',
    {},
    [{ succeeded: 1, conditions: complete }, undefined],
    { succeeded: 1 },
  ],
  [
    'cron jobs',
    'CronJob',
    {},
    [
      { active: [{ name: 'a' }], lastScheduleTime: '2026-01-02T00:00:00Z' },
      { active: [{ name: 'b' }], lastScheduleTime: '2026-01-01T00:00:00Z', lastSuccessfulTime: '2026-01-01T00:00:10Z' },
    ],
    {
      active: [{ name: 'a' }, { name: 'b' }],
      lastScheduleTime: '2026-01-02T00:00:00Z',
      lastSuccessfulTime: '2026-01-01T00:00:10Z',
    },
  ],
  [
    'pods run',
    'Pod',
    { status: { conditions: [] } },
    [
      { phase: 'Running', containerStatuses: [{ name: 'a', image: 'x', ready: true, state: { running: {} } }] },
      { phase: 'Succeeded', initContainerStatuses: [{ ready: false, state: { running: {} } }] },
    ],
    { phase: 'Running', containerStatuses: [container(true)], initContainerStatuses: [container(false)] },
  ],
  ['a silent pod is pending', 'Pod', {}, [{ phase: 'Running' }, undefined], { phase: 'Pending' }],
  ['a failed pod is the worst', 'Pod', {}, [{ phase: 'Failed' }, undefined], { phase: 'Failed' }],
  ['volumes', 'PersistentVolume', {}, [{ phase: 'Bound' }, { phase: 'Available' }], { phase: 'Available' }],
  ['a silent volume is pending', 'PersistentVolume', {}, [{ phase: 'Bound' }, undefined], { phase: 'Pending' }],
  ['claims are bound', 'PersistentVolumeClaim', {}, [{ phase: 'Bound' }, { phase: 'Bound' }], { phase: 'Bound' }],
  ['a claim that waits', 'PersistentVolumeClaim', {}, [{ phase: 'Pending' }, { phase: 'Bound' }], { phase: 'Pending' }],
  ['a claim that is lost', 'PersistentVolumeClaim', {}, [{ phase: 'Lost' }, { phase: 'Pending' }], { phase: 'Lost' }],
  [
    'budgets',
    'PodDisruptionBudget',
    {},
    [
      { currentHealthy: 1, desiredHealthy: 1, disruptedPods: { a: time } },
      { currentHealthy: 2, expectedPods: 3, disruptedPods: { a: time } },
    ],
    {
      currentHealthy: 3,
      desiredHealthy: 1,
      disruptionsAllowed: 0,
      expectedPods: 3,
      disruptedPods: { 'member1/a': time, 'member2/a': time },
    },
  ],
  [
    'autoscalers',
    'HorizontalPodAutoscaler',
    { status: { observedGeneration: 3 } },
    [{ currentReplicas: 1, desiredReplicas: 2 }, { desiredReplicas: 1 }],
    { currentReplicas: 1, desiredReplicas: 3 },
  ],
]
for (const [name, kind, template, statuses, after] of aggregated)
  test(`aggregates ${kind}: ${name}`, async () => {
    const answer = await aggregate(kind, template, ...statuses)
    assert.deepEqual(answer, { ...object(kind, template), status: after })
    const again = await registry.ask(interpret.aggregate, {
      template: deepFreeze(answer ?? object(kind)),
      items: items(...statuses),
    })
    assert.equal(again, answer, 'the same object when nothing changes')
  })

const untouched: readonly [name: string, kind: string, template: Parts, statuses: readonly (Json | undefined)[]][] = [
  [
    'a service that is not balanced',
    'Service',
    { spec: { type: 'ClusterIP' } },
    [{ loadBalancer: { ingress: [{ ip: '1.1.1.1' }] } }],
  ],
  ['a service nobody can reach yet', 'Service', { spec: { type: 'LoadBalancer' } }, [{ loadBalancer: {} }, undefined]],
  ['a job that is complete', 'Job', { status: { conditions: complete } }, [{ active: 1 }]],
  ['a job that failed', 'Job', { status: { conditions: [{ type: 'Failed', status: 'True' }] } }, [{ active: 1 }]],
  ['a pod that is nowhere', 'Pod', { status: { phase: 'Running' } }, []],
  ['a volume that is nowhere', 'PersistentVolume', {}, []],
  ['a claim that is nowhere', 'PersistentVolumeClaim', {}, []],
]
for (const [name, kind, template, statuses] of untouched)
  test(`leaves ${name} as it is`, async () => {
    const manifest = object(kind, template)
    assert.equal(await registry.ask(interpret.aggregate, { template: manifest, items: items(...statuses) }), manifest)
  })
