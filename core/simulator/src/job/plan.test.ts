import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '../api/pod.ts'
import type { Job } from '../api/workloads.ts'
import { ago, job, now, pod } from '../testing/objects.ts'
import { formatIndexes } from './indexes.ts'
import { jobStatus, planJob, podDraft, untilDue } from './plan.ts'

const phases = { r: 'Running', s: 'Succeeded', f: 'Failed' } as const

/** `r s f` are pods that run, succeeded and failed; `s2` is the one with index 2. */
const pods = (text: string): readonly Pod[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((each, position) => {
      const [, phase = 'r', index] = /^([rsf])(\d*)$/.exec(each) ?? []
      const annotations = index ? { annotations: { 'batch.kubernetes.io/job-completion-index': index } } : {}
      const name = `sum-${position}`
      return pod(
        name,
        {},
        { metadata: { name, ...annotations }, status: { phase: phases[phase as keyof typeof phases] } },
      )
    })

const ended = (type: string, seconds: number): Job['status'] => ({
  conditions: [{ type, status: 'True', lastTransitionTime: ago(seconds) }],
})

const cases: readonly [name: string, Partial<Job['spec']>, Job['status'], pods: string, expected: string][] = [
  ['one by one', { completions: 3 }, {}, '', '+1'],
  ['several at once', { completions: 3, parallelism: 2 }, {}, 'r', '+1'],
  ['no more than are left to do', { completions: 3, parallelism: 5 }, {}, 's s', '+1'],
  ['failed ones are made again', { completions: 1 }, {}, 'f f', '+1'],
  ['until it is enough', { completions: 1, backoffLimit: 1 }, {}, 'f f', ''],
  ['then the others go, too', { completions: 2, parallelism: 2, backoffLimit: 0 }, {}, 'f r', '-1'],
  ['done', { completions: 2 }, {}, 's s', ''],
  ['without a number, as many as may run', { parallelism: 2 }, {}, '', '+2'],
  ['and none after the first success', { parallelism: 2 }, {}, 's r', ''],
  ['suspended', { completions: 2, suspend: true }, {}, 'r', '-1'],
  ['fewer at once', { completions: 9, parallelism: 1 }, {}, 'r r r', '-2'],
  ['out of time', { completions: 1, activeDeadlineSeconds: 5 }, { startTime: ago(5) }, 'r', '-1'],
  ['ended', { completions: 2 }, ended('Failed', 1), 'r', '-1'],
  ['each index once', { completions: 3, parallelism: 3, completionMode: 'Indexed' }, {}, 's0 r2', '+1'],
]
for (const [name, spec, status, text, expected] of cases)
  test(name, () => {
    const { create, remove } = planJob(job(spec, status), pods(text), now)
    const steps = [
      ...(create.length > 0 ? [`+${create.length}`] : []),
      ...(remove.length > 0 ? [`-${remove.length}`] : []),
    ]
    assert.equal(steps.join(' '), expected)
  })

test('the index that is missing is made, under its number', () => {
  const indexed = job({ completions: 3, parallelism: 3, completionMode: 'Indexed' })
  assert.deepEqual(planJob(indexed, pods('s0 r2'), now).create, [1])
  const { name, labels, annotations, spec } = podDraft(indexed, 1, (base) => `${base}abc`)
  assert.equal(name, 'sum-1-abc')
  assert.equal(labels?.['batch.kubernetes.io/job-name'], 'sum')
  assert.deepEqual(annotations, { 'batch.kubernetes.io/job-completion-index': '1' })
  assert.deepEqual(spec, { hostname: 'sum-1' })
})

const verdicts: readonly [name: string, Partial<Job['spec']>, Job['status'], pods: string, expected: string][] = [
  ['it runs', { completions: 2 }, {}, 'r s', ''],
  ['it is complete', { completions: 1 }, {}, 's', 'SuccessCriteriaMet CompletionsReached, Complete CompletionsReached'],
  [
    'too many failed',
    { completions: 1, backoffLimit: 0 },
    {},
    'f',
    'FailureTarget BackoffLimitExceeded, Failed BackoffLimitExceeded',
  ],
  [
    'it took too long',
    { completions: 1, activeDeadlineSeconds: 5 },
    { startTime: ago(6) },
    'r',
    'FailureTarget DeadlineExceeded, Failed DeadlineExceeded',
  ],
  ['it is suspended', { completions: 1, suspend: true }, {}, '', 'Suspended JobSuspended'],
  [
    'it goes on',
    { completions: 1 },
    { conditions: [{ type: 'Suspended', status: 'True' }] },
    'r',
    'Suspended JobResumed',
  ],
]
for (const [name, spec, status, text, expected] of verdicts)
  test(`says that ${name}`, () => {
    const { conditions = [] } = jobStatus(job(spec, status), pods(text), now)
    assert.equal(conditions.map(({ type, reason }) => `${type} ${reason}`).join(', '), expected)
  })

test('the status counts, and says when it began and ended', () => {
  const spec = { completions: 2, parallelism: 2, completionMode: 'Indexed' } as const
  assert.deepEqual(jobStatus(job(spec), pods('s0 r1 f1'), now), {
    startTime: ago(0),
    active: 1,
    succeeded: 1,
    failed: 1,
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
    completedIndexes: '0',
  })
  assert.equal(jobStatus(job(spec, { startTime: ago(9) }), pods('s0 s1'), now).completionTime, ago(0))
  const status = ended('Complete', 9)
  assert.equal(jobStatus(job(spec, status), pods(''), now), job(spec, status).status ?? status)
})

const dues: readonly [name: string, Partial<Job['spec']>, Job['status'], expected: number | undefined][] = [
  ['no deadline', {}, {}, undefined],
  ['a deadline', { activeDeadlineSeconds: 10 }, { startTime: ago(4) }, 6000],
  ['a finished job that stays', {}, ended('Complete', 1), undefined],
  ['a finished job that goes', { ttlSecondsAfterFinished: 10 }, ended('Complete', 4), 6000],
]
for (const [name, spec, status, expected] of dues)
  test(`due: ${name}`, () => assert.equal(untilDue(job(spec, status), now), expected))

test('indexes are written as ranges', () => {
  assert.equal(formatIndexes(new Set([5, 1, 0, 2, 7])), '0-2,5,7')
  assert.equal(formatIndexes(new Set()), '')
})
