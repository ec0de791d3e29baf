import { type Controller, done } from '@flotilla/sdk'
import { type Pod, podKind } from '../api/pod.ts'
import type { Machine } from '../machine.ts'

/** Whether a pod was given time to end its containers in. */
const isEnding = ({ metadata, spec }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds !== 0 && spec.nodeName !== undefined

/** Lets pods go that were told to end: there are no containers that would take their time. */
export const terminationController = ({ controller, pods }: Machine): Controller =>
  controller('kubelet-termination')
    .for(podKind, ({ after }) => after !== undefined && isEnding(after))
    .reconcile(async (pod) => {
      if (pod && isEnding(pod)) await pods.delete(pod)
      return done
    })
