import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CronFederatedHpa, CronRule, ExecutionHistory } from '@flotilla/sdk'
import { manifest } from '@flotilla/sdk/testing'
import { type Due, dueRules, type Execution, historiesAfter, untilNext } from './history.ts'

const now = new Date('2026-05-01T12:00:30Z')
const noon = '2026-05-01T12:00:00Z'
const tomorrow = '2026-05-02T12:00:00Z'

const rule = (words: Partial<CronRule> = {}): CronRule => ({
  name: 'noon',
  schedule: '0 12 * * *',
  timeZone: 'UTC',
  targetReplicas: 3,
  ...words,
})

const cron = (rules: readonly CronRule[], executionHistories?: readonly ExecutionHistory[]): CronFederatedHpa =>
  manifest('autoscaling.karmada.io/v1alpha1', 'CronFederatedHPA', {
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, rules },
    ...(executionHistories && { status: { executionHistories } }),
  }) as CronFederatedHpa // written as one

const due = (ruleName: string, nextExecutionTime: string): ExecutionHistory => ({ ruleName, nextExecutionTime })
const namesOf = (all: readonly Due[]) => all.map(({ rule: { name }, scheduleTime }) => `${name} ${scheduleTime}`)

for (const [what, rules, histories, expected] of [
  ['a new rule is not due', [rule()], undefined, []],
  ['a rule whose time has come is', [rule()], [due('noon', noon)], [`noon ${noon}`]],
  ['a rule whose time is to come is not', [rule()], [due('noon', tomorrow)], []],
  ['what was missed is due late', [rule()], [due('noon', '2026-04-28T12:00:00Z')], ['noon 2026-04-28T12:00:00Z']],
  ['a rule that was edited since is not', [rule({ schedule: '0 9 * * *' })], [due('noon', noon)], []],
  ['a rule that is suspended is not', [rule({ suspend: true })], [due('noon', noon)], []],
  ['another rule’s time is not its own', [rule()], [due('other', noon)], []],
  [
    'what was due first is done first',
    [rule(), rule({ name: 'nine', schedule: '0 9 * * *' })],
    [due('noon', noon), due('nine', '2026-05-01T09:00:00Z')],
    ['nine 2026-05-01T09:00:00Z', `noon ${noon}`],
  ],
] as const)
  test(what, () => assert.deepEqual(namesOf(dueRules(cron(rules, histories), now)), expected))

const times = { scheduleTime: noon, executionTime: '2026-05-01T12:00:30Z' }
const success = { ...times, appliedReplicas: 3 }
const failure = { ...times, message: 'no' }

type Row = readonly [CronRule, ExecutionHistory | undefined, (rule: CronRule) => readonly Execution[], object]
const rows: Readonly<Record<string, Row>> = {
  'a new rule is told when it is due': [rule(), undefined, () => [], { nextExecutionTime: tomorrow }],
  'a rule that was done is due again': [
    rule(),
    due('noon', noon),
    (of) => [{ rule: of, success }],
    { nextExecutionTime: tomorrow, successfulExecutions: [success] },
  ],
  'a failure is remembered, too': [
    rule(),
    due('noon', noon),
    (of) => [{ rule: of, failure }],
    { nextExecutionTime: tomorrow, failedExecutions: [failure] },
  ],
  'the oldest is forgotten': [
    rule({ successfulHistoryLimit: 1 }),
    { ...due('noon', noon), successfulExecutions: [{ ...success, appliedReplicas: 1 }] },
    (of) => [{ rule: of, success }],
    { nextExecutionTime: tomorrow, successfulExecutions: [success] },
  ],
  'no failure may be remembered': [
    rule({ failedHistoryLimit: 0 }),
    due('noon', noon),
    (of) => [{ rule: of, failure }],
    { nextExecutionTime: tomorrow },
  ],
  'one that is suspended is due never, and keeps its past': [
    rule({ suspend: true }),
    { ...due('noon', noon), successfulExecutions: [success] },
    () => [],
    { successfulExecutions: [success] },
  ],
  'one that was edited is due by its new schedule': [
    rule({ schedule: '0 9 * * *' }),
    due('noon', noon),
    () => [],
    { nextExecutionTime: '2026-05-02T09:00:00Z' },
  ],
  'an interval goes on as it was': [
    rule({ schedule: '@every 1m' }),
    due('noon', '2026-05-01T12:01:00Z'),
    () => [],
    { nextExecutionTime: '2026-05-01T12:01:00Z' },
  ],
}

for (const [what, [of, before, executions, after]] of Object.entries(rows))
  test(what, () => {
    const histories = historiesAfter(cron([of], before && [before]), executions(of), now)
    assert.deepEqual(histories, [{ ruleName: 'noon', ...after }])
  })

test('a rule that is gone is not spoken of', () =>
  assert.deepEqual(historiesAfter(cron([], [due('noon', noon)]), [], now), []))

test('the next rule says when to come back', () => {
  assert.equal(untilNext([due('a', tomorrow), due('b', '2026-05-01T12:01:00Z')], now), 30_000)
  assert.equal(untilNext([{ ruleName: 'a' }], now), undefined)
})
