import assert from 'node:assert/strict'
import { test } from 'node:test'
import { federatedResourceQuotaKind, quotaShares } from './index.ts'

test('the shares of a quota: overall, then cluster by cluster', () => {
  const { apiVersion, kind } = federatedResourceQuotaKind
  const shares = quotaShares({
    apiVersion,
    kind,
    metadata: { name: 'team', namespace: 'shop' },
    spec: { overall: { cpu: '10', pods: 0, memory: '1Gi' } },
    status: {
      overallUsed: { cpu: '2500m', pods: '1' },
      aggregatedStatus: [{ clusterName: 'a', hard: { cpu: '4' }, used: { cpu: '5' } }, { clusterName: 'b' }],
    },
  })
  assert.deepEqual(shares, [
    { resource: 'cpu', used: '2500m', hard: '10', ratio: 0.25 },
    { resource: 'pods', used: '1', hard: '0', ratio: Number.POSITIVE_INFINITY },
    { resource: 'memory', used: '0', hard: '1Gi', ratio: 0 },
    { resource: 'cpu', cluster: 'a', used: '5', hard: '4', ratio: 1.25 },
  ])
})
