import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDueAt, nextAfter } from './timetable.ts'

const now = new Date('2026-05-01T12:00:00Z') // a Friday

for (const [schedule, timeZone, next] of [
  ['0 8 * * MON-FRI', 'UTC', '2026-05-04T08:00:00.000Z'],
  ['0 8 * * *', 'Europe/Berlin', '2026-05-02T06:00:00.000Z'],
  ['*/5 * * * *', 'UTC', '2026-05-01T12:05:00.000Z'],
  ['@daily', 'UTC', '2026-05-02T00:00:00.000Z'],
  ['@every 1h30m', undefined, '2026-05-01T13:30:00.000Z'],
  ['@every 10ms', undefined, '2026-05-01T12:00:01.000Z'],
] as const)
  test(`${schedule} ${timeZone ?? ''} comes at ${next}`, () => {
    const rule = { schedule, ...(timeZone && { timeZone }) }
    const time = nextAfter(rule, now)
    assert.equal(time?.toISOString(), next)
    assert.ok(time && isDueAt(rule, time, now))
    assert.ok(!isDueAt({ ...rule, schedule: '17 3 3 3 *' }, time, now), 'another schedule is not due then')
  })
