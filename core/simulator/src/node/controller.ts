import { once } from 'node:events'
import { type Controller, deepEqual, done, isAlreadyExists, type ResourceList } from '@flotilla/sdk'
import { type Node, nodeKind } from '../api/node.ts'
import { inBatches } from '../batches.ts'
import type { Machine } from '../machine.ts'
import { isLeaving } from '../owner.ts'
import { heardOf } from '../pod/status.ts'
import { byNode } from './by-node.ts'
import { untilEvicted } from './eviction.ts'
import { healthOf, isDown, taintsOf } from './health.ts'
import { type NodeOptions, nodeOf } from './node.ts'

export interface ClusterSize {
  readonly count: number
  readonly capacity: ResourceList
  readonly kubernetesVersion: string
}

/** Registers the nodes that are missing, as kubelets do when they start. Resolves early when the signal ends. */
export async function registerNodes({ cluster, nodes, now, signal }: Machine, size: ClusterSize): Promise<void> {
  await Promise.race([nodes.store.synced, once(signal, 'abort')])
  if (signal.aborted) return
  const options: NodeOptions = { cluster, ...size }
  for (let number = 1; number <= size.count; number++) {
    const node = nodeOf(options, number, now())
    if (!nodes.store.get(node.metadata)) await register(nodes, node)
  }
}

async function register(nodes: Machine['nodes'], node: Node): Promise<void> {
  try {
    const created = await nodes.create(node)
    await nodes.setStatus(created, node.status)
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}

/** When a node is gone, so are its pods: whoever owns them makes others elsewhere. */
export const nodeController = ({ controller, pods }: Machine): Controller =>
  controller('pod-garbage-collector')
    .for(nodeKind, ({ after }) => after === undefined)
    .reconcile(async (node, { name }) => {
      if (!node) for (const pod of pods.store.by(byNode, name)) await pods.delete(pod)
      return done
    })

/** Says of each node, and of its pods, whether it is heard of, and taints those that are not. */
export function nodeHealthController({ controller, nodes, pods, event, now }: Machine): Controller {
  /** Pods that are about to be driven out are not worth a word. */
  async function sayOfPods(node: Node): Promise<void> {
    const staying = pods.store.by(byNode, node.metadata.name).filter((pod) => untilEvicted(pod, node, now()) !== 0)
    await inBatches(staying, (pod) => pods.setStatus(pod, heardOf(pod, !isDown(node), now())))
  }

  async function look(node: Node): Promise<void> {
    const status = healthOf(node, now())
    if (status !== node.status) {
      const what = isDown(node) ? 'NodeNotReady' : 'NodeReady'
      event(node, 'Normal', what, `Node ${node.metadata.name} status is now: ${what}`)
      await nodes.setStatus(node, status)
    }
    const taints = taintsOf(node, now())
    if (!deepEqual(taints, node.spec?.taints ?? [])) await nodes.patch(node, { spec: { taints } })
    await sayOfPods({ ...node, spec: { ...node.spec, taints } })
  }

  return controller('node-lifecycle')
    .for(nodeKind)
    .reconcile(async (node) => {
      if (node && !isLeaving(node)) await look(node)
      return done
    })
}
