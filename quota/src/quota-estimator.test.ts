import { clusters, examineEstimate } from '@flotilla/sdk/testing'
import { app, quota, shared } from './objects.test-support.ts'
import { quotaEstimator } from './quota-estimator.ts'

const some = clusters('a', 'b', 'c')
const limited = quota({
  overall: { cpu: '100', memory: '1Ti' },
  staticAssignments: [
    { clusterName: 'a', hard: { 'requests.cpu': '4' } },
    { clusterName: 'b', hard: { cpu: '10', memory: '4Gi' } },
  ],
  status: { aggregatedStatus: [{ clusterName: 'a', used: { 'requests.cpu': '1' } }] },
})
const given = { clusters: some, binding: app('web', { requests: { cpu: '1', memory: '1Gi' } }) }

const sharing = (shop: string, bank: string) =>
  shared({
    status: {
      shares: [
        { namespace: 'shop', used: { cpu: shop } },
        { namespace: 'bank', used: { cpu: bank } },
      ],
    },
  })

examineEstimate(quotaEstimator, {
  'has no opinion without a quota': { given },
  'knows what is left in each cluster that has limits': {
    given,
    host: { objects: [limited] },
    estimates: { a: 3, b: 4 },
  },
  'counts what was just placed, of which the cluster has not said anything yet': {
    given,
    host: { objects: [limited, app('api', { clusters: { a: 2, b: 9, c: 5 } })] },
    estimates: { a: 2, b: 1 },
  },
  'leaves nothing where more is used than there is': {
    given,
    host: { objects: [limited, app('api', { clusters: { a: 7 } })] },
    estimates: { a: 0, b: 4 },
  },
  'has no opinion on what asks for nothing that is limited': {
    given: { ...given, binding: app('web', { requests: {} }) },
    host: { objects: [limited] },
  },
  'counts pods': {
    given,
    host: { objects: [quota({ staticAssignments: [{ clusterName: 'c', hard: { pods: 2 } }] })] },
    estimates: { c: 2 },
  },
  'takes the tightest of several quotas': {
    given,
    host: {
      objects: [limited, quota({ name: 'other', staticAssignments: [{ clusterName: 'a', hard: { pods: 1 } }] })],
    },
    estimates: { a: 1, b: 4 },
  },
  'is not asked about workloads of other priority classes': {
    given,
    host: {
      objects: [
        {
          ...limited,
          metadata: { ...limited.metadata, annotations: { 'quota.flotilla.dev/priority-classes': 'high' } },
        },
      ],
    },
  },
  'reads amounts in whatever unit they are written': {
    given: { ...given, binding: app('web', { requests: { cpu: '500m', memory: '512Mi' } }) },
    host: {
      objects: [
        quota({
          overall: { cpu: '100', memory: '1Ti' },
          staticAssignments: [
            { clusterName: 'a', hard: { cpu: '2500m', memory: '1Ti' } },
            { clusterName: 'b', hard: { cpu: 1e3, memory: '1073741824' } },
          ],
        }),
      ],
    },
    estimates: { a: 5, b: 2 },
  },
  'gives no cluster more than is left of what namespaces share': {
    given: { ...given, binding: app('web', { words: { replicas: 3 } }) },
    host: { objects: [limited, sharing('6', '0')] },
    estimates: { a: 3, b: 4, c: 4 },
  },
  'leaves it to the refusal to say that too little is left of what namespaces share': {
    given: { ...given, binding: app('web', { words: { replicas: 5 } }) },
    host: { objects: [sharing('6', '0')] },
    estimates: {},
  },
})
