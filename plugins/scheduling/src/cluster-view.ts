import { Real } from '@flotilla/cel'
import { type Cluster, deepFreeze, parseQuantity, type ResourceList, type ResourceSummary } from '@flotilla/sdk'

const entriesOf = (list: ResourceList = {}): readonly (readonly [name: string, amount: number])[] =>
  Object.entries(list).map(([name, quantity]) => [name, Number(parseQuantity(quantity)) / 1000])

const reals = (amounts: ReadonlyMap<string, number>): Readonly<Record<string, Real>> =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, new Real(amount)]))

/** Amounts as numbers of cores, bytes and pods; what is neither taken nor claimed is `free`. */
function summaryOf({ allocatable, allocated, allocating }: ResourceSummary = {}): object {
  const [all, used, claimed] = [allocatable, allocated, allocating].map((list) => new Map(entriesOf(list)))
  const rest = (name: string, amount: number): number => amount - (used?.get(name) ?? 0) - (claimed?.get(name) ?? 0)
  const free = new Map([...(all ?? [])].map(([name, amount]) => [name, rest(name, amount)]))
  const lists = { allocatable: all, allocated: used, allocating: claimed, free }
  return Object.fromEntries(Object.entries(lists).map(([name, amounts = new Map()]) => [name, reals(amounts)]))
}

function viewOf({ metadata, spec, status }: Cluster): object {
  const { name, labels = {}, annotations = {} } = metadata
  const { provider = '', region = '', zone = '', zones = [], syncMode, taints = [] } = spec
  const {
    kubernetesVersion = '',
    apiEnablements = [],
    conditions = [],
    nodeSummary = {},
    resourceSummary,
  } = status ?? {}
  const { totalNum = 0, readyNum = 0 } = nodeSummary
  return {
    metadata: { name, labels, annotations },
    spec: {
      provider,
      region,
      zone,
      zones,
      syncMode,
      taints: taints.map(({ key, value = '', effect }) => ({ key, value, effect })),
    },
    status: {
      kubernetesVersion,
      apiEnablements: apiEnablements.map(({ groupVersion, resources = [] }) => ({ groupVersion, resources })),
      conditions: conditions.map(({ type, status, reason, message }) => ({ type, status, reason, message })),
      nodeSummary: { totalNum, readyNum },
      resourceSummary: summaryOf(resourceSummary),
    },
  }
}

const views = new WeakMap<Cluster, object>()

/** What an expression sees of a cluster. What is not set is empty, so that most expressions need no `has`. */
export function clusterView(cluster: Cluster): object {
  const known = views.get(cluster)
  if (known) return known
  const made = deepFreeze(viewOf(cluster))
  views.set(cluster, made)
  return made
}
