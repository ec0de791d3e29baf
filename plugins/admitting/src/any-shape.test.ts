import type { Manifest } from '@flotilla/sdk'
import { examineAnyShape } from '@flotilla/sdk/testing'
import { admittingPlugins } from './index.ts'

/** With every field that a plugin looks at. */
const affinity = {
  labelSelector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] },
  fieldSelector: { matchExpressions: [{ key: 'region', operator: 'In', values: ['north'] }] },
  clusterNames: ['member1', 'member2'],
  exclude: ['member2'],
}

const resourceSelectors = [
  { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', labelSelector: affinity.labelSelector },
]

const preservation = { rules: [{ aliasLabelName: 'a', jsonPath: '{.b}' }] }

const placement = {
  clusterAffinities: [
    { affinityName: 'one', ...affinity, overflowAffinities: [{ affinityName: 'two', clusterNames: ['member3'] }] },
  ],
  clusterTolerations: [{ key: 'a', operator: 'Equal', value: 'b', effect: 'NoExecute', tolerationSeconds: 1 }],
  spreadConstraints: [
    { spreadByField: 'cluster', minGroups: 1, maxGroups: 2 },
    { spreadByLabel: 'rack', minGroups: 1 },
  ],
  replicaScheduling: {
    replicaSchedulingType: 'Divided',
    replicaDivisionPreference: 'Weighted',
    weightPreference: {
      dynamicWeight: 'AvailableReplicas',
      staticWeightList: [{ targetCluster: affinity, weight: 1 }],
    },
  },
  workloadAffinity: { affinity: { groupByLabelKey: 'a' }, antiAffinity: { groupByLabelKey: 'b' } },
}

const propagation = {
  resourceSelectors,
  placement,
  preemption: 'Always',
  propagateDeps: true,
  dependentOverrides: ['a'],
  failover: {
    application: {
      decisionConditions: { tolerationSeconds: 300 },
      purgeMode: 'Gracefully',
      gracePeriodSeconds: 600,
      statePreservation: preservation,
    },
    cluster: { purgeMode: 'Directly', statePreservation: preservation },
  },
  suspension: { dispatchingOnClusters: { clusterNames: ['member1'] } },
}

const overriders = {
  imageOverrider: [{ predicate: { path: '/a' }, component: 'Tag', operator: 'replace', value: '1' }],
  commandOverrider: [{ containerName: 'a', operator: 'add', value: ['b'] }],
  argsOverrider: [{ containerName: 'a', operator: 'add', value: ['b'] }],
  labelsOverrider: [{ operator: 'add', value: { a: 'b' } }],
  annotationsOverrider: [{ operator: 'add', value: { a: 'b' } }],
  fieldOverrider: [{ fieldPath: '/a', json: [{ subPath: '/b', operator: 'add', value: 1 }] }],
  plaintext: [{ path: '/a', operator: 'add', value: 1 }],
}

const override = {
  resourceSelectors,
  overrideRules: [{ targetCluster: affinity, overriders }],
  targetCluster: affinity,
  overriders,
}

const target = { type: 'Utilization', averageUtilization: 80, averageValue: '1', value: '1' }
const reference = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }

const scalingRules = {
  stabilizationWindowSeconds: 1,
  selectPolicy: 'Max',
  policies: [{ type: 'Pods', value: 1, periodSeconds: 1 }],
}

const of = (group: string, kind: string, spec: object, namespace?: string): Manifest => ({
  apiVersion: `${group}.karmada.io/v1alpha1`,
  kind,
  metadata: { name: 'sample', ...(namespace && { namespace }) },
  spec,
})

examineAnyShape(admittingPlugins, [
  of('policy', 'PropagationPolicy', propagation, 'shop'),
  of('policy', 'ClusterPropagationPolicy', {
    ...propagation,
    placement: { clusterAffinity: affinity, clusterAffinities: [] },
  }),
  of('policy', 'OverridePolicy', override, 'shop'),
  of('policy', 'ClusterOverridePolicy', override),
  {
    ...of('work', 'ResourceBinding', { components: [{ name: 'a', replicas: 1 }] }, 'shop'),
    apiVersion: 'work.karmada.io/v1alpha2',
  },
  of('work', 'Work', { workload: { manifests: [of('x', 'Job', { selector: {} }, 'shop')] } }, 'karmada-es-member1'),
  of('cluster', 'Cluster', {
    syncMode: 'Push',
    apiEndpoint: 'https://a',
    proxyURL: 'http://b',
    secretRef: { namespace: 'a', name: 'b' },
    impersonatorSecretRef: { namespace: 'a', name: 'b' },
    provider: 'p',
    region: 'r',
    zone: 'z',
    zones: ['z'],
    taints: [{ key: 'a', value: 'b', effect: 'NoExecute' }],
    resourceModels: [
      { grade: 0, ranges: [{ name: 'cpu', min: '0', max: '1' }] },
      { grade: 1, ranges: [{ name: 'cpu', min: '1', max: '2' }] },
    ],
  }),
  of('policy', 'ClusterTaintPolicy', {
    targetClusters: affinity,
    addOnConditions: [{ conditionType: 'Ready', operator: 'In', statusValues: ['False'] }],
    removeOnConditions: [{ conditionType: 'Ready', operator: 'In', statusValues: ['True'] }],
    taints: [{ key: 'a', value: 'b', effect: 'NoExecute' }],
  }),
  of('config', 'ResourceInterpreterCustomization', {
    target: { apiVersion: 'a/v1', kind: 'B' },
    customizations: { retention: { luaScript: 'x' }, dependencyInterpretation: { luaScript: 'x' } },
  }),
  of(
    'autoscaling',
    'FederatedHPA',
    {
      scaleTargetRef: reference,
      minReplicas: 1,
      maxReplicas: 2,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target } },
        { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'a', target } },
        { type: 'Pods', pods: { metric: { name: 'a' }, target } },
        { type: 'Object', object: { metric: { name: 'a' }, describedObject: reference, target } },
      ],
      behavior: { scaleUp: scalingRules, scaleDown: scalingRules },
    },
    'shop',
  ),
  of(
    'autoscaling',
    'CronFederatedHPA',
    {
      scaleTargetRef: reference,
      rules: [{ name: 'a', schedule: '* * * * *', timeZone: 'UTC', targetReplicas: 1, targetMinReplicas: 1 }],
    },
    'shop',
  ),
])
