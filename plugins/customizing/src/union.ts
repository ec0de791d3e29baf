import { deepEqual, type interpret } from '@flotilla/sdk'

type Dependency = interpret.Dependency

const orderOf = ({ apiVersion, kind, namespace = '', name = '' }: Dependency): readonly string[] => [
  apiVersion,
  kind,
  namespace,
  name,
]

function compare(a: Dependency, b: Dependency): number {
  const [one, other] = [orderOf(a), orderOf(b)]
  const at = one.findIndex((word, i) => word !== other[i])
  if (at < 0) return 0
  return (one[at] ?? '') < (other[at] ?? '') ? -1 : 1
}

/** What several found, each once, in an order that does not change. */
export const union = (found: readonly (readonly Dependency[])[]): readonly Dependency[] =>
  found
    .flat()
    .sort(compare)
    .filter((each, at, all) => at === 0 || !all.slice(0, at).some((before) => deepEqual(before, each)))
