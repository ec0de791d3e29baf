import type { Worker } from '@flotilla/kube'
import { type Key, keyText, type Outcome, type Priority } from '@flotilla/sdk'
import type { Machine } from '../machine.ts'
import { ended } from '../manifest/ended.ts'

export interface LaneOptions {
  /** In metrics and logs, followed by the cluster's name. */
  readonly name: string
  /** How many keys of one cluster are worked on at once. */
  readonly workers: number
  readonly step: (cluster: string, key: Key, signal: AbortSignal) => Promise<Outcome>
}

/** One queue for each cluster: a cluster that answers slowly, or not at all, delays nobody but itself. */
export interface Lanes {
  enqueue(cluster: string, key: Key, priority?: Priority): void
  enqueueAfter(cluster: string, key: Key, milliseconds: number): void
  /** Ends the queue of a cluster that is gone. */
  close(cluster: string): void
  /** Runs until the signal; resolves when every queue has stopped. */
  run(signal: AbortSignal): Promise<void>
}

/** A member refuses what it refused before; what fails is tried again less eagerly than within the control plane. */
const waits = { baseMs: 50, capMs: 60_000 }

interface Lane {
  readonly worker: Worker<Key>
  readonly end: AbortController
}

export function createLanes(machine: Pick<Machine, 'worker' | 'owns'>, { name, workers, step }: LaneOptions): Lanes {
  const lanes = new Map<string, Lane>()
  const running = new Set<Promise<void>>()
  let isRunning = false

  function start({ worker, end }: Lane): void {
    const run = worker.run(end.signal).finally(() => running.delete(run))
    running.add(run)
  }

  function open(cluster: string): Lane {
    const worker = machine.worker<Key>({
      name: `${name}:${cluster}`,
      keyText,
      workers,
      waits,
      step: (key, signal) => step(cluster, key, signal),
    })
    const lane: Lane = { worker, end: new AbortController() }
    lanes.set(cluster, lane)
    if (isRunning) start(lane)
    return lane
  }

  function close(cluster: string): void {
    lanes.get(cluster)?.end.abort()
    lanes.delete(cluster)
  }

  const workerOf = (cluster: string): Worker<Key> => (lanes.get(cluster) ?? open(cluster)).worker

  return {
    enqueue(cluster, key, priority) {
      if (machine.owns(cluster)) workerOf(cluster).enqueue(key, priority)
    },
    enqueueAfter(cluster, key, milliseconds) {
      if (machine.owns(cluster)) workerOf(cluster).enqueueAfter(key, milliseconds)
    },
    close,
    async run(signal) {
      isRunning = true
      for (const lane of lanes.values()) start(lane)
      await ended(signal)
      isRunning = false
      for (const cluster of [...lanes.keys()]) close(cluster)
      await Promise.all(running)
    },
  }
}
