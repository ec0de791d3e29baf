import type { Cluster } from './api/cluster.ts'
import { lasting, once } from './lasting.ts'
import type { Manifest } from './manifest.ts'

/**
 * A plugin's answer to a point. In every rule `undefined` (`null` on the wire) means "no opinion". A handler must not
 * change its argument, which is frozen.
 */
export type Handler<Arg, Out> = (arg: Arg) => Out | Promise<Out>

/** How many answers become one. What a thrown error means is the rule's to say: by default it ends the call. */
export type Rule<Arg, Out, Result> = (handlers: readonly Handler<Arg, Out>[], arg: Arg) => Promise<Result>

/** The first plugin with an answer wins. */
export async function first<Arg, Out>(
  handlers: readonly Handler<Arg, Out | undefined>[],
  arg: Arg,
): Promise<Out | undefined> {
  for (const handler of handlers) {
    const asked = handler(arg)
    const answer = asked instanceof Promise ? await asked : asked // most built-ins answer at once: no turn of the loop
    if (answer !== undefined) return answer
  }
  return undefined
}

/** The manifest passes through every plugin, in order; `undefined` leaves it as it is. */
export async function pipe<Arg extends { readonly manifest: Manifest }>(
  handlers: readonly Handler<Arg, Manifest | undefined>[],
  arg: Arg,
): Promise<Manifest> {
  let now = arg
  for (const handler of handlers) {
    const asked = handler(now)
    const manifest = asked instanceof Promise ? await asked : asked
    if (manifest !== undefined && manifest !== now.manifest) now = { ...now, manifest }
  }
  return now.manifest
}

/** What is said of each cluster, by cluster name. A cluster that is not mentioned is one without an opinion. */
export type PerCluster<T> = Readonly<Record<string, T>>

/** Every opinion on a cluster. By entries, never by name: a cluster may be called `constructor`. */
const opinions = <T>(answer: PerCluster<T>): readonly (readonly [cluster: string, T])[] => Object.entries(answer)

/** A question about all candidates at once. */
export interface AboutClusters {
  readonly clusters: readonly Cluster[]
}

/** No opinion on any cluster. */
const nothing: PerCluster<never> = lasting({})

const named = ({ metadata }: Cluster): string => metadata.name

/** The clusters that nothing is said of. */
export const unmentioned = once((clusters: readonly Cluster[], answer: PerCluster<unknown>): readonly Cluster[] => {
  const left = clusters.filter((cluster) => !Object.hasOwn(answer, named(cluster)))
  return left.length === clusters.length ? clusters : left
})

/** Both answers, the first before the second where both have one. */
const besides = once(
  <T>(before: PerCluster<T>, answer: PerCluster<T>): PerCluster<T> =>
    Object.fromEntries(new Map([...opinions(answer), ...opinions(before)])),
) as <T>(before: PerCluster<T>, answer: PerCluster<T>) => PerCluster<T> // `once` knows no type parameters

/** The first answer about each cluster stands; later plugins are asked only about the clusters nobody answered for. */
export async function eachFirst<Arg extends AboutClusters, Out>(
  handlers: readonly Handler<Arg, PerCluster<Out> | undefined>[],
  arg: Arg,
): Promise<PerCluster<Out>> {
  let answered: PerCluster<Out> | undefined
  let { clusters } = arg
  for (const handler of handlers) {
    if (clusters.length === 0) break
    const asked = handler(clusters === arg.clusters ? arg : { ...arg, clusters })
    const answer = asked instanceof Promise ? await asked : asked
    if (answer === undefined) continue
    clusters = unmentioned(clusters, answer)
    answered = answered ? besides(answered, answer) : answer
  }
  return answered ?? nothing
}

/** The first refusal of each cluster stands; later plugins are asked only about the clusters nobody refused. */
export async function refusals<Arg extends AboutClusters, Refusal>(
  handlers: readonly Handler<Arg, PerCluster<Refusal> | undefined>[],
  arg: Arg,
): Promise<PerCluster<Refusal>> {
  return eachFirst(handlers, arg)
}

/** What two answers to a question come to, where both say something of a cluster. */
type Combine = (before: number, number: number) => number

/** Several answers in one; a single one as it is. */
function combined(answers: readonly (PerCluster<number> | undefined)[], combine: Combine): PerCluster<number> {
  const said = answers.filter((answer) => answer !== undefined)
  const [only] = said
  if (!only) return nothing
  if (said.length === 1) return only
  const numbers = new Map<string, number>()
  for (const [cluster, number] of said.flatMap(opinions)) {
    const before = numbers.get(cluster)
    numbers.set(cluster, before === undefined ? number : combine(before, number))
  }
  return Object.fromEntries(numbers)
}

/** The sum of all opinions on each cluster. */
export async function total<Arg>(
  handlers: readonly Handler<Arg, PerCluster<number> | undefined>[],
  arg: Arg,
): Promise<PerCluster<number>> {
  const answers: (PerCluster<number> | undefined)[] = []
  for (const handler of handlers) {
    const asked = handler(arg)
    answers.push(asked instanceof Promise ? await asked : asked)
  }
  return combined(answers, (sum, score) => sum + score)
}

/** The most careful opinion on each cluster; a plugin that fails has none. */
export async function least<Arg>(
  handlers: readonly Handler<Arg, PerCluster<number> | undefined>[],
  arg: Arg,
): Promise<PerCluster<number>> {
  const answers = await Promise.allSettled(handlers.map(async (handler) => handler(arg)))
  const given = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : undefined))
  return combined(given, Math.min)
}

/** Every opinion, in order. */
export async function gather<Arg, Out>(
  handlers: readonly Handler<Arg, Out | undefined>[],
  arg: Arg,
): Promise<readonly Out[]> {
  const answers = await Promise.all(handlers.map(async (handler) => handler(arg)))
  return answers.filter((answer) => answer !== undefined)
}

/** Everyone is told and nobody is waited for; a listener that fails disturbs no one. */
export async function tell<Arg>(handlers: readonly Handler<Arg, void>[], arg: Arg): Promise<void> {
  for (const handler of handlers)
    Promise.resolve(arg)
      .then(handler)
      .catch(() => undefined)
}
