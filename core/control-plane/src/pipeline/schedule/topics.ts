import {
  accountsOf,
  type Binding,
  type Change,
  type Cluster,
  deepEqual,
  type FederatedResourceQuota,
  findCondition,
  type Hope,
  type Manifest,
  parseQuantity,
  type Resolver,
  roomIn,
  type SharedResourceQuota,
} from '@flotilla/sdk'

/** Something that may happen and help: a word of the resolvers, with whose where that matters. */
export type Topic = string

/** A cluster comes. */
export const arrival: Topic = 'cluster'

/** A cluster has more room. */
export const room: Topic = 'room'

/** A cluster's room is not what it was, and not more. */
export const traffic: Topic = 'traffic'

/** Any change of a cluster. */
const anything: Topic = 'anything'

export const quotaOf = ({ metadata }: Manifest): Topic => `quota ${metadata.namespace ?? ''}`

/** What is left of a limit of a quota, as a refusal names it: `name[resource]`. */
const limitOf = (about: Topic, field: string): Topic => `${about}/${field}`

/** Something there is more of, and how much there is of it where that is known. */
export interface Freed {
  readonly topic: Topic
  readonly left?: bigint
}

/** A limit that a quota's refusal names, and how much more is needed of it. */
export interface Lack {
  readonly field: string
  /** Thousandths; undefined where that is not said. */
  readonly needed?: bigint
}

/** What a binding waits for that quotas have refused: what they said there is too little of, or any quota of its namespace. */
export function topicsOfRefusal(binding: Binding, lacks: readonly Lack[]): ReadonlyMap<Topic, bigint | undefined> {
  const about = quotaOf(binding)
  if (lacks.length === 0) return new Map([[about, undefined]])
  return new Map(lacks.map(({ field, needed }) => [limitOf(about, field), needed]))
}

/** Thousandths that are left of each limit; without a limit there is no end of it. */
function leftOf({ spec, status }: FederatedResourceQuota): ReadonlyMap<string, bigint> {
  const used = status?.overallUsed ?? {}
  return new Map(
    Object.entries(spec.overall).map(([name, limit]) => [name, parseQuantity(limit) - parseQuantity(used[name] ?? 0)]),
  )
}

/** What a change of a quota is good for: the limits of which there is more left than before. */
export function topicsOfQuota({ before, after, initial }: Change<FederatedResourceQuota>): readonly Freed[] {
  if (initial || !before) return []
  const about = quotaOf(before)
  const left = after && leftOf(after)
  const isOther = after && !deepEqual(before.metadata.annotations, after.metadata.annotations)
  const freed = [...leftOf(before)].flatMap(([name, amount]): readonly Freed[] => {
    const now = left?.get(name)
    const topic = limitOf(about, `${before.metadata.name}[${name}]`)
    if (isOther || now === undefined) return [{ topic }]
    return now > amount ? [{ topic, left: now }] : []
  })
  return freed.length > 0 ? [{ topic: about }, ...freed] : []
}

interface Room {
  readonly about: Topic
  readonly left: bigint
}

/** What is left of each limit of a shared quota for each of its namespaces, by how refusals name it. */
function roomsOf(quota: SharedResourceQuota): ReadonlyMap<Topic, Room> {
  const rooms = [...accountsOf(quota)].flatMap(([resource, account]) =>
    [...account.standings.keys()].map((namespace) => {
      const about = quotaOf({ ...quota, metadata: { namespace, name: '' } })
      const topic = limitOf(about, `${quota.kind}/${quota.metadata.name}[${resource}]`)
      return [topic, { about, left: roomIn(account, namespace) }] as const
    }),
  )
  return new Map(rooms)
}

/** What a change of a shared quota is good for: where there is more left for a namespace than before. */
export function topicsOfShared({ before, after, initial }: Change<SharedResourceQuota>): readonly Freed[] {
  if (initial || !before) return []
  const now = after && roomsOf(after)
  return [...roomsOf(before)].flatMap(([topic, { about, left: amount }]): readonly Freed[] => {
    const left = now?.get(topic)?.left
    if (left === undefined) return [{ topic: about }, { topic }]
    return left > amount ? [{ topic: about }, { topic, left }] : []
  })
}

const groupsOf = ({ metadata, spec: { workloadAffinityGroups: groups } }: Binding): readonly Topic[] =>
  [groups?.affinityGroup, groups?.antiAffinityGroup]
    .filter((group) => group)
    .map((group) => `bindings ${metadata.namespace ?? ''}/${group}`)

/** Others are looked at by group; a binding without one is some plugin's of which no more is known. */
function companionsOf(binding: Binding): readonly Topic[] {
  const groups = groupsOf(binding)
  return groups.length > 0 ? groups : ['bindings']
}

/** What a binding waits for that nobody takes. */
export function topicsFor(binding: Binding, { resolvedBy }: Hope): readonly Topic[] {
  if (!resolvedBy) return [arrival, anything, room, traffic]
  const named = resolvedBy.flatMap((resolver) => {
    if (resolver === 'bindings') return companionsOf(binding)
    if (resolver === 'room') return [room, traffic]
    return resolver === 'quota' ? [quotaOf(binding)] : [resolver]
  })
  const isOnlyQuota = resolvedBy.length === 1 && resolvedBy[0] === 'quota' // with more clusters it is no more
  return isOnlyQuota ? named : [arrival, ...named]
}

const complete = ({ status }: Cluster) => findCondition(status?.conditions, 'CompleteAPIEnablements')?.status

/** What of a cluster each word means. */
const aspects = {
  labels: ({ metadata }) => metadata.labels,
  taints: ({ spec }) => spec.taints,
  spec: ({ spec: { taints: _, ...others } }) => others,
  apis: (cluster) => [cluster.status?.apiEnablements, complete(cluster)],
  conditions: ({ status }) => status?.conditions?.map(({ type, status, reason }) => [type, status, reason]),
  /** What only expressions speak of. */
  rest: ({ metadata, status }) => [metadata.annotations, status?.kubernetesVersion, status?.nodeSummary?.totalNum],
} satisfies Partial<Readonly<Record<Resolver | 'rest', (cluster: Cluster) => unknown>>>

export type Aspect = keyof typeof aspects

/** Whether something of a cluster is not what it was. */
export const differs = (aspect: Aspect, before: Cluster, after: Cluster): boolean =>
  !deepEqual(aspects[aspect](before), aspects[aspect](after))

export const allButRoom = [
  'labels',
  'taints',
  'spec',
  'apis',
  'conditions',
  'rest',
] as const satisfies readonly Aspect[]

/** What a change of a cluster is good for, at once. One that goes helps nobody; its room is heard of apart. */
export function topicsOfCluster({ before, after }: Change<Cluster>): readonly Topic[] {
  if (!after || after.metadata.deletionTimestamp) return []
  if (!before) return [arrival]
  const others = allButRoom.filter((aspect) => differs(aspect, before, after))
  return others.length > 0 ? [...others, anything] : others
}

const namesOf = (binding: Binding | undefined): readonly string[] =>
  binding?.spec.clusters?.map(({ name }) => name) ?? []

const isPlaced = (binding: Binding | undefined): binding is Binding => namesOf(binding).length > 0

/** Who hears of it that a binding is elsewhere, gone, or of another group. One that is nowhere means nothing to others. */
export function topicsOfMove({ before, after, initial }: Change<Binding>): readonly Topic[] {
  const [was, is] = [before, after].map((binding) => (isPlaced(binding) ? groupsOf(binding) : []))
  if (initial || (deepEqual(namesOf(before), namesOf(after)) && deepEqual(was, is))) return []
  return ['bindings', ...new Set([...(was ?? []), ...(is ?? [])])]
}
