import { type FederatedHpa, type FederatedHpaSpec, federatedHpaKind, type MetricSpec } from '@flotilla/sdk'
import { examineCauses, examineMutate } from '@flotilla/sdk/testing'
import { federatedHpa } from './federated-hpa.ts'

const web = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }

const of = (spec: Partial<FederatedHpaSpec>): FederatedHpa => ({
  apiVersion: federatedHpaKind.apiVersion,
  kind: federatedHpaKind.kind,
  metadata: { name: 'web', namespace: 'shop' },
  spec: { scaleTargetRef: web, maxReplicas: 5, ...spec },
})

const cpu: MetricSpec = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
}

const complete = { minReplicas: 1, metrics: [cpu] }

examineMutate(federatedHpa, {
  'one replica at least, by the use of CPU': { given: { manifest: of({}) }, becomes: of(complete) },
  'what is said stays': { given: { manifest: of({ ...complete, minReplicas: 3 }) } },
  'a behaviour that says something says all of it': {
    given: { manifest: of({ ...complete, behavior: { scaleUp: { selectPolicy: 'Min', tolerance: '0.2' } } }) },
    becomes: of({
      ...complete,
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Min',
          tolerance: '0.2',
          policies: [
            { type: 'Pods', value: 4, periodSeconds: 15 },
            { type: 'Percent', value: 100, periodSeconds: 15 },
          ],
        },
        scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
      },
    }),
  },
})

const saying = (spec: Partial<FederatedHpaSpec>, ...causes: readonly string[]) => ({
  given: { manifest: of({ ...complete, ...spec }) },
  causes: causes.map((cause) => `spec.${cause}`),
})

const measuring = (metric: unknown, ...causes: readonly string[]) =>
  saying({ metrics: [metric as MetricSpec] }, ...causes.map((cause) => `metrics[0].${cause}`)) // as users write it

const rules = { selectPolicy: 'Max', policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] }

examineCauses(federatedHpa, {
  'a good autoscaler': saying({ behavior: { scaleUp: rules, scaleDown: rules } }),
  'nothing to scale': saying(
    { scaleTargetRef: { kind: '', name: 'a/b' } },
    'scaleTargetRef.kind: Required value',
    'scaleTargetRef.name: Invalid value: "a/b": must not be "." or "..", nor have "/" or "%" in it',
  ),
  'fewer than no replicas': saying(
    { minReplicas: 0, maxReplicas: 0 },
    'minReplicas: Invalid value: 0: must be 1 to 2147483647',
    'maxReplicas: Invalid value: 0: must be 1 to 2147483647',
  ),
  'more at least than at most': saying(
    { minReplicas: 6 },
    'maxReplicas: Invalid value: 5: must be at least minReplicas, which is 6',
  ),
  'too long a window, and no policy': saying(
    {
      behavior: {
        scaleUp: { ...rules, stabilizationWindowSeconds: 3601, selectPolicy: 'Sum' },
        scaleDown: { policies: [] },
      },
    },
    'behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be 0 to 3600',
    'behavior.scaleUp.selectPolicy: Unsupported value: "Sum": supported values: "Max", "Min", "Disabled"',
    'behavior.scaleDown.policies: Required value: at least one policy',
  ),
  'a policy of nothing': saying(
    { behavior: { scaleUp: { policies: [{ type: 'Nodes', value: 0, periodSeconds: 1801 }] } } },
    'behavior.scaleUp.policies[0].type: Unsupported value: "Nodes": supported values: "Pods", "Percent"',
    'behavior.scaleUp.policies[0].value: Invalid value: 0: must be 1 to 2147483647',
    'behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be 1 to 1800',
  ),
})

const average = { type: 'AverageValue', averageValue: '10' }

examineCauses(federatedHpa, {
  'by a resource of a container': measuring({
    type: 'ContainerResource',
    containerResource: { name: 'memory', container: 'web', target: average },
  }),
  'by a metric of pods': measuring({ type: 'Pods', pods: { metric: { name: 'hits' }, target: average } }),
  'by a metric of an object': measuring({
    type: 'Object',
    object: { metric: { name: 'hits' }, describedObject: web, target: { type: 'Value', value: '2k' } },
  }),
  'by something outside': measuring(
    { type: 'External', external: { metric: { name: 'queue' }, target: average } },
    'type: Unsupported value: "External": supported values: "Resource", "ContainerResource", "Pods", "Object"',
    'external: Forbidden: external metrics are not supported',
  ),
  'by what is not described': measuring({ type: 'Pods' }, 'pods: Required value: it describes a metric of type Pods'),
  'by two things at once': measuring(
    { ...cpu, pods: { metric: { name: 'hits' }, target: average } },
    'pods: Forbidden: the type of the metric is Resource',
  ),
  'by two amounts': measuring(
    { type: 'Resource', resource: { name: 'cpu', target: { ...average, averageUtilization: 5 } } },
    'resource.target: Invalid value: {"type":"AverageValue","averageValue":"10","averageUtilization":5}: must set averageUtilization or averageValue, one of them',
  ),
  'by no amount': measuring(
    { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'Value', value: '1' } } },
    'pods.target: Invalid value: {"type":"Value","value":"1"}: must set averageValue',
  ),
  'by amounts that are none': measuring(
    { type: 'Resource', resource: { name: '', target: { type: 'Share', averageValue: '0', value: 'x' } } },
    'resource.target.type: Unsupported value: "Share": supported values: "Utilization", "Value", "AverageValue"',
    'resource.target.value: Invalid value: "x": must be a quantity, such as "500m" or "1Gi"',
    'resource.target.averageValue: Invalid value: "0": must be positive',
    'resource.name: Required value',
  ),
  'by the use of less than nothing': measuring(
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0 } } },
    'resource.target.averageUtilization: Invalid value: 0: must be at least 1',
  ),
})
