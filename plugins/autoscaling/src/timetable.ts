import type { CronRule } from '@flotilla/sdk'
import { Cron } from 'croner'

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

/** Milliseconds of `@every 1h30m`; undefined for any other schedule. */
function intervalOf(schedule: string): number | undefined {
  if (!schedule.startsWith('@every ')) return undefined
  const parts = schedule.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)
  const whole = [...parts].reduce((sum, [, number, unit = '']) => sum + Number(number) * (units[unit] ?? 0), 0)
  return Math.max(whole, 1_000) // as in Go's cron: not more often than once a second
}

type Timed = Pick<CronRule, 'schedule' | 'timeZone'>

/** When a rule is due next after a time; undefined: never. */
export function nextAfter({ schedule, timeZone }: Timed, time: Date): Date | undefined {
  const interval = intervalOf(schedule)
  if (interval !== undefined) return new Date(Math.floor((time.getTime() + interval) / 1000) * 1000)
  const cron = new Cron(schedule, { paused: true, mode: '5-part', sloppyRanges: true, ...(timeZone && { timezone: timeZone }) }) // biome-ignore format: one call
  return cron.nextRun(time) ?? undefined
}

/** Whether a rule is due at a time: one that was edited since may not be. */
export function isDueAt(rule: Timed, time: Date, now: Date): boolean {
  const interval = intervalOf(rule.schedule)
  if (interval !== undefined) return time.getTime() <= now.getTime() + interval
  return nextAfter(rule, new Date(time.getTime() - 1_000))?.getTime() === time.getTime()
}
