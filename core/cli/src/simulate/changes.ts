import { stages } from '@flotilla/core'
import {
  type ApiEnablement,
  type Binding,
  type Client,
  type Cluster,
  clusterKind,
  clusterResourceBindingKind,
  groupOf,
  type Kind,
  keyOf,
  prune,
  resourceBindingKind,
  type Taint,
  timestamp,
} from '@flotilla/sdk'
import type { Written } from '../plan/files.ts'
import type { Scratch } from '../plan/scratch.ts'
import { inTurns } from '../plan/turns.ts'

/** What is to be thought of as done. */
export interface Changes {
  /** Clusters that everything has to leave that does not tolerate it. */
  readonly drain: readonly string[]
  /** Clusters that nothing may go to any more. */
  readonly cordon: readonly string[]
  readonly remove: readonly string[]
  /** Clusters that join. */
  readonly add: readonly Written[]
  /** Policies, or whatever else is applied. */
  readonly policies: readonly Written[]
  /** Whether everything is scheduled afresh. */
  readonly rebalance: boolean
}

const writesAtOnce = 64

const drained: Taint = { key: 'flotilla.dev/drained', effect: 'NoExecute' }
const cordoned: Taint = { key: 'flotilla.dev/cordoned', effect: 'NoSchedule' }

export const bindingKinds: readonly Kind<Binding>[] = [resourceBindingKind, clusterResourceBindingKind]

async function allOf(client: Client): Promise<readonly Cluster[]> {
  return (await client.list(clusterKind)).items
}

/** Throws with the first cluster that does not exist. */
export async function checkNames(client: Client, { drain, cordon, remove, add }: Changes): Promise<void> {
  const names = new Set((await allOf(client)).map(({ metadata }) => metadata.name))
  const unknown = [...drain, ...cordon, ...remove].find((name) => !names.has(name))
  if (unknown !== undefined)
    throw new Error(`there is no cluster ${unknown}; there are ${[...names].sort().join(', ') || 'none'}`)
  for (const { manifest, from } of add) {
    if (manifest.kind !== clusterKind.kind || groupOf(manifest.apiVersion) !== groupOf(clusterKind.apiVersion))
      throw new Error(`${from}: ${manifest.kind} ${manifest.metadata.name} is not a Cluster`)
    if (names.has(manifest.metadata.name))
      throw new Error(`${from}: there is a cluster ${manifest.metadata.name} already`)
  }
}

async function taint(client: Client, name: string, added: Taint): Promise<void> {
  const { spec } = (await client.get(clusterKind, { name })) ?? {}
  const taints = [...(spec?.taints ?? []), { ...added, timeAdded: timestamp(new Date()) }]
  await client.patch(clusterKind, { name }, { type: 'merge', body: { spec: { taints } } })
}

/** Every API that some cluster serves: a new one is thought to serve them all, unless it says what it serves. */
const servedSomewhere = (clusters: readonly Cluster[]): readonly ApiEnablement[] => {
  const resources = new Map<string, Map<string, NonNullable<ApiEnablement['resources']>[number]>>()
  for (const { groupVersion, resources: served = [] } of clusters.flatMap(
    ({ status }) => status?.apiEnablements ?? [],
  )) {
    const known = resources.get(groupVersion) ?? new Map()
    for (const resource of served) known.set(resource.kind, resource)
    resources.set(groupVersion, known)
  }
  return [...resources].map(([groupVersion, served]) => ({ groupVersion, resources: [...served.values()] }))
}

const complete = {
  type: 'CompleteAPIEnablements',
  status: 'True',
  reason: 'Complete',
  message: '',
  lastTransitionTime: '1970-01-01T00:00:00Z',
} as const

async function add(client: Client, cluster: Cluster): Promise<readonly string[]> {
  const { status = {} } = cluster
  const { name } = cluster.metadata
  const created = await client.create(clusterKind, prune({ ...cluster, status: undefined }) as Cluster)
  const known = status.apiEnablements
    ? status
    : { ...status, apiEnablements: servedSomewhere(await allOf(client)), conditions: [complete] }
  await client.update(clusterKind, { ...created, status: known }, { subresource: 'status' })
  return [
    ...(status.apiEnablements
      ? []
      : [`${name} does not say which APIs it serves: those of all other clusters are assumed`]),
    ...(status.resourceSummary
      ? []
      : [`${name} does not say how much room it has (status.resourceSummary): nothing is divided to it by room`]),
  ]
}

/** Changes the clusters. Answers what was assumed. */
export async function changeClusters(client: Client, changes: Changes): Promise<readonly string[]> {
  for (const name of changes.drain) await taint(client, name, drained)
  for (const name of changes.cordon) await taint(client, name, cordoned)
  const assumed: string[] = []
  for (const { manifest } of changes.add) assumed.push(...(await add(client, manifest as Cluster))) // it was looked at
  for (const name of changes.remove) await client.delete(clusterKind, { name })
  return assumed
}

const isIn = (names: ReadonlySet<string>, { spec }: Binding): boolean =>
  spec.clusters?.some(({ name }) => names.has(name)) ?? false

/** Every binding there is. */
export async function bindingsIn(client: Client): Promise<readonly Binding[]> {
  const lists = await Promise.all(bindingKinds.map((kind) => client.list(kind)))
  return lists.flatMap(({ items }, index) => items.map((item) => ({ ...item, kind: bindingKinds[index]?.kind ?? '' })))
}

const kindOf = ({ metadata }: Binding): Kind<Binding> =>
  metadata.namespace === undefined ? clusterResourceBindingKind : resourceBindingKind

/** Lets what is in drained clusters be evicted, at once: how fast it would be does not matter here. */
export async function evictDrained({ client, ask }: Scratch, { drain }: Changes): Promise<void> {
  const names = new Set(drain)
  if (names.size === 0) return
  const clusters = (await allOf(client)).filter(({ metadata }) => names.has(metadata.name))
  const inside = (await bindingsIn(client)).filter((binding) => isIn(names, binding))
  await inTurns(inside, writesAtOnce, async (binding) => {
    const there = new Set(binding.spec.clusters?.map(({ name }) => name))
    const own = clusters.filter(({ metadata }) => there.has(metadata.name))
    const first = await stages.evict(ask, { binding, clusters: own, now: Date.now() })
    const waits = first.begun.length === 0 && first.again !== undefined // a taint may be tolerated for a while
    const { spec, begun } = waits
      ? await stages.evict(ask, { binding, clusters: own, now: Date.now() + (first.again ?? 0) })
      : first
    if (begun.length === 0) return
    const { clusters: left, gracefulEvictionTasks } = spec
    const body = { spec: { clusters: left, gracefulEvictionTasks } }
    await client.patch(kindOf(binding), keyOf(binding), { type: 'merge', body })
  })
}

/** Asks for everything to be scheduled afresh. */
export async function rebalance({ client }: Scratch): Promise<void> {
  const body = { spec: { rescheduleTriggeredAt: timestamp(new Date()) } }
  const placed = (await bindingsIn(client)).filter(({ spec }) => spec.placement !== undefined)
  await inTurns(placed, writesAtOnce, (binding) =>
    client.patch(kindOf(binding), keyOf(binding), { type: 'merge', body }),
  )
}
