import { again, type Change, type Controller, done, keyOf, keyText, type Outcome } from '@flotilla/sdk'
import { type Node, nodeKind } from '../api/node.ts'
import { type Container, type Pod, podKind } from '../api/pod.ts'
import type { Machine } from '../machine.ts'
import { byNode } from '../node/by-node.ts'
import { isDown } from '../node/health.ts'
import { isActive, waitsForImage } from './condition.ts'
import { isBroken, isMissing, outcomeOf } from './outcome.ts'
import { addressOf, startedStatus, startingStatus } from './status.ts'

/** Whether every container is there, of the image it should have. */
function isStarted(pod: Pod): boolean {
  const { spec, status } = pod
  if (!status || (status.phase === 'Pending' && !waitsForImage(pod))) return false
  const images = new Map(status.containerStatuses?.map(({ name, image }) => [name, image]))
  return spec.containers.every(({ name, image = '' }) => images.get(name) === image)
}

const hasToStart = (pod: Pod): boolean => isActive(pod) && pod.spec.nodeName !== undefined && !isStarted(pod)

/** Whether a kubelet has something to do with it. */
const concerns = (pod: Pod): boolean => hasToStart(pod) || hasToEnd(pod)

/** Whether it was told to end; those without finalizers are gone with it. */
const hasToEnd = ({ metadata }: Pod): boolean => (metadata.deletionGracePeriodSeconds ?? 0) > 0

const restarting = ({ metadata }: Pod, { name }: Container): string =>
  `Back-off restarting failed container ${name} in pod ${metadata.name}_${metadata.namespace}(${metadata.uid})`

/** What a kubelet tells of containers it has started, or pulled images for, too often. */
const backOffs = (pod: Pod): readonly string[] => [
  ...pod.spec.containers.filter(isMissing).map(({ image }) => `Back-off pulling image "${image}"`),
  ...(outcomeOf(pod) === 'crashes'
    ? pod.spec.containers.filter(isBroken).map((container) => restarting(pod, container))
    : []),
]

/** Starts the pods of all nodes, without containers: what a kubelet would say of them is all there is of them. */
export function kubeletController({ controller, addresses, pods, nodes, latency, event, now }: Machine): Controller {
  const due = new Map<string, number>()

  /** Milliseconds until the containers are there. */
  function remaining(text: string): number {
    const at = due.get(text) ?? performance.now() + latency
    due.set(text, at)
    return Math.max(0, at - performance.now())
  }

  async function start(pod: Pod, node: Node): Promise<Outcome> {
    const hostIP = addressOf(node)
    const wait = latency > 0 ? remaining(keyText(keyOf(pod))) : 0
    if (wait > 0) {
      if (!pod.status?.containerStatuses) await pods.setStatus(pod, startingStatus(pod, { hostIP }, now()))
      return again(wait)
    }
    const podIP = pod.status?.podIP ?? addresses.take()
    try {
      await pods.setStatus(pod, startedStatus(pod, { hostIP, podIP }, now()))
      for (const message of backOffs(pod)) event(pod, 'Warning', 'BackOff', message)
    } catch (error) {
      if (!pod.status?.podIP) addresses.give(podIP)
      throw error
    }
    return done
  }

  async function tend(pod: Pod): Promise<Outcome> {
    const node = nodes.store.get({ name: pod.spec.nodeName ?? '' })
    if (node && isDown(node)) return done // nobody is there to do it
    if (hasToEnd(pod)) await pods.delete(pod)
    return node && hasToStart(pod) ? start(pod, node) : done
  }

  /** Those that were to start or to end when their node went down. */
  const wokenBy = ({ before, after }: Change<Node>) =>
    before && after && isDown(before) && !isDown(after)
      ? pods.store.by(byNode, after.metadata.name).filter(concerns).map(keyOf)
      : []

  return controller('kubelet')
    .for(podKind, ({ before, after }: Change<Pod>) => concerns((after ?? before) as Pod)) // one of them is there
    .watches(nodeKind, wokenBy)
    .workers(32)
    .reconcile(async (pod, key) => {
      const outcome = pod ? await tend(pod) : done
      if (outcome.again === undefined) due.delete(keyText(key))
      return outcome
    })
}
