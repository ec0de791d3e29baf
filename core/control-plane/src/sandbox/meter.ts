import { FlotillaError, type Metrics, type Runtime } from '@flotilla/sdk'

const resultOf = (error: unknown): string =>
  error instanceof FlotillaError ? error.code.replace('SANDBOX_', '').toLowerCase() : 'failed'

/** What is measured of the programs of one language. */
export interface Meter {
  /** How many programs are open. */
  open(programs: number): void
  /** A call that began at `start`, as `performance.now` says, and what it ended with, where that is an error. */
  called(start: number, error?: unknown): void
  /** A worker or a process was lost, with all that ran in it. */
  lost(reason: 'timeout' | 'memory' | 'crash'): void
  /** So many calls more wait for their turn, or fewer. */
  waits(change: number): void
  /** Loaded programs hold so many bytes more, or fewer. */
  holds(change: number): void
}

/** What is measured of sandboxes, by the language that runs in them. */
export function metersOf(metrics: Metrics): (runtime: Runtime) => Meter {
  const programs = metrics.gauge({
    name: 'flotilla_sandbox_programs',
    help: 'Programs that are open',
    labels: ['runtime'],
  })
  const calls = metrics.histogram({
    name: 'flotilla_sandbox_call_duration_seconds',
    help: 'How long a call of a program took, with the time it waited for its turn',
    labels: ['runtime', 'result'],
    buckets: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1, 1, 10],
  })
  const losses = metrics.counter({
    name: 'flotilla_sandbox_lost_total',
    help: 'Workers and processes that had to be ended, or that ended by themselves, while a program ran',
    labels: ['runtime', 'reason'],
  })
  const waiting = metrics.gauge({
    name: 'flotilla_sandbox_waiting_calls',
    help: 'Calls that wait for their turn in a thread',
    labels: ['runtime'],
  })
  const memory = metrics.gauge({
    name: 'flotilla_sandbox_memory_bytes',
    help: 'What programs that are loaded in threads hold',
    labels: ['runtime'],
  })
  const sums = (gauge: typeof waiting, labels: { readonly runtime: Runtime }) => {
    let sum = 0
    return (change: number) => {
      sum += change
      gauge.set(sum, labels)
    }
  }
  return (runtime) => {
    const labels = { runtime }
    const success = { runtime, result: 'success' }
    return {
      open: (count) => programs.set(count, labels),
      called(start, error) {
        const result = error === undefined ? success : { runtime, result: resultOf(error) }
        calls.observe((performance.now() - start) / 1000, result)
      },
      lost: (reason) => losses.add({ runtime, reason }),
      waits: sums(waiting, labels),
      holds: sums(memory, labels),
    }
  }
}
