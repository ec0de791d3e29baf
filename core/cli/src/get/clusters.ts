import { createClient, createDiscovery, type Discovery, type HttpOptions, httpTransport } from '@flotilla/kube'
import { type Client, clusterKind, isTrue, keyOf } from '@flotilla/sdk'
import { sentence } from '../output/sentence.ts'
import type { Control } from '../plan/control.ts'

/** A member cluster, reached through the control plane with the caller's own rights. */
export interface Entry {
  readonly cluster: string
  readonly identity: HttpOptions
  readonly client: Client
  readonly discovery: Discovery
}

/** Where in the control plane the API of a cluster is. */
export const proxyOf = (cluster: string): string =>
  `/apis/${clusterKind.apiVersion}/${clusterKind.plural}/${encodeURIComponent(cluster)}/proxy`

/** The clusters that are meant: those that are named, or all that are ready. Throws when one that is named is not there. */
export async function clustersFor(
  { client }: Control,
  named: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { items } = await client.list(clusterKind, { signal })
  const known = new Map(items.map((each) => [keyOf(each).name, each]))
  const unknown = named.filter((name) => !known.has(name))
  if (unknown.length > 0) throw new Error(`there is no cluster ${unknown.join(', ')}; kubectl get clusters shows them`)
  if (named.length > 0) return named
  return [...known.values()].filter(({ status }) => isTrue(status?.conditions, 'Ready')).map((each) => keyOf(each).name)
}

/** Opens the ways to the clusters that are meant, until the stack is disposed of. */
export async function enter(
  open: AsyncDisposableStack,
  control: Control,
  named: readonly string[],
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const clusters = await clustersFor(control, named, signal)
  return clusters.map((cluster) => {
    const server = control.identity.server.replace(/\/+$/, '') + proxyOf(cluster)
    const identity = { ...control.identity, server }
    const transport = open.adopt(httpTransport(identity), (way) => way.close())
    const client = createClient(transport)
    return { cluster, identity, client, discovery: createDiscovery(client, { signal }) }
  })
}

/** What clusters answered, each for itself. */
export interface Answers<T> {
  readonly found: readonly { readonly cluster: string; readonly value: T }[]
  /** Clusters that did not answer, and why. */
  readonly failures: readonly string[]
}

/** Asks all clusters at once. One that does not answer keeps nobody from being heard. */
export async function askAll<T>(entries: readonly Entry[], ask: (entry: Entry) => Promise<T>): Promise<Answers<T>> {
  const settled = await Promise.allSettled(entries.map(ask))
  const each = settled.map((result, index) => ({ cluster: entries[index]?.cluster ?? '', result }))
  return {
    found: each.flatMap(({ cluster, result }) =>
      result.status === 'fulfilled' ? [{ cluster, value: result.value }] : [],
    ),
    failures: each.flatMap(({ cluster, result }) =>
      result.status === 'rejected' ? [`${cluster}: ${sentence(result.reason)}`] : [],
    ),
  }
}
