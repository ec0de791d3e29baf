import type { Cluster } from './api/cluster.ts'
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
const opinions = <T>(answer: PerCluster<T> | undefined): readonly (readonly [cluster: string, T])[] =>
  answer === undefined ? [] : Object.entries(answer)

/** A question about all candidates at once. */
export interface AboutClusters {
  readonly clusters: readonly Cluster[]
}

/** The first refusal of each cluster stands; later plugins are asked only about the clusters nobody refused. */
export async function refusals<Arg extends AboutClusters, Refusal>(
  handlers: readonly Handler<Arg, PerCluster<Refusal> | undefined>[],
  arg: Arg,
): Promise<PerCluster<Refusal>> {
  const refused = new Map<string, Refusal>()
  let { clusters } = arg
  for (const handler of handlers) {
    if (clusters.length === 0) break
    for (const [cluster, refusal] of opinions(await handler({ ...arg, clusters })))
      if (!refused.has(cluster)) refused.set(cluster, refusal)
    clusters = clusters.filter(({ metadata }) => !refused.has(metadata.name))
  }
  return Object.fromEntries(refused)
}

/** The sum of all opinions on each cluster. */
export async function total<Arg>(
  handlers: readonly Handler<Arg, PerCluster<number> | undefined>[],
  arg: Arg,
): Promise<PerCluster<number>> {
  const sums = new Map<string, number>()
  for (const handler of handlers) {
    for (const [cluster, score] of opinions(await handler(arg))) sums.set(cluster, (sums.get(cluster) ?? 0) + score)
  }
  return Object.fromEntries(sums)
}

/** The most careful opinion on each cluster; a plugin that fails has none. */
export async function least<Arg>(
  handlers: readonly Handler<Arg, PerCluster<number> | undefined>[],
  arg: Arg,
): Promise<PerCluster<number>> {
  const answers = await Promise.allSettled(handlers.map(async (handler) => handler(arg)))
  const lowest = new Map<string, number>()
  for (const answer of answers) {
    if (answer.status === 'rejected') continue
    for (const [cluster, number] of opinions(answer.value))
      lowest.set(cluster, Math.min(lowest.get(cluster) ?? Number.POSITIVE_INFINITY, number))
  }
  return Object.fromEntries(lowest)
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
