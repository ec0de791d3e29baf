import type { Manifest } from '@flotilla/sdk'
import { examineAnyShape, examineList } from '@flotilla/sdk/testing'
import { quotaPlugins } from './index.ts'

examineList(quotaPlugins, import.meta.dirname)

const list = { 'requests.cpu': '1' }

const sample: Manifest = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'FederatedResourceQuota',
  metadata: { name: 'a', namespace: 'shop' },
  spec: { overall: list, staticAssignments: [{ clusterName: 'member1', hard: list }] },
  status: { overall: list, overallUsed: list, aggregatedStatus: [{ clusterName: 'member1', hard: list, used: list }] },
}

examineAnyShape(quotaPlugins, [sample])
