import { once } from 'node:events'
import {
  type Client,
  clusterKind,
  executionNamespace,
  type Kind,
  kindText,
  type ListOptions,
  resourceInterpreterCustomizationKind,
  resourceInterpreterModuleKind,
  resourceInterpreterWebhookConfigurationKind,
  type WatchEvent,
  type WatchOptions,
  workKind,
} from '@flotilla/sdk'

type Part = Pick<ListOptions, 'namespace' | 'fieldSelector'>

/** What an agent sees of the control plane, kind by kind: what concerns its cluster, and how kinds are interpreted. */
const sightOf = (cluster: string): ReadonlyMap<string, Part> =>
  new Map<string, Part>([
    [kindText(workKind), { namespace: executionNamespace(cluster) }],
    [kindText(clusterKind), { fieldSelector: `metadata.name=${cluster}` }],
    [kindText(resourceInterpreterCustomizationKind), {}],
    [kindText(resourceInterpreterModuleKind), {}],
    [kindText(resourceInterpreterWebhookConfigurationKind), {}],
  ])

/** Nothing happens, until somebody has enough. */
// biome-ignore lint/correctness/useYield: there is nothing to tell
async function* silence<T>(signal: AbortSignal | undefined): AsyncGenerator<WatchEvent<T>, void> {
  if (signal && !signal.aborted) await once(signal, 'abort')
}

/**
 * The control plane as the agent of one cluster sees it. Lists and watches are narrowed to what the agent may read, so that
 * stages ask as they do in the control plane; of everything else there is nothing.
 */
export function seenFrom(cluster: string, client: Client): Client {
  const sight = sightOf(cluster)
  const partOf = (kind: Kind<unknown>): Part | undefined => sight.get(kindText(kind))
  return Object.freeze<Client>({
    ...client,
    async list<T>(kind: Kind<T>, options: ListOptions = {}) {
      const part = partOf(kind)
      return part ? client.list(kind, { ...options, ...part }) : { resourceVersion: '0', items: [] }
    },
    watch<T>(kind: Kind<T>, options: WatchOptions = {}) {
      const part = partOf(kind)
      return part ? client.watch(kind, { ...options, ...part }) : silence<T>(options.signal)
    },
  })
}
