import type { Manifest } from '@flotilla/sdk'
import { examineAnyShape, examineList } from '@flotilla/sdk/testing'
import { quotaPlugins } from './index.ts'
import { app, quota, shared } from './objects.test-support.ts'

examineList(quotaPlugins, import.meta.dirname)

const list = { 'requests.cpu': '1' }

const sample: Manifest = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'FederatedResourceQuota',
  metadata: { name: 'a', namespace: 'shop' },
  spec: { overall: list, staticAssignments: [{ clusterName: 'member1', hard: list }] },
  status: { overall: list, overallUsed: list, aggregatedStatus: [{ clusterName: 'member1', hard: list, used: list }] },
}

const reserved = { namespace: 'shop', binding: 'web', uid: 'a', generation: 1, used: { cpu: '1' }, time: '2026-01-01T00:00:00Z' } // biome-ignore format: one object
const company = shared({
  shares: [{ namespace: 'shop', guaranteed: { cpu: '1' }, max: { cpu: '2' } }],
  status: {
    total: { cpu: '10' },
    used: { cpu: '1' },
    shares: [{ namespace: 'shop', used: { cpu: '1' }, borrowed: { cpu: '0' }, lent: { cpu: '0' } }],
    reservations: [reserved],
    reclaims: [{ namespace: 'shop', binding: 'web', wanted: { cpu: '1' }, time: '2026-01-01T00:00:00Z' }],
  },
})

const components = [
  { name: 'a', replicas: 1, replicaRequirements: { resourceRequest: { cpu: '1' }, priorityClassName: 'high' } },
]
const words = { replicas: 2, replicaRequirements: { resourceRequest: { cpu: '1' } } }
const task = { fromCluster: 'b', replicas: 1, reason: 'TaintUntolerated', producer: 'TaintManager' }
const bindings = [
  app('web', { clusters: { a: 2 }, words: { ...words, gracefulEvictionTasks: [task] } }),
  app('flink', { clusters: { a: 2 }, words: { components } }),
]
const annotations = { 'quota.flotilla.dev/priority-classes': 'high,' }

examineAnyShape(quotaPlugins, [sample, company, ...bindings], {
  objects: [shared(), quota(), quota({ name: 'high', annotations })],
})
