import { type Ask, type Metrics, schedule as points } from '@flotilla/sdk'
import { schedulingPoint } from '../../extension/scheduling.ts'
import type { Cause } from './due.ts'

const powers = (first: number, factor: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, power) => first * factor ** power)

/** Karmada's names for the steps of its algorithm. */
const steps: Readonly<Record<string, string>> = {
  'schedule.filter': 'Filter',
  'schedule.score': 'Score',
  'schedule.select': 'Select',
  'schedule.assign': 'AssignReplicas',
}

/** The labels of a question, made once: each binding asks several. */
const labelsOf = ({ id }: { readonly id: string }) => {
  const extension_point = schedulingPoint(id) ?? id
  const schedule_step = steps[id]
  return {
    success: { extension_point, result: 'success' },
    error: { extension_point, result: 'error' },
    step: schedule_step && { schedule_step },
  }
}

const questions = new Map(
  [points.filter, points.score, points.estimate, points.select, points.assign].map((point) => [
    point.id,
    labelsOf(point),
  ]),
)

const since = (start: number): number => (performance.now() - start) / 1000

/** Why a binding comes to be scheduled; the first five are Karmada's. */
export type Incoming =
  | 'BindingAdd'
  | 'BindingUpdate'
  | 'PolicyChanged'
  | 'ClusterChanged'
  | 'ScheduleAttemptFailure'
  | 'RoomChanged'
  | 'BindingMoved'
  | 'QuotaChanged'
  | 'WaitedLong'

/** What Karmada's dashboards look at. */
export function scheduleMetrics(metrics: Metrics) {
  const attempts = metrics.counter({
    name: 'karmada_scheduler_schedule_attempts_total',
    help: 'Attempts to schedule a binding',
    labels: ['result', 'schedule_type'],
  })
  const whole = metrics.histogram({
    name: 'karmada_scheduler_e2e_scheduling_duration_seconds',
    help: 'How long it took to schedule a binding, with all writes',
    labels: ['result', 'schedule_type'],
    buckets: powers(0.001, 2, 15),
  })
  const step = metrics.histogram({
    name: 'karmada_scheduler_scheduling_algorithm_duration_seconds',
    help: 'How long the steps of a decision took',
    labels: ['schedule_step'],
    buckets: powers(0.001, 2, 15),
  })
  const framework = metrics.histogram({
    name: 'karmada_scheduler_framework_extension_point_duration_seconds',
    help: "How long all plugins took to answer an extension point of the scheduler's",
    labels: ['extension_point', 'result'],
    buckets: powers(0.0001, 2, 12),
  })
  const incoming = metrics.counter({
    name: 'karmada_scheduler_queue_incoming_bindings_total',
    help: 'Bindings that came to be scheduled, by why',
    labels: ['event'],
  })
  const pending = metrics.gauge({
    name: 'scheduler_pending_bindings',
    help: 'Bindings to be scheduled, by where they wait',
    labels: ['queue'],
  })
  const counts = new Map<string, number>()
  const totals = { active: 0, backoff: 0, unschedulable: 0 }
  return {
    came: (event: Incoming) => incoming.add({ event }),
    /** How many bindings of a kind wait where. */
    pending(kind: string, queue: keyof typeof totals, count: number): void {
      const place = `${queue} ${kind}`
      totals[queue] += count - (counts.get(place) ?? 0)
      counts.set(place, count)
      pending.set(totals[queue], { queue })
    },
    /** Counts an attempt that began at `start`. */
    tried(result: 'scheduled' | 'error', schedule_type: Cause, start: number): void {
      attempts.add({ result, schedule_type })
      whole.observe(since(start), { result, schedule_type })
    },
    /** The same questions, timed. */
    timed:
      (ask: Ask): Ask =>
      async (point, arg) => {
        const labels = questions.get(point.id)
        if (!labels) return ask(point, arg)
        const start = performance.now()
        let result: 'success' | 'error' = 'error'
        try {
          const answer = await ask(point, arg)
          result = 'success'
          return answer
        } finally {
          const seconds = since(start)
          framework.observe(seconds, labels[result])
          if (labels.step) step.observe(seconds, labels.step)
        }
      },
  }
}

export type ScheduleMetrics = ReturnType<typeof scheduleMetrics>
