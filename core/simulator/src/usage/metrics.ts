import { formatQuantity, type Manifest, type StringMap, timestamp } from '@flotilla/sdk'
import type { Node } from '../api/node.ts'
import type { Pod } from '../api/pod.ts'
import { type ContainerUsage, sum, type Usage } from './usage.ts'

const apiVersion = 'metrics.k8s.io/v1beta1'

/** As metrics-server has it. */
const window = '15s'

const written = ({ cpu, memory }: Usage): StringMap => ({
  cpu: formatQuantity(BigInt(cpu), 'DecimalSI'),
  memory: `${Math.round(memory / 1000 / 1024)}Ki`,
})

const measured = ({ metadata: { name, namespace, labels } }: Manifest, now: Date) => {
  const time = timestamp(now)
  const metadata = { name, ...(namespace && { namespace }), ...(labels && { labels }), creationTimestamp: time }
  return { metadata, timestamp: time, window }
}

/** What `kubectl top pods` asks for. */
export const podMetrics = (pod: Pod, containers: readonly ContainerUsage[], now: Date): Manifest => ({
  kind: 'PodMetrics',
  apiVersion,
  ...measured(pod, now),
  containers: containers.map(({ name, usage }) => ({ name, usage: written(usage) })),
})

/** What `kubectl top nodes` asks for: what the pods of a node use. */
export const nodeMetrics = (node: Node, pods: readonly (readonly ContainerUsage[])[], now: Date): Manifest => ({
  kind: 'NodeMetrics',
  apiVersion,
  ...measured(node, now),
  usage: written(sum(pods.flat().map(({ usage }) => usage))),
})
