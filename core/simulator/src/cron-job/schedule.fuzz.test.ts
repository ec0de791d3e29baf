import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { timesOf } from './schedule.ts'

const runs = { seed: 1, numRuns: 400 }

/** What a part of a schedule says, in text and as the numbers it means. */
interface Part {
  readonly text: string
  readonly means: ReadonlySet<number>
}

const from = (first: number, last: number, step = 1): ReadonlySet<number> => {
  const numbers = new Set<number>()
  for (let each = first; each <= last; each += step) numbers.add(each)
  return numbers
}

/** `sometimes`: numbers above `most`, up to this, are only ever meant by a star. */
const part = (least: number, most: number, sometimes = most): fc.Arbitrary<Part> => {
  const number = fc.integer({ min: least, max: most })
  const span = fc.tuple(number, number).map((two) => [Math.min(...two), Math.max(...two)] as const)
  const step = fc.integer({ min: 2, max: Math.max(2, Math.floor((most - least) / 2)) })
  const one = fc.oneof(
    number.map((at) => ({ text: `${at}`, means: new Set([at]) })),
    span.map(([a, b]) => ({ text: `${a}-${b}`, means: from(a, b) })),
    fc.tuple(span, step).map(([[a, b], by]) => ({ text: `${a}-${b}/${by}`, means: from(a, b, by) })),
    fc.tuple(number, step).map(([a, by]) => ({ text: `${a}/${by}`, means: from(a, sometimes, by) })),
    step.map((by) => ({ text: `*/${by}`, means: from(least, sometimes, by) })),
  )
  const several = fc.array(one, { minLength: 1, maxLength: 3 }).map((all) => ({
    text: all.map(({ text }) => text).join(),
    means: new Set(all.flatMap(({ means }) => [...means])),
  }))
  return fc.oneof(fc.constant({ text: '*', means: from(least, sometimes) }), several)
}

/** Days no month lacks, so that every schedule is due soon. */
const parts = fc.tuple(part(0, 59), part(0, 23), part(1, 28, 31), part(1, 12), part(0, 6))
const moment = fc.date({
  min: new Date('2020-01-01T00:00:00Z'),
  max: new Date('2030-12-31T00:00:00Z'),
  noInvalidDate: true,
})

const matches = ([minute, hour, day, month, weekday]: readonly Part[], time: Date): boolean => {
  const said = (of: Part | undefined, value: number) => of?.means.has(value) ?? false
  const [onDay, onWeekday] = [said(day, time.getUTCDate()), said(weekday, time.getUTCDay())]
  const isAny = day?.text === '*' || weekday?.text === '*' // of two that say something, one is enough
  return (
    time.getTime() % 60_000 === 0 &&
    said(minute, time.getUTCMinutes()) &&
    said(hour, time.getUTCHours()) &&
    said(month, time.getUTCMonth() + 1) &&
    (isAny ? onDay && onWeekday : onDay || onWeekday)
  )
}

const minute = 60_000

/** The nearest time a schedule means, minute by minute, for so many minutes. */
const nearest = (all: readonly Part[], start: number, by: number): number | undefined => {
  for (let i = 0; i < 3_000; i += 1) {
    const time = new Date(start + i * by)
    if (matches(all, time)) return time.getTime()
  }
  return undefined
}

describe('when a schedule is due', () => {
  test('next is later, last is not, both are what it says, and none was passed over', () =>
    fc.assert(
      fc.property(parts, moment, (all, now) => {
        const schedule = all.map(({ text }) => text).join(' ')
        const { last, next } = timesOf(schedule, undefined, now)
        assert.ok(last && next, schedule)
        assert.ok(last.getTime() <= now.getTime() && now.getTime() < next.getTime(), schedule)
        assert.ok(matches(all, last) && matches(all, next), `${schedule}: ${last.toISOString()}, ${next.toISOString()}`)
        const whole = Math.floor(now.getTime() / minute) * minute
        const [before, after] = [nearest(all, whole, -minute), nearest(all, whole + minute, minute)]
        if (after !== undefined) assert.equal(next.getTime(), after, schedule)
        if (before !== undefined) assert.equal(last.getTime(), before, schedule)
      }),
      runs,
    ))

  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia']
  test('in any time zone the times go on, around the hours that come twice or not at all too', () =>
    fc.assert(
      fc.property(parts, fc.constantFrom(...zones), moment, (all, zone, now) => {
        const schedule = all.map(({ text }) => text).join(' ')
        const { last, next } = timesOf(schedule, zone, now)
        assert.ok(last && next && last.getTime() <= now.getTime() && now.getTime() < next.getTime(), schedule)
        const then = timesOf(schedule, zone, next)
        assert.equal(then.last?.getTime(), next.getTime(), `${schedule} in ${zone} at ${next.toISOString()}`)
        assert.ok(then.next && then.next.getTime() > next.getTime(), schedule)
      }),
      runs,
    ))

  test('whatever is written is read or refused, soon', () => {
    const began = performance.now()
    const text = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.array(fc.stringMatching(/^[-*?,/\dLW#a-z]{1,6}$/), { minLength: 5, maxLength: 5 }).map((all) => all.join(' ')),
      fc.constantFrom('0 0 30 2 *', '0 0 31 2,4,6 *', '@yearly', '@every 5m'),
    )
    fc.assert(
      fc.property(
        text,
        fc.oneof(fc.constantFrom(...zones, undefined), fc.string({ maxLength: 8 })),
        moment,
        (schedule, zone, now) => {
          try {
            const { last, next } = timesOf(schedule, zone, now)
            assert.ok(last === undefined || last.getTime() <= now.getTime(), schedule)
            assert.ok(next === undefined || next.getTime() > now.getTime(), schedule)
          } catch (error) {
            assert.doesNotMatch(String(error), /undefined|not a function|call stack/, schedule)
          }
        },
      ),
      runs,
    )
    assert.ok(performance.now() - began < 20_000)
  })
})
