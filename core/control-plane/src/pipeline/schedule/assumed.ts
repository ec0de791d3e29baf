import {
  type Binding,
  type BindingSpec,
  type Change,
  type Component,
  keyOf,
  keyText,
  type schedule,
  type TargetCluster,
} from '@flotilla/sdk'

/** How long room is kept for what never says that it is healthy. */
const longest = 5 * 60_000

/** Replicas of one pod template, in one cluster. */
interface Piece {
  readonly namespace: string | undefined
  readonly component: Component
}

/** The pieces of a binding in one cluster, by pod template, and until when room is kept for them. */
interface Kept {
  readonly until: number
  readonly pieces: ReadonlyMap<string, Piece>
}

type Workloads = readonly schedule.AssumedWorkload[]

const componentsOf = ({
  components = [],
  replicas = 0,
  replicaRequirements,
  resource,
}: BindingSpec): readonly Component[] =>
  components.length > 0
    ? components
    : [{ name: resource.name, replicas, ...(replicaRequirements && { replicaRequirements }) }]

/** How many replicas of a pod template a target means; none when it is no target. */
function replicasIn(target: TargetCluster | undefined, { name, replicas }: Component, isSet: boolean): number {
  if (!target) return 0
  if (!isSet) return target.replicas ?? replicas
  return target.components?.find((each) => each.name === name)?.replicas ?? replicas
}

/** How often room that was kept too long is looked for. */
const sweep = 60_000

/**
 * What was given to clusters and may not run there yet: who is scheduled next must not be given the same room. Kept until
 * the cluster says that the binding is healthy, until the binding leaves it, or for five minutes. Nothing is written; a
 * new start begins with nothing in mind.
 */
export class Assumed {
  readonly #bindings = new Map<string, ReadonlyMap<string, Kept>>()
  /** The pieces of all bindings, by cluster and pod template. */
  readonly #sums = new Map<string, Map<string, Piece>>()
  /** What was made of the sums of a cluster, until they change. */
  readonly #made = new Map<string, Workloads>()
  #turn: Promise<unknown> = Promise.resolve()
  #sweptAt = 0

  /** Runs steps one after the other: each decides on what the one before it has given away. */
  async inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step)
    this.#turn = turn.catch(() => undefined) // whoever waits for it is told
    return turn
  }

  /** Keeps room for what targets mean beyond those there are. Returns what forgets that again. */
  place(binding: Binding, targets: readonly TargetCluster[], now: number): () => void {
    const text = keyText(keyOf(binding))
    const before = this.#bindings.get(text)
    const grownTo = targets.map(
      (target) => [target.name, grown(binding, target, before?.get(target.name), now)] as const,
    )
    this.#set(text, new Map(grownTo.flatMap(([cluster, kept]) => (kept ? [[cluster, kept]] : []))))
    return () => this.#set(text, before ?? new Map())
  }

  /** Gives room back when a cluster says that all is well, or a binding has left it or is gone. Answers whether it did. */
  heard({ before, after }: Change<Binding>): boolean {
    const binding = after ?? before
    if (!binding) return false
    return this.#keep(keyText(keyOf(binding)), (_, cluster) => before && after && !isOver(cluster, before, after))
  }

  /** What to keep in mind of each cluster. */
  byCluster(now: number): schedule.PerCluster<Workloads> {
    if (now - this.#sweptAt >= sweep) {
      for (const text of [...this.#bindings.keys()]) this.#keep(text, ({ until }) => until > now)
      this.#sweptAt = now
    }
    return Object.fromEntries([...this.#sums.keys()].map((cluster) => [cluster, this.#in(cluster)]))
  }

  #in(cluster: string): Workloads {
    const made = this.#made.get(cluster) ?? [...(this.#sums.get(cluster)?.values() ?? [])].map(workloadOf)
    this.#made.set(cluster, made)
    return made
  }

  /** Keeps of a binding what is still to come. Answers whether that is less than before. */
  #keep(text: string, isToCome: (kept: Kept, cluster: string) => boolean | undefined): boolean {
    const kept = this.#bindings.get(text)
    if (!kept) return false
    const left = [...kept].filter(([cluster, each]) => isToCome(each, cluster))
    const isLess = left.length < kept.size
    if (isLess) this.#set(text, new Map(left))
    return isLess
  }

  #set(text: string, kept: ReadonlyMap<string, Kept>): void {
    for (const [cluster, { pieces }] of this.#bindings.get(text) ?? []) this.#add(cluster, pieces, -1)
    for (const [cluster, { pieces }] of kept) this.#add(cluster, pieces, 1)
    if (kept.size > 0) this.#bindings.set(text, kept)
    else this.#bindings.delete(text)
  }

  #add(cluster: string, pieces: ReadonlyMap<string, Piece>, sign: 1 | -1): void {
    const sums = this.#sums.get(cluster) ?? new Map<string, Piece>()
    for (const [template, { namespace, component }] of pieces) {
      const replicas = (sums.get(template)?.component.replicas ?? 0) + sign * component.replicas
      if (replicas > 0) sums.set(template, { namespace, component: { ...component, replicas } })
      else sums.delete(template)
    }
    if (sums.size > 0) this.#sums.set(cluster, sums)
    else this.#sums.delete(cluster)
    this.#made.delete(cluster)
  }
}

const workloadOf = ({ namespace, component }: Piece): schedule.AssumedWorkload => ({
  ...(namespace && { namespace }),
  components: [component],
})

/** What is kept of a binding in a cluster once it means a target; undefined when there is nothing more to come. */
function grown(
  { metadata, spec }: Binding,
  target: TargetCluster,
  kept: Kept | undefined,
  now: number,
): Kept | undefined {
  const { namespace } = metadata
  const isSet = (spec.components?.length ?? 0) > 0
  const before = spec.clusters?.find(({ name }) => name === target.name)
  const pieces = new Map<string, Piece>()
  let isMore = false
  for (const component of componentsOf(spec)) {
    const text = JSON.stringify([namespace, component.replicaRequirements ?? null, isSet && component.name])
    const more = replicasIn(target, component, isSet) - replicasIn(before, component, isSet)
    const replicas = (kept?.pieces.get(text)?.component.replicas ?? 0) + more
    isMore ||= more > 0
    if (replicas > 0) pieces.set(text, { namespace, component: { ...component, replicas } })
  }
  return pieces.size > 0 ? { until: isMore || !kept ? now + longest : kept.until, pieces } : undefined
}

const itemOf = ({ status }: Binding, cluster: string) =>
  status?.aggregatedStatus?.find(({ clusterName }) => clusterName === cluster)

const isIn = ({ spec }: Binding, cluster: string): boolean =>
  spec.clusters?.some(({ name }) => name === cluster) === true

/** Whether a change says that a cluster is done with a binding. What it said before the change may be of before. */
function isOver(cluster: string, before: Binding, after: Binding): boolean {
  if (isIn(before, cluster) && !isIn(after, cluster)) return true
  const item = itemOf(after, cluster)
  return item?.health === 'Healthy' && JSON.stringify(item) !== JSON.stringify(itemOf(before, cluster))
}
