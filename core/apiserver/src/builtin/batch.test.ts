import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { cronProblem } from './cron.ts'
import { builtin, examine, object, row, stored } from './kind.test.fixture.ts'

type Fields = Readonly<Record<string, unknown>>

const now = new Date('2026-11-22T16:00:00Z')
const pod = { restartPolicy: 'Never', containers: [{ name: 'a', image: 'busybox:1' }] }
const spec = (fields: Fields = {}, template: Fields = pod): Fields => ({
  spec: { template: { spec: template }, ...fields },
})
const cron = (fields: Fields = {}, job: Fields = spec()): Fields => ({
  spec: { schedule: '*/5 * * * *', jobTemplate: job, ...fields },
})

test('a Job selects its own Pods by its uid', () => {
  const made = stored(object('Job', spec(), { uid: 'u' })).spec as Fields // as was given
  assert.deepEqual(made.selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' } })
  assert.deepEqual((made.template as Fields).metadata, {
    labels: {
      'batch.kubernetes.io/controller-uid': 'u',
      'batch.kubernetes.io/job-name': 'test',
      'controller-uid': 'u',
      'job-name': 'test',
    },
  })
})

test('a Job with a selector of its own keeps it', () => {
  const selector = { matchLabels: { app: 'a' } }
  const made = stored(object('Job', spec({ manualSelector: true, selector }))).spec as Fields // as was given
  assert.deepEqual([made.selector, (made.template as Fields).metadata], [selector, {}])
})

describe('defaults of a Job', () => {
  const cases: readonly (readonly [given: Fields, expected: Fields])[] = [
    [
      {},
      {
        parallelism: 1,
        completions: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        podReplacementPolicy: 'TerminatingOrFailed',
      },
    ],
    [{ parallelism: 3 }, { parallelism: 3, completions: undefined }],
    [{ completions: 3 }, { parallelism: 1, completions: 3 }],
    [{ backoffLimitPerIndex: 1 }, { backoffLimit: 2147483647 }],
    [{ podFailurePolicy: { rules: [] } }, { podReplacementPolicy: 'Failed' }],
  ]
  for (const [given, expected] of cases) {
    test(JSON.stringify(given), () => {
      const made = stored(object('Job', spec(given))).spec as Fields
      assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, made[name]])), expected)
    })
  }
  test('a Job that has them stays the same object', () => {
    const created = stored(object('Job', spec(), { uid: 'u' }))
    assert.equal(stored(created, created), created)
  })
})

const ends = 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'

examine('Job', [
  ['is fine with a template', spec(), []],
  ['its Pods end', spec({}, { containers: pod.containers }), [ends]],
  [
    'counts from zero',
    spec({ backoffLimit: -1 }),
    ['spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'indexes have an end',
    spec({ completionMode: 'Indexed', parallelism: 2 }),
    ['spec.completions: Required value: when completion mode is Indexed'],
  ],
])

describe('changing a Job', () => {
  const before = stored(object('Job', spec(), { uid: 'u' }))
  const { template } = before.spec as { template: object }
  const changed = (fields: Fields) => {
    const after = stored({ ...before, spec: { ...(before.spec as object), ...fields } }, before)
    return builtin('Job')
      .strategy.validate?.(after, before)
      ?.map(({ field }) => field)
  }
  const cases: readonly (readonly [fields: Fields, wrong: readonly string[]])[] = [
    [{ parallelism: 2 }, []],
    [{ suspend: true }, []],
    [{ completions: 2 }, ['spec.completions']],
    [{ completionMode: 'Indexed' }, ['spec.completionMode']],
    [{ podFailurePolicy: { rules: [] } }, ['spec.podFailurePolicy']],
    [{ template: { ...template, spec: { ...pod, hostname: 'h' } } }, ['spec.template']],
  ]
  for (const [fields, wrong] of cases) test(JSON.stringify(fields), () => assert.deepEqual(changed(fields), wrong))
})

test('where the Pods of a Job go may only change while it waits', () => {
  const before = stored(object('Job', spec({ suspend: true }), { uid: 'u' }))
  const { template } = before.spec as { template: { spec: object } }
  const { strategy } = builtin('Job')
  const elsewhere = { ...template, spec: { ...template.spec, nodeSelector: { a: 'b' } } }
  const changed = { ...before, spec: { ...(before.spec as object), template: elsewhere } }
  assert.deepEqual(strategy.validate?.(changed, before), [])
  const started = { ...before, status: { startTime: '2026-11-22T15:00:00Z' } }
  assert.deepEqual(
    strategy.validate?.(changed, started).map(({ field, reason }) => [field, reason]),
    [['spec.template', 'FieldValueInvalid']],
  )
})

examine('CronJob', [
  ['is fine with a schedule and a Job', cron(), []],
  ['needs a schedule', { spec: { jobTemplate: spec() } }, ['spec.schedule: Required value']],
  [
    'needs a Job',
    { spec: { schedule: '* * * * *' } },
    [
      'spec.jobTemplate.spec.template.spec.containers: Required value',
      'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    ],
  ],
  [
    'keeps to a schedule that can be read',
    cron({ schedule: 'hourly' }),
    ['spec.schedule: Invalid value: "hourly": expected exactly 5 fields, found 1: [hourly]'],
  ],
  [
    'knows its time zone',
    cron({ timeZone: 'Moon/Base' }),
    ['spec.timeZone: Invalid value: "Moon/Base": unknown time zone Moon/Base'],
  ],
  ['accepts a time zone', cron({ timeZone: 'Europe/Berlin' }), []],
  ['its Jobs end', cron({}, spec({}, { containers: pod.containers })), [`spec.jobTemplate.${ends}`]],
])

test('a CronJob gets its defaults, and leaves those of its Jobs to them', () => {
  const made = stored(object('CronJob', cron())).spec as Fields & { jobTemplate: { spec: Fields } }
  assert.deepEqual(
    [made.concurrencyPolicy, made.suspend, made.successfulJobsHistoryLimit, made.failedJobsHistoryLimit],
    ['Allow', false, 3, 1],
  )
  assert.equal(made.jobTemplate.spec.backoffLimit, undefined)
})

describe('schedules', () => {
  const good = [
    '* * * * *',
    '*/5 * * * *',
    '0 0 1,15 * *',
    '0 9-17/2 * * mon-fri',
    '0 0 * jan,FEB 7',
    '@daily',
    '@every 1h30m',
    '5 4 ? * *',
  ]
  const bad = [
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    '1/2/3 * * * *',
    '1-2-3 * * * *',
    'a * * * *',
    '@often',
    'TZ=UTC * * * * *',
  ]
  for (const schedule of good) test(`${schedule} is one`, () => assert.equal(cronProblem(schedule), undefined))
  for (const schedule of bad) test(`${schedule} is none`, () => assert.equal(typeof cronProblem(schedule), 'string'))
})

describe('kubectl get', () => {
  const holds = (type: string) => ({ conditions: [{ type, status: 'True' }] })
  const times = { startTime: '2026-11-22T15:58:00Z', completionTime: '2026-11-22T15:59:30Z' }
  const jobs: readonly (readonly [fields: Fields, status: Fields, cells: readonly string[], metadata?: Fields])[] = [
    [{ completions: 1 }, {}, ['Running', '0/1', '']],
    [{ completions: 3 }, { succeeded: 2, startTime: times.startTime }, ['Running', '2/3', '2m']],
    [{ completions: 1 }, { succeeded: 1, ...times, ...holds('Complete') }, ['Complete', '1/1', '90s']],
    [{ completions: 1 }, holds('Failed'), ['Failed', '0/1', '']],
    [{ completions: 1 }, holds('Suspended'), ['Suspended', '0/1', '']],
    [{ parallelism: 3 }, {}, ['Running', '0/1 of 3', '']],
    [{ parallelism: 1 }, {}, ['Terminating', '0/1', ''], { deletionTimestamp: 'then' }],
  ]
  for (const [fields, status, cells, metadata] of jobs) {
    test(`Job ${cells.join(' ')}`, () =>
      assert.deepEqual(row(object('Job', { ...spec(fields), status }, metadata), now).slice(1, 4), cells))
  }
  test('CronJob', () => {
    const status = { active: [{}], lastScheduleTime: '2026-11-22T15:55:00Z' }
    assert.deepEqual(row(object('CronJob', { ...cron({ suspend: true }), status }), now), [
      'test',
      '*/5 * * * *',
      '<none>',
      'True',
      1,
      '5m',
      undefined,
    ])
  })
})
