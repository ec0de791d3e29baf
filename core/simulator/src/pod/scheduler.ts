import { type Change, type Controller, done, keyOf } from '@flotilla/sdk'
import { type Pod, podKind } from '../api/pod.ts'
import type { Machine } from '../machine.ts'
import { findCondition, isActive } from './condition.ts'
import { unschedulable } from './status.ts'

/** How long room that becomes free is gathered before those who wait are tried again, in milliseconds. */
const gathering = 20

const waits = (pod: Pod): boolean => isActive(pod) && !pod.spec.nodeName

/** Whether a pod says already why there is no place for it. */
const isKnown = (pod: Pod, why: string): boolean => findCondition(pod, 'PodScheduled')?.message === why

/** Finds nodes for pods that were born without one: those users make, and those there was no room for. */
export function schedulerController({ controller, pods, capacity, bind, event, now }: Machine): Controller {
  const retryWaiting = (enqueue: (pod: ReturnType<typeof keyOf>) => void): (() => void) => {
    let timer: NodeJS.Timeout | undefined
    const retry = () => {
      timer = undefined
      for (const pod of pods.store.list()) if (waits(pod)) enqueue(keyOf(pod))
    }
    const stop = capacity.listen(() => {
      timer ??= setTimeout(retry, gathering)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }
  return controller('scheduler')
    .for(podKind, ({ after }: Change<Pod>) => after !== undefined && waits(after))
    .hears(retryWaiting)
    .reconcile(async (pod) => {
      if (!pod || !waits(pod)) return done
      const place = capacity.place(keyOf(pod), pod.spec)
      if ('node' in place) await bind(pod, place.node)
      else {
        if (!isKnown(pod, place.unschedulable)) event(pod, 'Warning', 'FailedScheduling', place.unschedulable)
        await pods.setStatus(pod, unschedulable(pod, place.unschedulable, now()))
      }
      return done
    })
}
