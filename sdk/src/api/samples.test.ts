import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import type { Definition } from '../crd.ts'
import type { Condition, LabelSelector, Toleration } from '../manifest.ts'
import type { Schema } from '../schema.ts'
import type { AutoscalerCondition, MetricSpec, MetricStatus, ScalingRules } from './autoscaling.ts'
import type { Binding, NodeClaim, ReplicaRequirements, TargetCluster } from './binding.ts'
import type { BindingSpecV1alpha1, BindingStatusV1alpha1 } from './binding-v1alpha1.ts'
import type { Cluster } from './cluster.ts'
import type { ClusterTaintPolicy } from './cluster-taint-policy.ts'
import type { CronFederatedHpa } from './cron-federated-hpa.ts'
import type { FederatedHpa } from './federated-hpa.ts'
import type { FederatedResourceQuota } from './federated-resource-quota.ts'
import { crds, definitions } from './index.ts'
import type { NodeSelectorTerm } from './kubernetes.ts'
import type { MultiClusterIngress } from './multi-cluster-ingress.ts'
import type { MultiClusterService } from './multi-cluster-service.ts'
import type { OverridePolicy } from './override-policy.ts'
import type { ClusterAffinity, Placement, ResourceSelector } from './placement.ts'
import type { Failover, PropagationPolicy } from './propagation-policy.ts'
import type { Remedy } from './remedy.ts'
import type { ResourceInterpreterCustomization } from './resource-interpreter-customization.ts'
import type { ResourceInterpreterModule } from './resource-interpreter-module.ts'
import type { ResourceInterpreterWebhookConfiguration } from './resource-interpreter-webhook-configuration.ts'
import type { ResourceRegistry } from './resource-registry.ts'
import type { ServiceExport } from './service-export.ts'
import type { ServiceImport } from './service-import.ts'
import type { SharedResourceQuota } from './shared-resource-quota.ts'
import type { Work } from './work.ts'
import type { WorkloadRebalancer } from './workload-rebalancer.ts'

/*
 * One object of each kind, with every field its schema has. The compiler holds them against the types, the tests against
 * the schemas: so the two say the same.
 */

/** What a kind has beside the envelope of all. */
type Content<T> = {
  readonly [K in keyof T as string extends K
    ? never
    : number extends K
      ? never
      : Exclude<K, 'apiVersion' | 'kind' | 'metadata'>]: T[K]
}

const at = '2026-01-02T03:04:05Z'

const condition: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Up',
  message: '',
  lastTransitionTime: at,
  observedGeneration: 1,
}

const labelSelector: LabelSelector = {
  matchLabels: { app: 'web' },
  matchExpressions: [{ key: 'tier', operator: 'In', values: ['front'] }],
}

const resourceSelectors: readonly ResourceSelector[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web', labelSelector },
]

const affinity: ClusterAffinity = {
  labelSelector,
  fieldSelector: { matchExpressions: [{ key: 'zone', operator: 'In', values: ['z1'] }] },
  clusterNames: ['m1'],
  exclude: ['m2'],
}

const toleration: Toleration = {
  key: 'k',
  operator: 'Equal',
  value: 'v',
  effect: 'NoExecute',
  tolerationSeconds: 60,
}

const placement: Placement = {
  clusterAffinity: affinity,
  clusterAffinities: [{ affinityName: 'a', ...affinity, overflowAffinities: [{ affinityName: 'b', ...affinity }] }],
  clusterTolerations: [toleration],
  spreadConstraints: [{ spreadByField: 'cluster', spreadByLabel: 'l', maxGroups: 2, minGroups: 1 }],
  replicaScheduling: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: {
      staticWeightList: [{ targetCluster: affinity, weight: 1 }],
      dynamicWeight: 'AvailableReplicas',
    },
  },
  workloadAffinity: { affinity: { groupByLabelKey: 'app' }, antiAffinity: { groupByLabelKey: 'tier' } },
}

const statePreservation = { rules: [{ aliasLabelName: 'l', jsonPath: '{.x}' }] }

const failover: Failover = {
  application: {
    decisionConditions: { tolerationSeconds: 10 },
    purgeMode: 'Never',
    gracePeriodSeconds: 10,
    statePreservation,
  },
  cluster: { purgeMode: 'Directly', statePreservation },
}

const propagationPolicy: Content<PropagationPolicy> = {
  spec: {
    resourceSelectors,
    association: false,
    propagateDeps: true,
    placement,
    priority: 1,
    preemption: 'Always',
    dependentOverrides: ['o'],
    schedulerName: 's',
    failover,
    conflictResolution: 'Overwrite',
    activationPreference: 'Lazy',
    suspension: { dispatching: true, dispatchingOnClusters: { clusterNames: ['m1'] } },
    preserveResourcesOnDeletion: true,
    schedulePriority: { priorityClassSource: 'KubePriorityClass', priorityClassName: 'high' },
  },
}

const overriders: OverridePolicy['spec']['overriders'] = {
  imageOverrider: [{ predicate: { path: '/x' }, component: 'Tag', operator: 'add', value: '1', cel: 'value' }],
  commandOverrider: [{ containerName: 'c', operator: 'add', value: ['x'], cel: 'value' }],
  argsOverrider: [{ containerName: 'c', operator: 'remove', value: ['x'], cel: 'value' }],
  labelsOverrider: [{ operator: 'add', value: { a: 'b' }, cel: 'value' }],
  annotationsOverrider: [{ operator: 'replace', value: { a: 'b' }, cel: 'value' }],
  fieldOverrider: [
    {
      fieldPath: '/data/x',
      json: [{ subPath: '/a', operator: 'add', value: { any: ['thing'] }, cel: 'value' }],
    },
    { fieldPath: '/data/y', yaml: [{ subPath: '/a', operator: 'add', value: 1, cel: 'value' }] },
  ],
  plaintext: [{ path: '/spec', operator: 'replace', value: { any: ['thing'] }, cel: 'value' }],
}

const overridePolicy: Content<OverridePolicy> = {
  spec: {
    resourceSelectors,
    overrideRules: [{ targetCluster: affinity, overriders: overriders ?? {} }],
    targetCluster: affinity,
    overriders: overriders ?? {},
  },
}

const federatedResourceQuota: Content<FederatedResourceQuota> = {
  spec: { overall: { cpu: '10' }, staticAssignments: [{ clusterName: 'm1', hard: { cpu: 1 } }] },
  status: {
    overall: { cpu: '10' },
    overallUsed: { cpu: '500m' },
    aggregatedStatus: [{ clusterName: 'm1', hard: { cpu: '1' }, used: { memory: '1.5Gi' } }],
    reservations: [{ binding: 'web-deployment', uid: 'u', generation: 1, used: { cpu: '1' }, time: at, tries: 2 }],
    conditions: [condition],
  },
}

const sharedResourceQuota: Content<SharedResourceQuota> = {
  spec: { total: { cpu: '10' }, shares: [{ namespace: 'shop', guaranteed: { cpu: '4' }, max: { cpu: 8 } }] },
  status: {
    total: { cpu: '10' },
    used: { cpu: '500m' },
    shares: [{ namespace: 'shop', used: { cpu: '500m' }, borrowed: { cpu: '0' }, lent: { cpu: '0' } }],
    reservations: [
      { namespace: 'shop', binding: 'web-deployment', uid: 'u', generation: 1, used: { cpu: '1' }, time: at, tries: 2 },
    ],
    reclaims: [{ namespace: 'shop', binding: 'web-deployment', uid: 'u', wanted: { cpu: '1' }, time: at }],
    conditions: [condition],
  },
}

const matchCondition = { conditionType: 'Ready', operator: 'In', statusValues: ['False'] } as const

const clusterTaintPolicy: Content<ClusterTaintPolicy> = {
  spec: {
    targetClusters: affinity,
    addOnConditions: [matchCondition],
    removeOnConditions: [matchCondition],
    taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }],
  },
}

const nodeTerm: NodeSelectorTerm = {
  matchExpressions: [{ key: 'k', operator: 'Gt', values: ['1'] }],
  matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }],
}

const nodeClaim: NodeClaim = {
  hardNodeAffinity: { nodeSelectorTerms: [nodeTerm] },
  nodeSelector: { a: 'b' },
  tolerations: [toleration],
}

const requirements: Omit<ReplicaRequirements, 'namespace'> = {
  nodeClaim,
  resourceRequest: { cpu: '100m' },
  priorityClassName: 'high',
}

const target: TargetCluster = { name: 'm1', replicas: 1, components: [{ name: 'c', replicas: 1 }] }

const binding: Content<Binding> = {
  spec: {
    resource: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'default',
      name: 'web',
      uid: 'u',
      resourceVersion: '1',
    },
    propagateDeps: true,
    replicaRequirements: { ...requirements, namespace: 'default' },
    replicas: 2,
    components: [{ name: 'c', replicas: 1, replicaRequirements: requirements }],
    clusters: [target],
    placement,
    gracefulEvictionTasks: [
      {
        fromCluster: 'm1',
        purgeMode: 'Directly',
        replicas: 1,
        reason: 'TaintUntolerated',
        message: 'm',
        producer: 'p',
        gracePeriodSeconds: 1,
        suppressDeletion: true,
        preservedLabelState: { a: 'b' },
        creationTimestamp: at,
        clustersBeforeFailover: ['m1'],
      },
    ],
    requiredBy: [{ namespace: 'default', name: 'b', clusters: [target] }],
    schedulerName: 's',
    failover,
    conflictResolution: 'Abort',
    rescheduleTriggeredAt: at,
    suspension: { dispatching: true, dispatchingOnClusters: { clusterNames: ['m1'] }, scheduling: true },
    preserveResourcesOnDeletion: true,
    schedulePriority: { priority: 1 },
    workloadAffinityGroups: { affinityGroup: 'a=b', antiAffinityGroup: 'c=d' },
  },
  status: {
    schedulerObservedGeneration: 1,
    schedulerObservingAffinityName: 'a',
    lastScheduledTime: at,
    conditions: [condition],
    aggregatedStatus: [
      { clusterName: 'm1', status: { any: ['thing'] }, applied: true, appliedMessage: 'm', health: 'Healthy' },
    ],
  },
}

const oldBinding: { readonly spec: BindingSpecV1alpha1; readonly status: BindingStatusV1alpha1 } = {
  spec: {
    resource: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'default',
      name: 'web',
      resourceVersion: '1',
      replicas: 2,
      resourcePerReplicas: { cpu: '1' },
    },
    clusters: [{ name: 'm1', replicas: 1 }],
  },
  status: {
    conditions: [condition],
    aggregatedStatus: [{ clusterName: 'm1', status: { any: ['thing'] }, applied: true, appliedMessage: 'm' }],
  },
}

const work: Content<Work> = {
  spec: {
    workload: { manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: 'b' } }] },
    suspendDispatching: true,
    preserveResourcesOnDeletion: true,
  },
  status: {
    conditions: [condition],
    manifestStatuses: [
      {
        identifier: {
          ordinal: 0,
          group: 'g',
          version: 'v1',
          kind: 'ConfigMap',
          resource: '',
          namespace: 'n',
          name: 'c',
        },
        status: { any: ['thing'] },
        health: 'Unknown',
      },
    ],
  },
}

const secretRef = { namespace: 'n', name: 's' }

const cluster: Content<Cluster> = {
  spec: {
    id: 'i',
    syncMode: 'Push',
    apiEndpoint: 'https://m1',
    secretRef,
    impersonatorSecretRef: secretRef,
    insecureSkipTLSVerification: true,
    proxyURL: 'http://p',
    proxyHeader: { a: 'b' },
    provider: 'p',
    region: 'r',
    zone: 'z',
    zones: ['z'],
    taints: [{ key: 'k', value: 'v', effect: 'NoExecute', timeAdded: at }],
    resourceModels: [{ grade: 0, ranges: [{ name: 'cpu', min: 0, max: '1' }] }],
  },
  status: {
    kubernetesVersion: 'v1.33.1',
    apiEnablements: [{ groupVersion: 'apps/v1', resources: [{ name: 'deployments', kind: 'Deployment' }] }],
    conditions: [condition],
    nodeSummary: { totalNum: 2, readyNum: 1 },
    resourceSummary: {
      allocatable: { cpu: '1' },
      allocating: { cpu: '1' },
      allocated: { cpu: '1' },
      allocatableModelings: [{ grade: 0, count: 1 }],
    },
    remedyActions: ['TrafficControl'],
  },
}

const script = { luaScript: 'return 1' }

const resourceInterpreterCustomization: Content<ResourceInterpreterCustomization> = {
  spec: {
    target: { apiVersion: 'apps/v1', kind: 'Deployment' },
    customizations: {
      retention: script,
      replicaResource: script,
      componentResource: script,
      replicaRevision: script,
      statusReflection: script,
      statusAggregation: script,
      healthInterpretation: script,
      dependencyInterpretation: script,
    },
  },
}

const resourceInterpreterModule: Content<ResourceInterpreterModule> = {
  spec: {
    runtime: 'javascript',
    targets: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
    points: ['interpret.health', 'schedule.score'],
    source: {
      inline: 'export const interpretHealth = () => "Healthy"',
      configMapRef: { namespace: 'a', name: 'b', key: 'c' },
      file: 'health.js',
      url: 'https://example.com/health.js',
      oci: { image: `example.com/health@sha256:${'0'.repeat(64)}`, secretRef: { namespace: 'a', name: 'b' } },
      caBundle: '-----BEGIN CERTIFICATE-----',
    },
    sha256: '0'.repeat(64),
    signature: 'AAAA',
    limits: { timeout: '500ms', memory: '64Mi', output: '1Mi', concurrency: 2 },
    capabilities: ['none'],
    failurePolicy: 'Ignore',
    order: 1,
  },
  status: {
    conditions: [condition],
    digest: '0'.repeat(64),
    functions: ['interpretHealth'],
    observedGeneration: 1,
  },
}

const resourceInterpreterWebhookConfiguration: Content<ResourceInterpreterWebhookConfiguration> = {
  webhooks: [
    {
      name: 'w.example.com',
      clientConfig: {
        url: 'https://w',
        service: { namespace: 'n', name: 's', path: '/', port: 443 },
        caBundle: 'YQ==',
      },
      rules: [{ operations: ['*'], apiGroups: ['apps'], apiVersions: ['v1'], kinds: ['Deployment'] }],
      timeoutSeconds: 3,
      interpreterContextVersions: ['v1alpha1'],
    },
  ],
}

const loadBalancerPorts = [{ port: 80, protocol: 'TCP', error: 'None' }]

const multiClusterService: Content<MultiClusterService> = {
  spec: {
    types: ['CrossCluster'],
    ports: [{ name: 'http', port: 80 }],
    providerClusters: [{ name: 'm1' }],
    consumerClusters: [{ name: 'm2' }],
    range: { clusterNames: ['m1'] },
    serviceProvisionClusters: ['m1'],
    serviceConsumptionClusters: ['m2'],
  },
  status: {
    loadBalancer: { ingress: [{ ip: '1.2.3.4', hostname: 'h', ipMode: 'VIP', ports: loadBalancerPorts }] },
    conditions: [condition],
  },
}

const backend = {
  service: { name: 's', port: { name: 'http', number: 80 } },
  resource: { apiGroup: 'g', kind: 'K', name: 'n' },
}

const multiClusterIngress: Content<MultiClusterIngress> = {
  spec: {
    ingressClassName: 'c',
    defaultBackend: backend,
    tls: [{ hosts: ['h'], secretName: 's' }],
    rules: [{ host: 'h', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
  },
  status: {
    loadBalancer: { ingress: [{ ip: '1.2.3.4', hostname: 'h', ports: loadBalancerPorts }] },
    trafficBlockClusters: ['m1'],
    serviceLocations: [{ name: 's', clusters: ['m1'] }],
    conditions: [condition],
  },
}

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
const metric = { name: 'm', selector: labelSelector }
const amount = { value: 1, averageValue: '1500m', averageUtilization: 80 }

const metrics = <Amount>(amount: Amount) => ({
  resource: { name: 'cpu', ...amount },
  containerResource: { name: 'cpu', container: 'c', ...amount },
  pods: { metric, ...amount },
  object: { metric, describedObject: scaleTargetRef, ...amount },
  external: { metric, ...amount },
})
const metricSpec: MetricSpec = { type: 'Resource', ...metrics({ target: { type: 'Value', ...amount } }) }
const metricStatus: MetricStatus = { type: 'Resource', ...metrics({ current: amount }) }

const scalingRules: ScalingRules = {
  stabilizationWindowSeconds: 1,
  selectPolicy: 'Max',
  policies: [{ type: 'Pods', value: 1, periodSeconds: 1 }],
  tolerance: '0.1',
}
const autoscalerCondition: AutoscalerCondition = {
  type: 'AbleToScale',
  status: 'True',
  reason: 'r',
  message: 'm',
  lastTransitionTime: at,
}

const federatedHpa: Content<FederatedHpa> = {
  spec: {
    scaleTargetRef,
    minReplicas: 1,
    maxReplicas: 2,
    metrics: [metricSpec],
    behavior: { scaleUp: scalingRules, scaleDown: scalingRules },
  },
  status: {
    observedGeneration: 1,
    lastScaleTime: at,
    currentReplicas: 1,
    desiredReplicas: 1,
    currentMetrics: [metricStatus],
    conditions: [autoscalerCondition],
  },
}

const executed = { scheduleTime: at, executionTime: at }

const cronFederatedHpa: Content<CronFederatedHpa> = {
  spec: {
    scaleTargetRef,
    rules: [
      {
        name: 'r',
        schedule: '0 8 * * *',
        targetReplicas: 1,
        targetMinReplicas: 1,
        targetMaxReplicas: 2,
        suspend: true,
        timeZone: 'Europe/Berlin',
        successfulHistoryLimit: 1,
        failedHistoryLimit: 0,
      },
    ],
  },
  status: {
    executionHistories: [
      {
        ruleName: 'r',
        nextExecutionTime: at,
        successfulExecutions: [{ ...executed, appliedReplicas: 1, appliedMinReplicas: 1, appliedMaxReplicas: 1 }],
        failedExecutions: [{ ...executed, message: 'm' }],
      },
    ],
  },
}

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' }

const workloadRebalancer: Content<WorkloadRebalancer> = {
  spec: { workloads: [workload], ttlSecondsAfterFinished: 1 },
  status: {
    observedWorkloads: [{ workload, result: 'Failed', reason: 'ReferencedBindingNotFound' }],
    observedGeneration: 1,
    finishTime: at,
  },
}

const remedy: Content<Remedy> = {
  spec: {
    clusterAffinity: { clusterNames: ['m1'] },
    decisionMatches: [
      { clusterConditionMatch: { conditionType: 'Ready', operator: 'Equal', conditionStatus: 'False' } },
    ],
    actions: ['TrafficControl'],
  },
}

const resourceRegistry: Content<ResourceRegistry> = {
  spec: {
    targetCluster: affinity,
    resourceSelectors: [{ apiVersion: 'v1', kind: 'Pod', namespace: 'default' }],
    backendStore: { openSearch: { addresses: ['https://o'], secretRef } },
  },
  status: { conditions: [condition] },
}

const serviceExport: Content<ServiceExport> = {
  spec: { exportedLabels: { a: 'b' }, exportedAnnotations: { c: 'd' } },
  status: { conditions: [condition] },
}

const serviceImport: Content<ServiceImport> = {
  spec: {
    ports: [{ name: 'http', protocol: 'TCP', port: 80, appProtocol: 'http' }],
    ips: ['1.2.3.4'],
    type: 'ClusterSetIP',
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } },
    ipFamilies: ['IPv4'],
    internalTrafficPolicy: 'Local',
    trafficDistribution: 'PreferClose',
  },
  status: { clusters: [{ cluster: 'm1' }], endpointSliceObjects: 'Present', conditions: [condition] },
}

const samples: Readonly<Record<string, object>> = {
  'PropagationPolicy v1alpha1': propagationPolicy,
  'ClusterPropagationPolicy v1alpha1': propagationPolicy,
  'OverridePolicy v1alpha1': overridePolicy,
  'ClusterOverridePolicy v1alpha1': overridePolicy,
  'FederatedResourceQuota v1alpha1': federatedResourceQuota,
  'SharedResourceQuota v1alpha1': sharedResourceQuota,
  'ClusterTaintPolicy v1alpha1': clusterTaintPolicy,
  'ResourceBinding v1alpha2': binding,
  'ResourceBinding v1alpha1': oldBinding,
  'ClusterResourceBinding v1alpha2': binding,
  'ClusterResourceBinding v1alpha1': oldBinding,
  'Work v1alpha1': work,
  'Cluster v1alpha1': cluster,
  'ResourceInterpreterCustomization v1alpha1': resourceInterpreterCustomization,
  'ResourceInterpreterModule v1alpha1': resourceInterpreterModule,
  'ResourceInterpreterWebhookConfiguration v1alpha1': resourceInterpreterWebhookConfiguration,
  'MultiClusterService v1alpha1': multiClusterService,
  'MultiClusterIngress v1alpha1': multiClusterIngress,
  'FederatedHPA v1alpha1': federatedHpa,
  'CronFederatedHPA v1alpha1': cronFederatedHpa,
  'WorkloadRebalancer v1alpha1': workloadRebalancer,
  'Remedy v1alpha1': remedy,
  'ResourceRegistry v1alpha1': resourceRegistry,
  'ServiceExport v1alpha1': serviceExport,
  'ServiceExport v1beta1': serviceExport,
  'ServiceImport v1alpha1': serviceImport,
  'ServiceImport v1beta1': serviceImport,
}

/** The schema as strict as pruning: a field it does not name is an error. */
function closed(schema: Schema): object {
  const { properties, items, additionalProperties } = schema
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, closed(each)])),
      additionalProperties: false,
    }),
    ...(items && { items: closed(items) }),
    ...(additionalProperties && { additionalProperties: closed(additionalProperties) }),
  }
}

/** Every field a schema names, as `.spec.clusters[].name`. */
function* fieldsOf({ properties = {}, items }: Schema, path = ''): Generator<string> {
  if (items) yield* fieldsOf(items, `${path}[]`)
  for (const [name, each] of Object.entries(properties)) {
    yield `${path}.${name}`
    yield* fieldsOf(each, `${path}.${name}`)
  }
}

/** Every field a value has, in the same words. */
function* fieldsIn(value: unknown, path = ''): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [name, each] of Object.entries(value)) {
    const inside = Array.isArray(value) ? `${path}[]` : `${path}.${name}`
    yield inside
    yield* fieldsIn(each, inside)
  }
}

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })

test('there is a sample of every version of every kind', () => {
  const versions = crds.flatMap(({ spec }) => spec.versions.map(({ name }) => `${spec.names.kind} ${name}`))
  assert.deepEqual(versions.sort(), Object.keys(samples).sort())
})

for (const { spec } of crds) {
  for (const { name, schema } of spec.versions) {
    const title = `${spec.names.kind} ${name}`
    const sample = { apiVersion: `${spec.group}/${name}`, kind: spec.names.kind, metadata: {}, ...samples[title] }

    test(`${title}: its type and its schema allow the same`, () => {
      const validate = ajv.compile(closed(schema.openAPIV3Schema))
      assert.equal(validate(sample), true, ajv.errorsText(validate.errors))
    })

    test(`${title}: the sample leaves no field out`, () => {
      const used = new Set(fieldsIn(sample))
      assert.deepEqual(
        [...fieldsOf(schema.openAPIV3Schema)].filter((field) => !used.has(field)),
        [],
      )
    })
  }
}

test('definitions and manifests are the same kinds', () =>
  assert.deepEqual(
    definitions.map(({ kind }: Definition) => `${kind.plural}.${kind.apiVersion.split('/')[0]}`),
    crds.map(({ metadata }) => metadata.name),
  ))
