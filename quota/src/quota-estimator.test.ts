import { clusters, examineEstimate } from '@flotilla/sdk/testing'
import { app, quota } from './objects.test-support.ts'
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
})
