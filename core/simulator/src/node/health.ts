import { type Condition, type Taint, timestamp } from '@flotilla/sdk'
import type { Node, NodeStatus } from '../api/node.ts'

/** `true` on a node: its machine is off, until the annotation goes. */
export const downAnnotation = 'simulator.flotilla.dev/down'

/** Whether nobody hears of a node. */
export const isDown = ({ metadata }: Node): boolean => metadata.annotations?.[downAnnotation] === 'true'

const unreachable = 'node.kubernetes.io/unreachable'
const effects = ['NoSchedule', 'NoExecute'] as const

const up = { status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' } as const
const silent = {
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
} as const

const isReady = ({ type }: Condition): boolean => type === 'Ready'

/** What a node says of itself when it is up, or is said of it when it is not. The very same when it is said already. */
export function healthOf(node: Node, now: Date): NodeStatus | undefined {
  const { status } = node
  const wanted = isDown(node) ? silent : up
  const before = status?.conditions?.find(isReady)
  if (!before || before.status === wanted.status) return status
  const ready = { ...before, ...wanted, lastTransitionTime: timestamp(now) }
  return { ...status, conditions: (status?.conditions ?? []).map((each) => (isReady(each) ? ready : each)) }
}

/** The taints of a node that nobody hears of; the others it has stay. The very same when nothing changes. */
export function taintsOf(node: Node, now: Date): readonly Taint[] {
  const taints = node.spec?.taints ?? []
  const has = taints.some(({ key }) => key === unreachable)
  if (has === isDown(node)) return taints
  if (has) return taints.filter(({ key }) => key !== unreachable)
  return [...taints, ...effects.map((effect) => ({ key: unreachable, effect, timeAdded: timestamp(now) }))]
}
