import type { NodeClaim, ReplicaRequirements } from '../api/binding.ts'
import type { ResourceList } from '../manifest.ts'
import type { Needs } from '../points/interpret.ts'
import { formatQuantity, parseQuantity } from '../quantity.ts'
import type { Container, PodSpec } from './template.ts'

/** Amounts by resource name, in thousandths. */
type Amounts = ReadonlyMap<string, bigint>

const isHugePages = (name: string): boolean => name.startsWith('hugepages-')

/** Extended resources and the scalar ones of Kubernetes have a prefix; anything else is something nobody can estimate. */
const isCounted = (name: string): boolean =>
  ['cpu', 'memory', 'ephemeral-storage', 'pods'].includes(name) ||
  isHugePages(name) ||
  name.startsWith('attachable-volumes-') ||
  (name.includes('/') && !name.startsWith('requests.'))

/** CPU is counted in thousandths, everything else in whole units, rounded up. */
function amountOf(name: string, quantity: string | number): bigint {
  const milli = parseQuantity(quantity)
  return name === 'cpu' ? milli : ((milli + 999n) / 1000n) * 1000n
}

const amounts = (list: ResourceList = {}): Amounts =>
  new Map(
    Object.entries(list)
      .filter(([name]) => isCounted(name))
      .map(([name, quantity]) => [name, amountOf(name, quantity)]),
  )

/** What is not requested is what the limit says. */
const requested = ({ resources: { requests, limits } = {} }: Container): Amounts => amounts({ ...limits, ...requests })

const merged = (a: Amounts, b: Amounts, merge: (a: bigint, b: bigint) => bigint): Amounts =>
  new Map([...a, ...[...b].map(([name, amount]) => [name, merge(a.get(name) ?? 0n, amount)] as const)])

const plus = (a: bigint, b: bigint): bigint => a + b
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)

const isBinary = (name: string): boolean => name === 'memory' || name === 'ephemeral-storage' || isHugePages(name)

/**
 * What a scheduler sets aside for a pod: its containers together, or its most demanding init container where that is
 * more, and the overhead of its runtime. Undefined when it asks for nothing.
 */
export function resourceRequest({ containers = [], initContainers = [], overhead }: PodSpec): ResourceList | undefined {
  const running = containers.map(requested).reduce((sum, each) => merged(sum, each, plus), amounts())
  const started = initContainers.map(requested).reduce((most, each) => merged(most, each, larger), running)
  const positive = [...merged(started, amounts(overhead), plus)].filter(([, amount]) => amount > 0n)
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
  const [claim, request, { priorityClassName }] = [nodeClaim(spec), resourceRequest(spec), spec]
  if (!claim && !request && !priorityClassName) return { replicas }
  const requirements: ReplicaRequirements = {
    ...(claim && { nodeClaim: claim }),
    ...(request && { resourceRequest: request }),
    ...(priorityClassName && { priorityClassName }),
  }
  return { replicas, requirements }
}
