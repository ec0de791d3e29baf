import { Cron } from 'croner'

/** When a schedule is due, around a moment. */
export interface Times {
  /** The latest, at or before the moment. */
  readonly last: Date | undefined
  /** The first one after it. */
  readonly next: Date | undefined
}

/** Cron knows no part of a second. */
const second = 1_000

/** When a schedule of five parts is due; without a time zone, in UTC. `5/15` begins at 5, as in Kubernetes. Throws when it cannot be read. */
export function timesOf(schedule: string, timeZone: string | undefined, now: Date): Times {
  const cron = new Cron(schedule, { timezone: timeZone ?? 'Etc/UTC', mode: '5-part', sloppyRanges: true })
  const whole = Math.floor(now.getTime() / second) * second
  const [last] = cron.previousRuns(1, new Date(whole + second)) // those before it
  return { last, next: cron.nextRun(now) ?? undefined }
}
