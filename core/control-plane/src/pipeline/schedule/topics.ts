import {
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
const limitOf = (about: Manifest, field: string): Topic => `${quotaOf(about)}/${field}`

/** What a binding waits for that quotas have refused: what they said there is too little of, or any quota of its namespace. */
export function topicsOfRefusal(binding: Binding, fields: readonly string[]): readonly Topic[] {
  return fields.length > 0 ? fields.map((field) => limitOf(binding, field)) : [quotaOf(binding)]
}

/** Thousandths that are left of each limit; without a limit there is no end of it. */
function leftOf({ spec, status }: FederatedResourceQuota): ReadonlyMap<string, bigint> {
  const used = status?.overallUsed ?? {}
  return new Map(
    Object.entries(spec.overall).map(([name, limit]) => [name, parseQuantity(limit) - parseQuantity(used[name] ?? 0)]),
  )
}

/** What a change of a quota is good for: the limits of which there is more left than before. */
export function topicsOfQuota({ before, after, initial }: Change<FederatedResourceQuota>): readonly Topic[] {
  if (initial || !before) return []
  const left = after && leftOf(after)
  const freed = [...leftOf(before)].filter(([name, amount]) => (left?.get(name) ?? amount + 1n) > amount)
  const isOther = after && !deepEqual(before.metadata.annotations, after.metadata.annotations)
  const all = isOther ? [...leftOf(before).keys()] : freed.map(([name]) => name)
  return all.length > 0
    ? [quotaOf(before), ...all.map((name) => limitOf(before, `${before.metadata.name}[${name}]`))]
    : []
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
