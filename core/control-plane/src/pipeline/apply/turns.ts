import { done, type Key, keyText, type Outcome } from '@flotilla/sdk'
import type { Machine } from '../../machine.ts'
import { createLanes, type LaneOptions, type Lanes } from '../../member/lanes.ts'
import { isSilence } from './advice.ts'

/** Keys of one cluster that wait for an answer at once, when they got none the last time. */
const patientWorkers = 4

export interface Turns extends Lanes {
  /** A key will not come again. */
  forget(text: string): void
}

/**
 * Lanes in which those that got no answer step aside: an admission webhook that hangs for one kind, and holds every object
 * of it for half a minute, does not hold those of other kinds.
 */
export function createTurns(machine: Pick<Machine, 'worker' | 'owns'>, options: LaneOptions): Turns {
  const silent = new Set<string>()
  const quick = createLanes(machine, {
    ...options,
    step: (cluster, key, signal) =>
      silent.has(keyText(key)) ? passOn(patient, cluster, key) : turn(cluster, key, signal),
  })
  const patient: Lanes = createLanes(machine, {
    ...options,
    name: `${options.name}-slow`,
    workers: patientWorkers,
    step: (cluster, key, signal) =>
      silent.has(keyText(key)) ? turn(cluster, key, signal) : passOn(quick, cluster, key),
  })

  /** A key is worked on in one place only, by what was heard of it the last time. */
  async function passOn(lanes: Lanes, cluster: string, key: Key): Promise<Outcome> {
    lanes.enqueue(cluster, key)
    return done
  }

  async function turn(cluster: string, key: Key, signal: AbortSignal): Promise<Outcome> {
    try {
      const outcome = await options.step(cluster, key, signal)
      silent.delete(keyText(key))
      return outcome
    } catch (error) {
      if (isSilence(error)) silent.add(keyText(key))
      else silent.delete(keyText(key))
      throw error
    }
  }

  return {
    enqueue: quick.enqueue,
    enqueueAfter: quick.enqueueAfter,
    close(cluster) {
      for (const lanes of [quick, patient]) lanes.close(cluster)
    },
    async run(signal) {
      await Promise.all([quick.run(signal), patient.run(signal)])
    },
    forget: (text) => silent.delete(text),
  }
}
