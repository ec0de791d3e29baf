import { again, type Change, type Controller, done, keyOf, type Outcome, type Taint, tolerates } from '@flotilla/sdk'
import { type Node, nodeKind } from '../api/node.ts'
import { type Pod, podKind } from '../api/pod.ts'
import type { Machine } from '../machine.ts'
import { isActive } from '../pod/condition.ts'
import { byNode } from './by-node.ts'

const driving = ({ spec }: Node): readonly Taint[] =>
  (spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute')

/** How long a pod bears a taint, in seconds; 0 when it does not, and without end when nothing says how long. */
function patience({ spec: { tolerations = [] } }: Pod, taint: Taint): number {
  const bearing = tolerations.filter((toleration) => tolerates(toleration, taint))
  if (bearing.length === 0) return 0
  return Math.min(...bearing.map(({ tolerationSeconds }) => tolerationSeconds ?? Number.POSITIVE_INFINITY))
}

/** Milliseconds until a pod has to leave its node; undefined: it may stay. `seen`: when a taint was, that does not say. */
export function untilEvicted(pod: Pod, node: Node, now: Date, seen = now): number | undefined {
  const left = driving(node).map((taint) => {
    const since = taint.timeAdded ? Date.parse(taint.timeAdded) : seen.getTime()
    return since + patience(pod, taint) * 1000 - now.getTime()
  })
  const least = Math.min(Number.POSITIVE_INFINITY, ...left)
  return Number.isFinite(least) ? Math.max(0, least) : undefined
}

/** Takes pods from nodes with taints they do not bear, or no longer. */
export function evictionController({ controller, pods, nodes, event, now }: Machine): Controller {
  const seen = new Map<string, Date>() // nodes with such taints

  function note({ before, after }: Change<Node>): readonly ReturnType<typeof keyOf>[] {
    const name = (after ?? before)?.metadata.name ?? ''
    if (!after || driving(after).length === 0) seen.delete(name)
    else if (!seen.has(name)) seen.set(name, now())
    return after ? pods.store.by(byNode, name).map(keyOf) : []
  }

  async function look(pod: Pod): Promise<Outcome> {
    const { namespace, name } = pod.metadata
    const node = nodes.store.get({ name: pod.spec.nodeName ?? '' })
    const left = node && untilEvicted(pod, node, now(), seen.get(node.metadata.name))
    if (left === undefined) return done
    if (left > 0) return again(Math.ceil(left))
    event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`)
    await pods.delete(pod)
    return done
  }

  return controller('taint-eviction')
    .for(podKind, ({ after }: Change<Pod>) => after?.spec.nodeName !== undefined && seen.has(after.spec.nodeName))
    .watches(nodeKind, note)
    .reconcile(async (pod) => (pod && isActive(pod) ? look(pod) : done))
}
