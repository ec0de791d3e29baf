import {
  findCondition,
  formatQuantity,
  type Kind,
  type Manifest,
  type ObjectMeta,
  parseQuantity,
  type ResourceList,
  type ResourceModel,
  type ResourceSummary,
} from '@flotilla/sdk'
import type { Node, Pod } from './kinds.ts'

/** Thousandths by resource name. */
export type Amounts = Readonly<Record<string, bigint>>

type Identity = Pick<ObjectMeta, 'name' | 'namespace' | 'uid' | 'resourceVersion'>

/** What is kept of a node. */
export interface NodeFacts {
  readonly metadata: Identity
  readonly isReady: boolean
  readonly allocatable: Amounts
}

/** What is kept of a pod. */
export interface PodFacts {
  readonly metadata: Identity
  /** Where it runs; undefined while it waits for a place. */
  readonly node?: string
  /** Whether it has come to its end and needs nothing any more. */
  readonly isOver: boolean
  readonly requests: Amounts
}

export const nodeFactsKind: Kind<NodeFacts> = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', scope: 'Cluster' }
export const podFactsKind: Kind<PodFacts> = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', scope: 'Namespaced' }

const nothing: Amounts = Object.freeze({})

const amountsOf = (list: ResourceList = {}): Amounts =>
  Object.fromEntries(Object.entries(list).map(([name, quantity]) => [name, parseQuantity(quantity)]))

/** The sum of each resource. */
function sum(all: Iterable<Amounts>): Amounts {
  const total: Record<string, bigint> = {}
  for (const amounts of all) for (const name in amounts) total[name] = (total[name] ?? 0n) + (amounts[name] ?? 0n)
  return total
}

const larger = (a: bigint, b: bigint): bigint => (a < b ? b : a)

/** The largest amount of each resource. */
function most(all: Iterable<Amounts>): Amounts {
  const largest: Record<string, bigint> = {}
  for (const amounts of all)
    for (const name in amounts) largest[name] = larger(largest[name] ?? 0n, amounts[name] ?? 0n)
  return largest
}

/** What is left of each resource of the first. */
const less = (a: Amounts, b: Amounts): Amounts =>
  Object.fromEntries(Object.entries(a).map(([name, amount]) => [name, amount - (b[name] ?? 0n)]))

const identityOf = ({ metadata: { name, namespace, uid, resourceVersion } }: Manifest): Identity => ({
  name,
  ...(namespace && { namespace }),
  ...(uid && { uid }),
  ...(resourceVersion && { resourceVersion }),
})

/** Keeps of a node what is counted. */
export const nodeFacts = (node: Node): NodeFacts => ({
  metadata: identityOf(node),
  isReady: findCondition(node.status?.conditions, 'Ready')?.status === 'True',
  allocatable: amountsOf(node.status?.allocatable),
})

/**
 * What a pod asks for: its containers and sidecars together, or the greediest of those that run before them, beside the
 * sidecars already there; what is said of the pod as a whole in place of that; and its overhead.
 */
function requestsOf({ spec }: Pod): Amounts {
  let sidecars = nothing
  const before = (spec?.initContainers ?? []).map(({ restartPolicy, resources }) => {
    const running = sum([sidecars, amountsOf(resources?.requests)])
    if (restartPolicy === 'Always') sidecars = running
    return running
  })
  const together = sum([sidecars, ...(spec?.containers ?? []).map(({ resources }) => amountsOf(resources?.requests))])
  const needed = { ...most([together, ...before]), ...amountsOf(spec?.resources?.requests) }
  return sum([needed, amountsOf(spec?.overhead)])
}

/** Keeps of a pod what is counted. */
export function podFacts(pod: Pod): PodFacts {
  const { phase } = pod.status ?? {}
  const isOver = phase === 'Succeeded' || phase === 'Failed'
  const node = pod.spec?.nodeName
  return { metadata: identityOf(pod), ...(node && { node }), isOver, requests: isOver ? nothing : requestsOf(pod) }
}

/** Memory and the like are written in powers of two, everything else in powers of ten. */
const isBinary = (name: string): boolean =>
  name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-')

const listOf = (amounts: Amounts): ResourceList =>
  Object.fromEntries(
    Object.entries(amounts)
      .filter(([, amount]) => amount > 0n)
      .map(([name, amount]) => [name, formatQuantity(amount, isBinary(name) ? 'BinarySI' : 'DecimalSI')]),
  )

const counted = (pods: readonly PodFacts[]): Amounts => ({
  ...sum(pods.map(({ requests }) => requests)),
  pods: BigInt(pods.length) * 1000n,
})

export const nodeSummary = (nodes: readonly NodeFacts[]) => ({
  totalNum: nodes.length,
  readyNum: nodes.filter(({ isReady }) => isReady).length,
})

/** What a node has left; undefined when it takes no more pods. */
function leftOn(node: NodeFacts, pods: readonly PodFacts[]): Amounts | undefined {
  const left = less(node.allocatable, counted(pods))
  return (left.pods ?? 0n) > 0n ? left : undefined
}

/** The highest grade of which a node has the least of every resource; -1 when it has that of none. */
function gradeOf(left: Amounts, models: readonly ResourceModel[]): number {
  const resources = models[0]?.ranges.map(({ name }) => name) ?? []
  const grades = resources.map((name) =>
    models.findLastIndex(({ ranges }) => {
      const min = ranges.find((range) => range.name === name)?.min
      return min !== undefined && parseQuantity(min) <= (left[name] ?? 0n)
    }),
  )
  return Math.min(...grades)
}

/** How many nodes there are of each grade, by what they have left. */
function modelled(
  nodes: readonly NodeFacts[],
  running: ReadonlyMap<string, readonly PodFacts[]>,
  models: readonly ResourceModel[],
) {
  const counts = models.map(({ grade }) => ({ grade, count: 0 }))
  for (const node of nodes) {
    const left = leftOn(node, running.get(node.metadata.name) ?? [])
    const place = left && counts[gradeOf(left, models)]
    if (place) place.count++
  }
  return counts
}

/** What a cluster has, what is in use, and what waits for a place. Nodes are graded when the cluster has models. */
export function resourceSummary(
  nodes: readonly NodeFacts[],
  pods: readonly PodFacts[],
  models: readonly ResourceModel[] = [],
): ResourceSummary {
  const waiting = pods.filter(({ node, isOver }) => node === undefined && !isOver)
  const running = pods.filter(({ node, isOver }) => node !== undefined && !isOver)
  const summary = {
    allocatable: listOf(sum(nodes.map(({ allocatable }) => allocatable))),
    allocating: listOf(counted(waiting)),
    allocated: listOf(counted(running)),
  }
  if (models.length === 0) return summary
  const byNode = Map.groupBy(running, ({ node = '' }) => node)
  return { ...summary, allocatableModelings: modelled(nodes, byNode, models) }
}
