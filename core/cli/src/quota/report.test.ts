import assert from 'node:assert/strict'
import { test } from 'node:test'
import { federatedResourceQuotaKind } from '@flotilla/sdk'
import { reportOf, reportText } from './report.ts'

const { apiVersion, kind } = federatedResourceQuotaKind
const at = { lastTransitionTime: '2026-01-01T00:00:00Z' }
const report = reportOf([
  {
    apiVersion,
    kind,
    metadata: { name: 'team', namespace: 'shop' },
    spec: { overall: { cpu: '10', pods: '0' } },
    status: {
      overallUsed: { cpu: '8', pods: '1' },
      aggregatedStatus: [{ clusterName: 'member1', hard: { cpu: '6' }, used: { cpu: '6' } }],
      conditions: [
        { type: 'WithinLimits', status: 'False', reason: 'LimitsExceeded', message: 'pods: 1 used of 0.', ...at },
        { type: 'Assigned', status: 'True', reason: 'AllAssigned', message: '', ...at },
      ],
    },
  },
])

test('a report has every share, and what is wrong', () =>
  assert.equal(
    reportText(report, {}),
    `NAMESPACE   QUOTA   CLUSTER   RESOURCE   USED   HARD   SHARE
shop        team    <all>     cpu        8      10     80%
shop        team    <all>     pods       1      0      over
shop        team    member1   cpu        6      6      100%

shop/team LimitsExceeded: pods: 1 used of 0.`,
  ))

test('a wide one has bars', () => {
  const [, cpu, pods] = reportText(report, { output: 'wide' }).split('\n')
  assert.match(cpu ?? '', /80% +████████░░$/)
  assert.match(pods ?? '', /over +██████████$/)
})

test('without quotas it says so', () => assert.equal(reportText(reportOf([]), {}), 'There are no quotas.'))
