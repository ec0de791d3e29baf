import {
  type Component,
  compareQuantities,
  formatOf,
  formatQuantity,
  type interpret,
  parseQuantity,
  pods,
  type ReplicaRequirements,
  type ResourceList,
} from '@flotilla/sdk'

/** One of several pod templates of a workload, and what a pod of it needs. */
export const component = (name: string, replicas: number, spec?: pods.PodSpec): Component =>
  componentOf(name, replicas, pods.needs(replicas, spec).requirements)

const componentOf = (name: string, replicas: number, requirements?: ReplicaRequirements): Component => ({
  name,
  replicas,
  ...(requirements && { replicaRequirements: requirements }),
})

/** Amounts as they were written, where they were. */
export type Requests = Readonly<Record<string, string | number | undefined>>

/** As Kubernetes writes amounts. Those of containers are rounded up to whole bytes; these stay as they are. */
function exactly(requests: Requests): ResourceList | undefined {
  const amounts = Object.entries(requests).flatMap(([name, amount = 0]) => {
    const milli = parseQuantity(amount)
    return milli > 0n ? [[name, formatQuantity(milli, formatOf(amount))] as const] : []
  })
  return amounts.length > 0 ? Object.fromEntries(amounts) : undefined
}

/** So many pods that ask for this, and may run there. */
export function asking(replicas: number, requests: Requests, where: pods.PodSpec): interpret.Needs {
  const resourceRequest = exactly(requests)
  const requirements = { ...pods.needs(replicas, where).requirements, ...(resourceRequest && { resourceRequest }) }
  return { replicas, ...(Object.keys(requirements).length > 0 && { requirements }) }
}

/** The same, as one of several. */
export const componentAsking = (name: string, replicas: number, requests: Requests, where: pods.PodSpec): Component =>
  componentOf(name, replicas, asking(replicas, requests, where).requirements)

/** The most any of these asks for, resource by resource. */
export function largest(all: readonly Requests[]): Requests {
  const most = new Map<string, string | number>()
  for (const [name, amount] of all.flatMap((requests) => Object.entries(requests))) {
    if (amount !== undefined && compareQuantities(amount, most.get(name) ?? 0) > 0) most.set(name, amount)
  }
  return Object.fromEntries(most)
}

type Placing = {
  readonly [K in 'nodeSelector' | 'tolerations' | 'affinity' | 'priorityClassName']?: pods.PodSpec[K] | undefined
}

/** Of what is said of a pod, where it may run, and who has to make room for it. */
export const placing = ({ nodeSelector, tolerations, affinity, priorityClassName }: Placing): pods.PodSpec => ({
  ...(nodeSelector && { nodeSelector }),
  ...(tolerations && { tolerations }),
  ...(affinity && { affinity }),
  ...(priorityClassName && { priorityClassName }),
})
