import {
  type Binding,
  type Client,
  clusterOfNamespace,
  clusterResourceBindingKind,
  groupOf,
  keyOf,
  keyText,
  label,
  type Reference,
  resourceBindingKind,
  type Work,
  workKind,
} from '@flotilla/sdk'

/** What a control plane has decided about one template. */
export interface Decided {
  readonly template: Reference
  /** Undefined where a plugin brings it by itself, as namespaces are. */
  readonly binding?: Binding
  /** By cluster. */
  readonly works: ReadonlyMap<string, Work>
}

/** Decisions by template. */
export type State = ReadonlyMap<string, Decided>

/** A template's address as text, the same in every version of its kind. */
export const addressText = ({ apiVersion, kind, ...key }: Reference): string =>
  `${groupOf(apiVersion)}/${kind} ${keyText(key)}`

const idsOf = ({ metadata: { labels = {} } }: Binding | Work): readonly string[] =>
  [labels[label.bindingId], labels[label.clusterBindingId]].filter((id) => id !== undefined)

const nothing: Reference = { apiVersion: '', kind: '', name: '' }

/** The cluster a Work is for. */
export const clusterOfWork = ({ metadata }: Work): string => clusterOfNamespace(metadata.namespace) ?? ''

const byCluster = (works: readonly Work[]): ReadonlyMap<string, Work> =>
  new Map(works.map((work) => [clusterOfWork(work), work]))

/** The template of a Work that no binding has: what is in it. */
function contentOf({ spec }: Work): Reference | undefined {
  const [first] = spec.workload?.manifests ?? []
  return first && { apiVersion: first.apiVersion, kind: first.kind, ...keyOf(first) }
}

/** Which Works belong to which binding, and which of the rest to which template. */
export function stateOf(bindings: readonly Binding[], works: readonly Work[]): State {
  const byId = Map.groupBy(works, (work) => idsOf(work)[0] ?? '')
  const loose = Map.groupBy(byId.get('') ?? [], (work) => addressText(contentOf(work) ?? nothing))
  const bound = bindings.map((binding): Decided => {
    const template = binding.spec.resource
    const own = idsOf(binding).flatMap((id) => byId.get(id) ?? [])
    return { template, binding, works: byCluster([...(loose.get(addressText(template)) ?? []), ...own]) }
  })
  const unbound = [...loose.values()].flatMap((group): readonly Decided[] => {
    const template = group[0] && contentOf(group[0])
    return template ? [{ template, works: byCluster(group) }] : []
  })
  return new Map([...unbound, ...bound].map((decided) => [addressText(decided.template), decided]))
}

/** Everything a control plane in this process has decided. */
export async function stateIn(client: Client): Promise<State> {
  const [namespaced, clusterWide, works] = await Promise.all([
    client.list(resourceBindingKind),
    client.list(clusterResourceBindingKind),
    client.list(workKind),
  ])
  return stateOf([...namespaced.items, ...clusterWide.items], works.items)
}
