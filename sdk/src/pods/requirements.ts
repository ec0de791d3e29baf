import type { NodeClaim, ReplicaRequirements } from '../api/binding.ts'
import type { ResourceList } from '../manifest.ts'
import type { Needs } from '../points/interpret.ts'
import { formatQuantity, parseQuantity } from '../quantity.ts'
import type { Container, PodSpec } from './template.ts'

const isHugePages = (name: string): boolean => name.startsWith('hugepages-')

/** Extended resources and the scalar ones of Kubernetes have a prefix; anything else is something nobody can estimate. */
const isCounted = (name: string): boolean =>
  name === 'cpu' ||
  name === 'memory' ||
  name === 'ephemeral-storage' ||
  name === 'pods' ||
  isHugePages(name) ||
  name.startsWith('attachable-volumes-') ||
  (name.includes('/') && !name.startsWith('requests.'))

/** CPU is counted in thousandths, everything else in whole units, rounded up. */
function amountOf(name: string, quantity: string | number): bigint {
  const milli = parseQuantity(quantity)
  return name === 'cpu' ? milli : ((milli + 999n) / 1000n) * 1000n
}

/** How an amount comes to what there is already. */
type Merge = (before: bigint, amount: bigint) => bigint

const plus: Merge = (before, amount) => before + amount
const larger: Merge = (before, amount) => (before > amount ? before : amount)

/** Merges a list into amounts. This is asked of every workload again and again: nothing is made on the way. */
function merge(amounts: Map<string, bigint>, list: ResourceList, how: Merge): void {
  for (const name of Object.keys(list)) {
    if (isCounted(name)) amounts.set(name, how(amounts.get(name) ?? 0n, amountOf(name, list[name] ?? 0)))
  }
}

/** What is not requested is what the limit says. */
const requested = ({ resources: { requests, limits } = {} }: Container): ResourceList =>
  limits ? { ...limits, ...requests } : (requests ?? {})

const isBinary = (name: string): boolean => name === 'memory' || name === 'ephemeral-storage' || isHugePages(name)

/**
 * What a scheduler sets aside for a pod: its containers together, or its most demanding init container where that is
 * more, and the overhead of its runtime. Undefined when it asks for nothing.
 */
export function resourceRequest({ containers = [], initContainers = [], overhead }: PodSpec): ResourceList | undefined {
  const amounts = new Map<string, bigint>()
  for (const container of containers) merge(amounts, requested(container), plus)
  for (const container of initContainers) merge(amounts, requested(container), larger)
  if (overhead) merge(amounts, overhead, plus)
  const positive = [...amounts].filter(([, amount]) => amount > 0n)
  if (positive.length === 0) return undefined
  return Object.fromEntries(
    positive.map(([name, amount]) => [name, formatQuantity(amount, isBinary(name) ? 'BinarySI' : 'DecimalSI')]),
  )
}

function nodeClaim({ nodeSelector, tolerations = [], affinity }: PodSpec): NodeClaim | undefined {
  const hardNodeAffinity = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  const claim: NodeClaim = {
    ...(hardNodeAffinity && { hardNodeAffinity }),
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations.length > 0 && { tolerations }),
  }
  return Object.keys(claim).length > 0 ? claim : undefined
}

/** How many replicas, and what one of them needs of a cluster. */
export function needs(replicas: number, spec: PodSpec = {}): Needs {
  const claim = nodeClaim(spec)
  const request = resourceRequest(spec)
  const { priorityClassName } = spec
  if (!claim && !request && !priorityClassName) return { replicas }
  const requirements: ReplicaRequirements = {
    ...(claim && { nodeClaim: claim }),
    ...(request && { resourceRequest: request }),
    ...(priorityClassName && { priorityClassName }),
  }
  return { replicas, requirements }
}
