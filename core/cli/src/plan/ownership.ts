import { type Fields, fieldAt, isFields, type Manifest, withField, withoutKeys } from '@flotilla/sdk'

/** Who owns what `kubectl apply` writes, on the server's side and on its own. */
export const applier = 'kubectl'
const clientSide = 'kubectl-client-side-apply'

interface Entry {
  readonly manager?: string
  readonly operation?: string
  readonly subresource?: string
  readonly fieldsV1?: Fields
  readonly [field: string]: unknown
}

const notes = 'f:kubectl.kubernetes.io/last-applied-configuration'

/**
 * Labels or annotations to own: neither kubectl's own notes, nor the map as such, in which others note things without
 * being tracked. Nothing is left of a map of which nothing else was written.
 */
const entriesIn = (map: unknown): Fields | undefined =>
  isFields(map) ? withoutKeys(map, (key) => key === '.' || key === notes) : undefined

const withoutMaps = (fields: Fields): Fields =>
  ['f:labels', 'f:annotations'].reduce(
    (rest, name) => withField(rest, ['f:metadata', name], entriesIn(fieldAt(rest, ['f:metadata', name]))),
    fields,
  )

const isOf =
  (manager: string, operation: string) =>
  (entry: Entry): boolean =>
    entry.manager === manager && entry.operation === operation && !entry.subresource

const merged = (a: Fields, b: Fields): Fields =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => {
      const [one, other] = [a[key], b[key]]
      return [key, isFields(one) && isFields(other) ? merged(one, other) : (one ?? other)]
    }),
  )

/**
 * An object whose fields that `kubectl apply` wrote belong to whoever applies on the server's side: what the files no
 * longer say goes, as it would with kubectl. It is what `kubectl apply --server-side` does when it takes an object over.
 */
export function handedOver(object: Manifest): Manifest {
  const entries = (object.metadata.managedFields ?? []) as readonly Entry[] // as the server writes them
  const old = entries.find(isOf(clientSide, 'Update'))
  if (!old) return object
  const own = entries.find(isOf(applier, 'Apply'))
  const others = entries.filter((entry) => entry !== old && entry !== own)
  const fieldsV1 = withoutMaps(merged(own?.fieldsV1 ?? {}, old.fieldsV1 ?? {}))
  const managedFields = [...others, { ...old, manager: applier, operation: 'Apply', fieldsV1 }]
  return { ...object, metadata: { ...object.metadata, managedFields } }
}
