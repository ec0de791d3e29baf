import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze } from '@flotilla/sdk'
import type { CronJob, CronJobSpec, CronJobStatus, Job, WorkloadCondition } from '../api/workloads.ts'
import { cronJobStatus, forgotten, jobOf, turnOf } from './plan.ts'
import { timesOf } from './schedule.ts'

const jobTemplate = {
  metadata: { labels: { app: 'sum' } },
  spec: { template: { spec: { containers: [{ name: 'main' }] } } },
}

const cronJob = (spec: Partial<CronJobSpec> = {}, status?: CronJobStatus): CronJob =>
  deepFreeze({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'sum', namespace: 'default', uid: 'u', creationTimestamp: '2026-03-01T09:59:00Z' },
    spec: { schedule: '0 * * * *', jobTemplate, ...spec },
    ...(status && { status }),
  })

const job = (name: string, end?: 'Complete' | 'Failed', startTime = '2026-03-01T08:00:00Z'): Job => {
  const conditions: readonly WorkloadCondition[] = end ? [{ type: end, status: 'True' }] : []
  const completionTime = end === 'Complete' ? { completionTime: startTime } : {}
  return deepFreeze({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default', uid: name, resourceVersion: '7' },
    spec: jobTemplate.spec,
    status: { startTime, conditions, ...completionTime },
  })
}

const at = (time: string) => new Date(`2026-03-01T${time}Z`)

describe('when a schedule is due', () => {
  const cases: readonly (readonly [
    schedule: string,
    zone: string | undefined,
    now: string,
    last: string,
    next: string,
  ])[] = [
    ['0 * * * *', undefined, '2026-03-01T10:00:00Z', '2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z'],
    ['0 * * * *', undefined, '2026-03-01T10:00:00.900Z', '2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z'],
    ['0 * * * *', undefined, '2026-03-01T10:59:59.999Z', '2026-03-01T10:00:00Z', '2026-03-01T11:00:00Z'],
    ['30 9 * * *', 'Asia/Tokyo', '2026-03-01T00:30:00Z', '2026-03-01T00:30:00Z', '2026-03-02T00:30:00Z'],
    ['@daily', undefined, '2026-03-01T10:00:00Z', '2026-03-01T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['0 0 13 * 5', undefined, '2026-03-01T10:00:00Z', '2026-02-27T00:00:00Z', '2026-03-06T00:00:00Z'],
  ]
  for (const [schedule, zone, now, last, next] of cases)
    test(`${schedule} ${zone ?? 'UTC'} at ${now}`, () =>
      assert.deepEqual(timesOf(schedule, zone, new Date(now)), { last: new Date(last), next: new Date(next) }))

  test('one that cannot be read throws', () => assert.throws(() => timesOf('often', undefined, at('10:00:00'))))
})

describe('what is to happen', () => {
  const done: CronJobStatus = { lastScheduleTime: '2026-03-01T10:00:00Z' }
  const busy = [job('a')]
  const cases: readonly (readonly [what: string, turn: string, CronJob, readonly Job[], now: string])[] = [
    ['starts when it is due', 'start', cronJob(), [], '10:00:00'],
    ['starts later when nobody was there', 'start', cronJob(), [], '10:40:00'],
    ['waits for its first time', 'wait', cronJob(), [], '09:59:30'],
    ['starts once', 'wait', cronJob({}, done), [], '10:40:00'],
    ['starts the next time', 'start', cronJob({}, done), [], '11:00:00'],
    ['waits while it is suspended', 'wait', cronJob({ suspend: true }), [], '10:00:00'],
    ['is too late after its deadline', 'miss', cronJob({ startingDeadlineSeconds: 60 }), [], '10:01:01'],
    ['is not too late before', 'start', cronJob({ startingDeadlineSeconds: 60 }), [], '10:01:00'],
    ['starts beside another', 'start', cronJob(), busy, '10:00:00'],
    ['starts beside none where that is forbidden', 'skip', cronJob({ concurrencyPolicy: 'Forbid' }), busy, '10:00:00'],
    ['takes its place', 'replace', cronJob({ concurrencyPolicy: 'Replace' }), busy, '10:00:00'],
    [
      'replaces nothing that ended',
      'start',
      cronJob({ concurrencyPolicy: 'Replace' }),
      [job('a', 'Failed')],
      '10:00:00',
    ],
  ]
  for (const [what, turn, given, jobs, now] of cases)
    test(`a CronJob ${what}`, () => {
      const { schedule, timeZone } = given.spec
      assert.equal(turnOf(given, jobs, timesOf(schedule, timeZone, at(now)), at(now)).do, turn)
    })
})

test('a Job is named by its time, and is its CronJob’s own', () => {
  const { metadata, spec } = jobOf(cronJob(), at('10:00:00'))
  assert.deepEqual(
    [metadata.name, metadata.namespace, metadata.labels, metadata.ownerReferences?.[0]?.uid],
    ['sum-29539320', 'default', { app: 'sum' }, 'u'],
  )
  assert.equal(metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'], '2026-03-01T10:00:00Z')
  assert.equal(spec, jobTemplate.spec)
})

test('of those that ended, the oldest are forgotten, each kind by its own limit', () => {
  const jobs = [
    ...['08', '05', '06', '07'].map((hour) => job(`ok-${hour}`, 'Complete', `2026-03-01T${hour}:00:00Z`)),
    ...['01', '02'].map((hour) => job(`no-${hour}`, 'Failed', `2026-03-01T${hour}:00:00Z`)),
    job('runs', undefined, '2026-03-01T00:00:00Z'),
  ]
  const names = (given: CronJob) => forgotten(given, jobs).map(({ metadata }) => metadata.name)
  assert.deepEqual(names(cronJob()), ['ok-05', 'no-01'])
  assert.deepEqual(names(cronJob({ successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 2 })), [
    'ok-05',
    'ok-06',
    'ok-07',
    'ok-08',
  ])
})

test('the status names those that run, and the last that succeeded', () => {
  const jobs = [job('a'), job('b', 'Complete', '2026-03-01T07:00:00Z'), job('c', 'Failed')]
  const status = cronJobStatus(cronJob(), jobs, at('10:00:00'))
  assert.deepEqual(
    [status.active?.map(({ name }) => name), status.lastScheduleTime, status.lastSuccessfulTime],
    [['a'], '2026-03-01T10:00:00Z', '2026-03-01T07:00:00Z'],
  )
  const [a, ...others] = jobs as [Job, ...Job[]]
  const later = { ...a, metadata: { ...a.metadata, resourceVersion: '8' } }
  assert.deepEqual(cronJobStatus(cronJob({}, status), [later, ...others]), status)
})
