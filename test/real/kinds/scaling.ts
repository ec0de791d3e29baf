import type { Kind } from './kind.ts'

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }

const autoscaler: Kind = {
  path: '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
  object: {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef, maxReplicas: 5, metrics: [cpu] },
  },
  made: [
    ['minimal', {}],
    ['no metrics', { 'spec.metrics': undefined }],
    [
      'all metrics',
      {
        'spec.metrics': [
          cpu,
          {
            type: 'ContainerResource',
            containerResource: { name: 'cpu', container: 'a', target: { type: 'AverageValue', averageValue: '500m' } },
          },
          { type: 'Pods', pods: { metric: { name: 'packets' }, target: { type: 'AverageValue', averageValue: '1k' } } },
          {
            type: 'Object',
            object: {
              metric: { name: 'rps' },
              describedObject: { apiVersion: 'v1', kind: 'Service', name: 'a' },
              target: { type: 'Value', value: '2000' },
            },
          },
          {
            type: 'External',
            external: {
              metric: { name: 'q', selector: { matchLabels: { a: 'b' } } },
              target: { type: 'AverageValue', averageValue: 30 },
            },
          },
        ],
      },
    ],
    [
      'a behaviour',
      {
        'spec.behavior': {
          scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
          scaleUp: { selectPolicy: 'Max' },
        },
      },
    ],
    ['an empty behaviour', { 'spec.behavior': {} }],
  ],
  tried: [
    ['a controller', { 'spec.scaleTargetRef': { apiVersion: 'v1', kind: 'ReplicationController', name: 'a' } }],
    ['no spec', { spec: undefined }],
    ['no target', { 'spec.scaleTargetRef': undefined }],
    ['a target that is none', { 'spec.scaleTargetRef': { kind: 'a/b', name: 'a/b' } }],
    ['no most', { 'spec.maxReplicas': undefined }],
    ['more than the most', { 'spec.minReplicas': 7 }],
    ['fewer than one', { 'spec.minReplicas': 0 }],
    ['a most below nothing', { 'spec.maxReplicas': -1 }],
    ['a metric that is none', { 'spec.metrics': [{ type: 'Any' }] }],
    ['no type', { 'spec.metrics': [{ resource: cpu.resource }] }],
    ['nothing of its type', { 'spec.metrics': [{ type: 'Resource' }] }],
    [
      'something of another type',
      {
        'spec.metrics': [
          { ...cpu, pods: { metric: { name: 'a' }, target: { type: 'AverageValue', averageValue: 1 } } },
        ],
      },
    ],
    [
      'no name',
      { 'spec.metrics': [{ type: 'Resource', resource: { target: { type: 'Utilization', averageUtilization: 50 } } }] },
    ],
    [
      'no target type',
      { 'spec.metrics': [{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 50 } } }] },
    ],
    [
      'a target type that is none',
      {
        'spec.metrics': [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Any', averageUtilization: 50 } } },
        ],
      },
    ],
    [
      'no value',
      { 'spec.metrics': [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }] },
    ],
    [
      'two values',
      {
        'spec.metrics': [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50, averageValue: 1 } },
          },
        ],
      },
    ],
    [
      'a use below nothing',
      {
        'spec.metrics': [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: -1 } } },
        ],
      },
    ],
    [
      'a value of nothing',
      {
        'spec.metrics': [
          { type: 'Pods', pods: { metric: { name: 'a' }, target: { type: 'AverageValue', averageValue: 0 } } },
        ],
      },
    ],
    [
      'no value of pods',
      { 'spec.metrics': [{ type: 'Pods', pods: { metric: { name: 'a' }, target: { type: 'AverageValue' } } }] },
    ],
    [
      'no metric name',
      { 'spec.metrics': [{ type: 'Pods', pods: { metric: {}, target: { type: 'AverageValue', averageValue: 1 } } }] },
    ],
    [
      'no object',
      { 'spec.metrics': [{ type: 'Object', object: { metric: { name: 'a' }, target: { type: 'Value', value: 1 } } }] },
    ],
    [
      'no value of an object',
      {
        'spec.metrics': [
          {
            type: 'Object',
            object: { metric: { name: 'a' }, describedObject: { kind: 'A', name: 'a' }, target: { type: 'Value' } },
          },
        ],
      },
    ],
    [
      'no external value',
      { 'spec.metrics': [{ type: 'External', external: { metric: { name: 'a' }, target: { type: 'Value' } } }] },
    ],
    [
      'two external values',
      {
        'spec.metrics': [
          {
            type: 'External',
            external: { metric: { name: 'a' }, target: { type: 'Value', value: 1, averageValue: 1 } },
          },
        ],
      },
    ],
    [
      'no container',
      {
        'spec.metrics': [
          {
            type: 'ContainerResource',
            containerResource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
          },
        ],
      },
    ],
    ['a window too long', { 'spec.behavior': { scaleDown: { stabilizationWindowSeconds: 4000 } } }],
    ['a window below nothing', { 'spec.behavior': { scaleDown: { stabilizationWindowSeconds: -1 } } }],
    ['a choice that is none', { 'spec.behavior': { scaleDown: { selectPolicy: 'Any' } } }],
    ['no policies', { 'spec.behavior': { scaleDown: { policies: [] } } }],
    [
      'a policy that is none',
      { 'spec.behavior': { scaleDown: { policies: [{ type: 'Any', value: 0, periodSeconds: 0 }] } } },
    ],
    [
      'a policy too long',
      { 'spec.behavior': { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 4000 }] } } },
    ],
  ],
  updates: [
    ['more', { 'spec.maxReplicas': 9 }],
    ['a status', { status: { currentReplicas: 1, desiredReplicas: 2 } }, 'status'],
    ['a status below nothing', { status: { currentReplicas: -1, desiredReplicas: -1 } }, 'status'],
  ],
}

const older: Kind = {
  path: '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers',
  object: {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef, maxReplicas: 5 },
  },
  made: [
    ['minimal', {}],
    ['a share', { 'spec.targetCPUUtilizationPercentage': 70, 'spec.minReplicas': 2 }],
  ],
  tried: [
    ['no target', { 'spec.scaleTargetRef': undefined }],
    ['more than the most', { 'spec.minReplicas': 7 }],
    ['a share below nothing', { 'spec.targetCPUUtilizationPercentage': -1 }],
  ],
  updates: [['more', { 'spec.maxReplicas': 9 }]],
}

const budget: Kind = {
  path: '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
  object: {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } },
  },
  made: [
    ['minimal', {}],
    ['nothing', { spec: undefined }],
    [
      'a share',
      {
        'spec.minAvailable': undefined,
        'spec.maxUnavailable': '50%',
        'spec.unhealthyPodEvictionPolicy': 'AlwaysAllow',
      },
    ],
  ],
  tried: [
    ['both', { 'spec.maxUnavailable': 1 }],
    ['fewer than none', { 'spec.minAvailable': -1 }],
    ['a share that is none', { 'spec.minAvailable': 'half' }],
    ['more than all', { 'spec.minAvailable': '120%' }],
    ['more than all away', { 'spec.minAvailable': undefined, 'spec.maxUnavailable': '120%' }],
    ['a policy that is none', { 'spec.unhealthyPodEvictionPolicy': 'Any' }],
    ['a selector that is none', { 'spec.selector': { matchExpressions: [{ key: 'a', operator: 'Is' }] } }],
  ],
  updates: [
    ['more', { 'spec.minAvailable': 2 }],
    ['another selector', { 'spec.selector': { matchLabels: { a: 'c' } } }],
    [
      'a status',
      { status: { currentHealthy: 1, desiredHealthy: 1, disruptionsAllowed: 0, expectedPods: 1 } },
      'status',
    ],
    [
      'a status below nothing',
      { status: { currentHealthy: -1, desiredHealthy: -1, disruptionsAllowed: -1, expectedPods: -1 } },
      'status',
    ],
  ],
}

export const scaling: readonly Kind[] = [autoscaler, older, budget]
