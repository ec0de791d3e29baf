import { again, type Controller, done, isAlreadyExists, type Outcome } from '@flotilla/sdk'
import { type CronJob, cronJobKind, type Job, jobKind } from '../api/workloads.ts'
import { inBatches } from '../batches.ts'
import { Cached } from '../cached.ts'
import { hasEnded } from '../job/plan.ts'
import type { Machine } from '../machine.ts'
import { byController, isLeaving } from '../owner.ts'
import { cronJobStatus, forgotten, jobOf, type Turn, turnOf } from './plan.ts'
import { type Times, timesOf } from './schedule.ts'

/** Timers do not reach further than some weeks; nobody waits longer than this, in milliseconds. */
const longest = 24 * 60 * 60 * 1000

/** Starts the Job of each CronJob when it is due, and keeps as many of those that ended as it says. */
export function cronJobController(machine: Machine): Controller {
  const { controller, event, now } = machine
  const cronJobs = new Cached(machine, cronJobKind)
  const jobs = new Cached(machine, jobKind)

  const of = ({ metadata: { uid = '' } }: CronJob): readonly Job[] => jobs.store.by(byController, uid)

  async function start(cronJob: CronJob, time: Date): Promise<void> {
    const job = jobOf(cronJob, time)
    try {
      await jobs.create(job)
      event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`)
    } catch (error) {
      if (!isAlreadyExists(error)) throw error // the time was dealt with before a restart
    }
  }

  async function take(cronJob: CronJob, turn: Exclude<Turn, { do: 'wait' }>): Promise<Date | undefined> {
    const { do: what, time } = turn
    if (what === 'miss') event(cronJob, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${time}`)
    if (what === 'skip')
      event(cronJob, 'Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running')
    if (what === 'miss' || what === 'skip') return undefined
    if (what === 'replace')
      await inBatches(
        of(cronJob).filter((job) => !hasEnded(job)),
        (job) => jobs.delete(job),
      )
    await start(cronJob, time)
    return time
  }

  function readTimes(cronJob: CronJob): Times | undefined {
    const { schedule, timeZone } = cronJob.spec
    try {
      return timesOf(schedule, timeZone, now())
    } catch (error) {
      event(cronJob, 'Warning', 'UnparseableSchedule', `unparseable schedule: ${schedule} : ${String(error)}`)
      return undefined
    }
  }

  async function advance(cronJob: CronJob): Promise<Outcome> {
    await inBatches(forgotten(cronJob, of(cronJob)), (job) => jobs.delete(job))
    const times = readTimes(cronJob)
    const turn: Turn = times ? turnOf(cronJob, of(cronJob), times, now()) : { do: 'wait' }
    const started = turn.do === 'wait' ? undefined : await take(cronJob, turn)
    await cronJobs.setStatus(cronJob, cronJobStatus(cronJob, of(cronJob), started))
    if (cronJob.spec.suspend || !times?.next) return done
    return again(Math.min(longest, Math.max(1, times.next.getTime() - now().getTime())))
  }

  return controller('cronjob')
    .for(cronJobKind)
    .owns(jobKind)
    .reconcile(async (cronJob) => (cronJob && !isLeaving(cronJob) ? advance(cronJob) : done))
}
