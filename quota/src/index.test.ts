import type { Manifest } from '@flotilla/sdk'
import { examineAnyShape, examineList } from '@flotilla/sdk/testing'
import { quotaPlugins } from './index.ts'
import { app, quota } from './objects.test-support.ts'

examineList(quotaPlugins, import.meta.dirname)

const list = { 'requests.cpu': '1' }

const sample: Manifest = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'FederatedResourceQuota',
  metadata: { name: 'a', namespace: 'shop' },
  spec: { overall: list, staticAssignments: [{ clusterName: 'member1', hard: list }] },
  status: { overall: list, overallUsed: list, aggregatedStatus: [{ clusterName: 'member1', hard: list, used: list }] },
}

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

examineAnyShape(quotaPlugins, [sample, ...bindings], { objects: [quota(), quota({ name: 'high', annotations })] })
