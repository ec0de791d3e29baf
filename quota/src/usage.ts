import { type Binding, isFields } from '@flotilla/sdk'
import { type Amounts, amountsOf } from './amounts.ts'

/** What a binding uses: in each cluster, and in all, with what it has yet to get back after it had to leave one. */
export interface Usage {
  readonly total: Amounts
  readonly byCluster: ReadonlyMap<string, Amounts>
}

const items = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter(isFields) : []

const count = (value: unknown): bigint =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? BigInt(value) : 0n

const onePod = 1000n

/** What one pod of a template asks for. */
export function podOf(requirements: unknown): Amounts {
  const request = amountsOf(isFields(requirements) ? requirements.resourceRequest : undefined)
  return new Map([...request, ['pods', onePod]])
}

function addTo(sum: Map<string, bigint>, amounts: Amounts, times: bigint): void {
  for (const [resource, amount] of amounts) sum.set(resource, (sum.get(resource) ?? 0n) + amount * times)
}

const times = (amounts: Amounts, factor: bigint): Amounts => {
  const product = new Map<string, bigint>()
  addTo(product, amounts, factor)
  return product
}

/** One of everything a workload of several templates has. */
function setOf(components: readonly Readonly<Record<string, unknown>>[]): Amounts {
  const set = new Map<string, bigint>()
  for (const { replicas, replicaRequirements } of components) addTo(set, podOf(replicaRequirements), count(replicas))
  return set
}

/**
 * How many replicas count: those that are placed, and of those that had to leave a cluster as many as are wanted back.
 * Nobody else takes what a workload loses by a failure.
 */
function countedReplicas(spec: Readonly<Record<string, unknown>>, placed: bigint): bigint {
  const leaving = items(spec.gracefulEvictionTasks).reduce((sum, { replicas }) => sum + count(replicas), 0n)
  const wanted = count(spec.replicas)
  const back = placed + leaving < wanted ? placed + leaving : wanted
  return back > placed ? back : placed
}

function measure({ spec }: Binding): Usage {
  const fields: unknown = spec // it may not have been looked at yet
  if (!isFields(fields)) return { total: new Map(), byCluster: new Map() }
  const clusters = items(fields.clusters)
  const components = items(fields.components)
  if (components.length > 0) {
    const set = setOf(components)
    const sets = BigInt(clusters.length || Math.min(1, items(fields.gracefulEvictionTasks).length))
    return { total: times(set, sets), byCluster: new Map(clusters.map(({ name }) => [String(name), set])) }
  }
  const pod = podOf(fields.replicaRequirements)
  const placed = clusters.reduce((sum, { replicas }) => sum + count(replicas), 0n)
  return {
    total: times(pod, countedReplicas(fields, placed)),
    byCluster: new Map(clusters.map(({ name, replicas }) => [String(name), times(pod, count(replicas))])),
  }
}

const usages = new WeakMap<Binding, Usage>()

/** What a binding uses. Bindings are frozen: each is measured once. */
export function usageOf(binding: Binding): Usage {
  const usage = usages.get(binding) ?? measure(binding)
  usages.set(binding, usage)
  return usage
}
