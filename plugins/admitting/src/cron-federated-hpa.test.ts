import { type CronFederatedHpa, type CronRule, cronFederatedHpaKind, type ScaleTarget } from '@flotilla/sdk'
import { examineCauses } from '@flotilla/sdk/testing'
import { cronFederatedHpa } from './cron-federated-hpa.ts'

const web = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }
const hpa = { apiVersion: 'autoscaling.karmada.io/v1alpha1', kind: 'FederatedHPA', name: 'web' }

const of = (scaleTargetRef: ScaleTarget, rules: readonly CronRule[]): CronFederatedHpa => ({
  apiVersion: cronFederatedHpaKind.apiVersion,
  kind: cronFederatedHpaKind.kind,
  metadata: { name: 'web', namespace: 'shop' },
  spec: { scaleTargetRef, rules },
})

const saying = (target: ScaleTarget, rules: readonly Partial<CronRule>[], ...causes: readonly string[]) => ({
  given: {
    manifest: of(
      target,
      rules.map((rule) => ({ name: 'up', schedule: '0 8 * * *', ...rule })),
    ),
  },
  causes: causes.map((cause) => `spec.${cause}`),
})

const scheduled = (schedule: string, why?: string) =>
  saying(
    web,
    [{ schedule, targetReplicas: 1 }],
    ...(why === undefined ? [] : [`rules[0].schedule: Invalid value: ${JSON.stringify(schedule)}: ${why}`]),
  )

examineCauses(cronFederatedHpa, {
  'a good timetable': saying(web, [
    { targetReplicas: 3, timeZone: 'Europe/Berlin' },
    { name: 'down', targetReplicas: 0 },
  ]),
  'a good timetable of an autoscaler': saying(hpa, [{ targetMinReplicas: 2 }, { name: 'down', targetMaxReplicas: 9 }]),
  'nothing to scale': saying(
    { kind: '', name: '' },
    [],
    'scaleTargetRef.kind: Required value',
    'scaleTargetRef.name: Required value',
  ),
  'something of ours that is no autoscaler': saying(
    { ...hpa, kind: 'CronFederatedHPA' },
    [],
    'scaleTargetRef.kind: Unsupported value: "CronFederatedHPA": supported values: "FederatedHPA"',
  ),
  'two rules of one name': saying(
    web,
    [{ targetReplicas: 1 }, { targetReplicas: 2 }],
    'rules[1].name: Duplicate value: "up"',
  ),
  'a workload is given no replicas': saying(
    web,
    [{ targetMinReplicas: 1 }],
    'rules[0].targetReplicas: Required value: how many replicas the target is given',
  ),
  'an autoscaler is given no bounds': saying(
    hpa,
    [{ targetReplicas: 1 }],
    'rules[0].targetMinReplicas: Required value: a FederatedHPA is given targetMinReplicas, targetMaxReplicas, or both',
  ),
  'bounds that cannot be kept': saying(
    hpa,
    [
      { targetMinReplicas: 3, targetMaxReplicas: 2 },
      { name: 'down', targetMinReplicas: 0 },
    ],
    'rules[0].targetMinReplicas: Invalid value: 3: must be no more than targetMaxReplicas, which is 2',
    'rules[1].targetMinReplicas: Invalid value: 0: must be 1 to 2147483647',
  ),
  'fewer than no replicas, in no zone, and too long remembered': saying(
    web,
    [{ targetReplicas: -1, timeZone: 'Mars/Olympus', successfulHistoryLimit: 0, failedHistoryLimit: 33 }],
    'rules[0].timeZone: Invalid value: "Mars/Olympus": must be the name of a time zone, such as "Europe/Berlin"',
    'rules[0].successfulHistoryLimit: Invalid value: 0: must be 1 to 32',
    'rules[0].failedHistoryLimit: Invalid value: 33: must be 0 to 32',
    'rules[0].targetReplicas: Invalid value: -1: must be 0 to 2147483647',
  ),
})

examineCauses(cronFederatedHpa, {
  'every five minutes': scheduled('*/5 * * * *'),
  'on working days': scheduled('30 9 1-15 JAN,JUL MON-FRI'),
  'in a word': scheduled('@daily'),
  'in steps from a number on': scheduled('10/20 0/4 * * *'),
  'every so often': scheduled('@every 1h30m'),
  'every so often that is never': scheduled(
    '@every 0s',
    `must be a cron schedule, such as "0 8 * * MON-FRI": CronPattern: invalid configuration format ('@every 0s'), exactly five, six, or seven space separated parts are required.`,
  ),
  'a day that never comes': scheduled('0 0 31 2 *', 'must be a time that comes'),
  'seconds are not for cron': scheduled(
    '0 0 8 * * *',
    `must be a cron schedule, such as "0 8 * * MON-FRI": CronPattern: mode '5-part' requires exactly 5 parts, but pattern '0 0 8 * * *' has 6 parts.`,
  ),
  'an hour that is none': scheduled(
    '0 25 * * *',
    'must be a cron schedule, such as "0 8 * * MON-FRI": CronPattern: Invalid value for hour: 25',
  ),
})
