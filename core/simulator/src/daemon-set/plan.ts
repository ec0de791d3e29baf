import type { Node } from '../api/node.ts'
import type { NodeSelectorTerm, Pod, PodSpec } from '../api/pod.ts'
import type { DaemonSet, DaemonSetStatus } from '../api/workloads.ts'
import { templateHash } from '../names.ts'
import { mismatch } from '../node/fit.ts'
import { isActive, isReady, untilAvailable } from '../pod/condition.ts'
import type { PodDraft } from '../pod/pods.ts'
import { resolveShare } from '../share.ts'

export const revisionLabel = 'controller-revision-hash'

/** Daemons stay where nothing else would. */
const tolerations: PodSpec['tolerations'] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
]

const withTolerations = (spec: PodSpec): PodSpec => ({
  ...spec,
  tolerations: [...(spec.tolerations ?? []), ...(tolerations ?? [])],
})

const field = 'metadata.name'

/** A pod that may run on one node only. */
export function podDraft(
  { spec: { template }, metadata }: DaemonSet,
  { metadata: { name: node } }: Node,
  name: string,
): PodDraft {
  const { affinity } = template.spec
  const onNode: NodeSelectorTerm = { matchFields: [{ key: field, operator: 'In', values: [node] }] }
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [onNode] } }
  const nodeAffinity = { ...affinity?.nodeAffinity, ...required }
  return {
    name,
    generateName: `${metadata.name}-`,
    labels: { [revisionLabel]: templateHash(template) },
    spec: { affinity: { ...affinity, nodeAffinity }, tolerations: withTolerations(template.spec).tolerations ?? [] },
  }
}

/** The node a pod is for, scheduled or not. */
export function nodeOf({ spec: { affinity } }: Pod): string | undefined {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return terms?.[0]?.matchFields?.find(({ key }) => key === field)?.values?.[0]
}

/** What to do next. */
export interface Steps {
  /** Nodes without a pod. */
  readonly create: readonly Node[]
  readonly remove: readonly Pod[]
}

const isAvailable = (pod: Pod, { spec: { minReadySeconds = 0 } }: DaemonSet, now: Date): boolean =>
  untilAvailable(pod, minReadySeconds, now) === 0

/** As many pods of an old template as may be missing beside those that are; those that do not work are missing anyway. */
function outdated(set: DaemonSet, pods: readonly Pod[], wanted: number, now: Date): readonly Pod[] {
  const { type = 'RollingUpdate', rollingUpdate: { maxUnavailable = 1 } = {} } = set.spec.updateStrategy ?? {}
  if (type === 'OnDelete') return []
  const hash = templateHash(set.spec.template)
  const old = pods.filter((pod) => pod.metadata.labels?.[revisionLabel] !== hash)
  const broken = old.filter((pod) => !isAvailable(pod, set, now))
  const working = old.filter((pod) => isAvailable(pod, set, now))
  const unavailable = wanted - pods.filter((pod) => isAvailable(pod, set, now)).length
  const allowed = Math.max(1, resolveShare(maxUnavailable, wanted, 'up')) - unavailable
  return [...broken, ...working.slice(0, Math.max(0, allowed))]
}

const isFor = ({ spec: { template } }: DaemonSet, node: Node): boolean =>
  mismatch(withTolerations(template.spec), node) === undefined

/** What comes next: a pod for each node it may run on, and none elsewhere. */
export function planDaemonSet(set: DaemonSet, nodes: readonly Node[], all: readonly Pod[], now: Date): Steps {
  const wanted = nodes.filter((node) => isFor(set, node))
  const names = new Set(wanted.map(({ metadata }) => metadata.name))
  const pods = all.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const active = pods.filter((pod) => isActive(pod) && names.has(nodeOf(pod) ?? ''))
  const byNode = Map.groupBy(active, (pod) => nodeOf(pod) ?? '')
  const single = [...byNode.values()].flatMap(([first]) => (first ? [first] : []))
  const surplus = pods.filter((pod) => !single.includes(pod))
  const create = wanted.filter(({ metadata }) => !byNode.has(metadata.name))
  return { create, remove: [...surplus, ...outdated(set, single, wanted.length, now)] }
}

/** What a DaemonSet says of its pods. */
export function daemonSetStatus(
  set: DaemonSet,
  nodes: readonly Node[],
  all: readonly Pod[],
  now: Date,
): DaemonSetStatus {
  const wanted = new Set(nodes.filter((node) => isFor(set, node)).map(({ metadata }) => metadata.name))
  const pods = all.filter(isActive)
  const placed = pods.filter((pod) => wanted.has(nodeOf(pod) ?? ''))
  const hash = templateHash(set.spec.template)
  const updated = placed.filter((pod) => pod.metadata.labels?.[revisionLabel] === hash).length
  const available = placed.filter((pod) => isAvailable(pod, set, now)).length
  const unavailable = wanted.size - available
  return {
    currentNumberScheduled: placed.length,
    numberMisscheduled: pods.length - placed.length,
    desiredNumberScheduled: wanted.size,
    numberReady: placed.filter(isReady).length,
    ...(set.metadata.generation && { observedGeneration: set.metadata.generation }),
    ...(updated > 0 && { updatedNumberScheduled: updated }),
    ...(available > 0 && { numberAvailable: available }),
    ...(unavailable > 0 && { numberUnavailable: unavailable }),
  }
}
