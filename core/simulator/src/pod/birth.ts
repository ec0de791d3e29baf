import type { Store } from '@flotilla/sdk'
import type { AddressPool } from '../address-pool.ts'
import type { Node } from '../api/node.ts'
import type { Pod } from '../api/pod.ts'
import { isDown } from '../node/health.ts'
import { outcomeOf } from './outcome.ts'
import type { Birth } from './pods.ts'
import { addressOf, startedStatus } from './status.ts'

/** Its kubelet has something to tell of it, for which the pod has to be there. */
const isTold = (pod: Pod): boolean => ['crashes', 'waits'].includes(outcomeOf(pod))

export interface Surroundings {
  readonly nodes: Store<Node>
  readonly addresses: AddressPool
  readonly now: () => Date
}

/**
 * Pods that start at once are born with the status their kubelet would write next: one write in place of two, where the
 * server lets them keep it. Where it does not, the kubelet sees pods that have not started.
 */
export const bornRunning = ({ nodes, addresses, now }: Surroundings): Birth => ({
  begin(pod) {
    const node = nodes.get({ name: pod.spec.nodeName ?? '' })
    if (!node || isDown(node) || isTold(pod)) return undefined
    return startedStatus(pod, { hostIP: addressOf(node), podIP: addresses.take() }, now())
  },
  fail({ podIP }) {
    if (podIP) addresses.give(podIP)
  },
})
