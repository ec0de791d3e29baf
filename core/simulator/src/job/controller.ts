import { again, type Controller, done, type Outcome } from '@flotilla/sdk'
import { podKind } from '../api/pod.ts'
import { type Job, jobKind } from '../api/workloads.ts'
import { inBatches } from '../batches.ts'
import { Cached } from '../cached.ts'
import type { Machine } from '../machine.ts'
import { uniqueName } from '../names.ts'
import { isActive, isAtRest } from '../pod/condition.ts'
import { Settling } from '../settling.ts'
import { hasEnded, jobStatus, planJob, podDraft, untilDue } from './plan.ts'

/** Runs the pods of each Job until enough have succeeded, or too many have failed. */
export function jobController(machine: Machine): Controller {
  const { controller, pods, now } = machine
  const jobs = new Cached(machine, jobKind)
  const settling = new Settling()

  async function leave(job: Job): Promise<Outcome> {
    const left = untilDue(job, now())
    if (left === undefined) return done
    if (left > 0) return again(left)
    await jobs.delete(job)
    return done
  }

  async function advance(job: Job, text: string): Promise<Outcome> {
    const { create, remove } = planJob(job, pods.of(job), now())
    await inBatches(remove, (pod) => pods.delete(pod))
    await inBatches(create, (index) => pods.make(job, job.spec.template, podDraft(job, index, uniqueName)))
    const own = pods.of(job)
    const wait = settling.wait(text, create.length === 0 && own.filter(isActive).every(isAtRest))
    if (wait > 0) return again(wait)
    await jobs.setStatus(job, jobStatus(job, own, now()))
    const left = untilDue(job, now())
    return left === undefined ? done : again(Math.max(1, left))
  }

  return controller('job')
    .for(jobKind)
    .owns(podKind)
    .reconcile(settling.whileThere(async (job, text) => (hasEnded(job) ? leave(job) : advance(job, text))))
}
