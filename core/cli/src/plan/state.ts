import {
  type Binding,
  type Client,
  clusterOfNamespace,
  clusterResourceBindingKind,
  groupOf,
  keyText,
  label,
  type Reference,
  resourceBindingKind,
  type Work,
  workKind,
} from '@flotilla/sdk'

/** What a control plane has decided about one template. */
export interface Decided {
  readonly binding: Binding
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

/** The cluster a Work is for. */
export const clusterOfWork = ({ metadata }: Work): string => clusterOfNamespace(metadata.namespace) ?? ''

/** Which Works belong to which binding. */
export function stateOf(bindings: readonly Binding[], works: readonly Work[]): State {
  const byId = Map.groupBy(works, (work) => idsOf(work)[0] ?? '')
  return new Map(
    bindings.map((binding) => {
      const own = idsOf(binding).flatMap((id) => byId.get(id) ?? [])
      return [
        addressText(binding.spec.resource),
        { binding, works: new Map(own.map((work) => [clusterOfWork(work), work])) },
      ]
    }),
  )
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
