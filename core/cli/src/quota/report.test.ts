import assert from 'node:assert/strict'
import { test } from 'node:test'
import { federatedResourceQuotaKind, type SharedResourceQuota, sharedResourceQuotaKind } from '@flotilla/sdk'
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

const company: SharedResourceQuota = {
  apiVersion: sharedResourceQuotaKind.apiVersion,
  kind: sharedResourceQuotaKind.kind,
  metadata: { name: 'company' },
  spec: {
    total: { cpu: '10' },
    shares: [
      { namespace: 'shop', guaranteed: { cpu: '4' } },
      { namespace: 'bank', guaranteed: { cpu: '4' }, max: { cpu: '8' } },
    ],
  },
  status: {
    shares: [
      { namespace: 'shop', used: { cpu: '9' }, borrowed: { cpu: '5' }, lent: { cpu: '0' } },
      { namespace: 'bank', used: { cpu: '1' }, borrowed: { cpu: '0' }, lent: { cpu: '3' } },
    ],
    conditions: [{ type: 'Repaid', status: 'False', reason: 'Reclaimed', message: 'bank waits.', ...at }],
  },
}

test('a quota that namespaces share has what each has of the others', () => {
  assert.equal(
    reportText(reportOf([], [company]), {}),
    `NAMESPACE   SHARED QUOTA   RESOURCE   USED   GUARANTEED   MAX   BORROWED   LENT
shop        company        cpu        9      4            10    5          0
bank        company        cpu        1      4            8     0          3

company Reclaimed: bank waits.`,
  )
  assert.match(reportText(reportOf([], [company]), { output: 'wide' }), /shop .* ████▒▒▒▒▒░\nbank .* █░{9}/)
})

test('without quotas it says so', () => assert.equal(reportText(reportOf([]), {}), 'There are no quotas.'))
