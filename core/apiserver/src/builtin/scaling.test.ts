import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { examine, object, row, stored } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const now = new Date('2026-11-22T16:00:00Z')
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
const spec = (fields: Fields = {}): Fields => ({ spec: { scaleTargetRef, maxReplicas: 5, ...fields } })
const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }

examine('HorizontalPodAutoscaler', [
  ['is fine', spec(), []],
  [
    'scales something',
    { spec: { maxReplicas: 1 } },
    [
      'spec.scaleTargetRef.kind: Required value',
      'spec.scaleTargetRef.name: Required value',
      'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
    ],
  ],
  [
    'has a limit',
    { spec: { scaleTargetRef } },
    [
      'spec.maxReplicas: Required value: must be set and greater than 0',
      'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
    ],
  ],
  [
    'the limit is above zero',
    spec({ maxReplicas: 0 }),
    [
      'spec.maxReplicas: Required value: must be set and greater than 0',
      'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
    ],
  ],
  [
    'the limits are in order',
    spec({ minReplicas: 6 }),
    ['spec.maxReplicas: Invalid value: 5: must be greater than or equal to `minReplicas`'],
  ],
  [
    'metrics say of what',
    spec({ metrics: [{ type: 'Pods' }] }),
    ['spec.metrics[0].pods: Required value: must populate information for the given metric source'],
  ],
  [
    'metrics are of one thing',
    spec({ metrics: [{ ...cpu, external: { metric: { name: 'm' }, target: { type: 'Value', value: 1 } } }] }),
    ['spec.metrics[0].external: Forbidden: must populate the given metric source only'],
  ],
])

test('an autoscaler looks at the processors unless it says otherwise', () => {
  const { minReplicas, metrics, behavior } = stored(object('HorizontalPodAutoscaler', spec())).spec as Fields
  assert.deepEqual({ minReplicas, metrics, behavior }, { minReplicas: 1, metrics: [cpu], behavior: undefined })
})

test('behaviour that is spoken of is filled in', () => {
  const given = spec({ behavior: { scaleUp: { selectPolicy: 'Min' } } })
  const created = stored(object('HorizontalPodAutoscaler', given))
  const { scaleUp, scaleDown } = (created.spec as { behavior: Fields }).behavior
  assert.deepEqual(scaleUp, {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Min',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  })
  assert.deepEqual(scaleDown, { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] })
  assert.equal(stored(created, created), created)
})

examine('PodDisruptionBudget', [
  ['is fine', { spec: { minAvailable: 1, selector: {} } }, []],
  ['shares are percentages', { spec: { maxUnavailable: '50%' } }, []],
  [
    'says one thing',
    { spec: { minAvailable: 1, maxUnavailable: 1 } },
    [
      'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
    ],
  ],
  [
    'counts from zero',
    { spec: { minAvailable: -1 } },
    ['spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'],
  ],
])

describe('kubectl get', () => {
  const current = (value: Fields): Fields => ({
    currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: value } }],
  })
  const memory = {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } },
  }
  const autoscalers: readonly (readonly [fields: Fields, status: Fields, targets: string])[] = [
    [{ metrics: [cpu] }, {}, 'cpu: <unknown>/80%'],
    [{ metrics: [cpu] }, current({ averageUtilization: 12, averageValue: '50m' }), 'cpu: 12%/80%'],
    [{ metrics: [memory] }, current({ averageValue: '512Mi' }), 'memory: 512Mi/1Gi'],
    [{ metrics: [cpu, memory, cpu] }, {}, 'cpu: <unknown>/80%, memory: <unknown>/1Gi + 1 more...'],
    [{ metrics: [{ type: 'External', external: { target: { value: '5' } } }] }, {}, '<unknown>/5'],
    [{}, {}, '<none>'],
  ]
  for (const [fields, status, targets] of autoscalers) {
    test(targets, () => {
      const hpa = object('HorizontalPodAutoscaler', {
        ...spec({ minReplicas: 2, ...fields }),
        status: { ...status, currentReplicas: 3 },
      })
      assert.deepEqual(row(hpa, now), ['test', 'Deployment/web', targets, '2', 5, 3, undefined])
    })
  }
  test('PodDisruptionBudget', () => {
    const pdb = object('PodDisruptionBudget', { spec: { maxUnavailable: '50%' }, status: { disruptionsAllowed: 2 } })
    assert.deepEqual(row(pdb, now), ['test', 'N/A', '50%', 2, undefined])
  })
})
