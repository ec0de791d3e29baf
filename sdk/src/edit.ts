import type { Manifest, ObjectMeta } from './manifest.ts'

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The object with one field changed; it shares the rest. The same object when the field stays as it is, so that `===`
 * tells. A user may send anything: what is no object is answered as it came, and a field that is null counts as not set.
 */
export function edit<T, K extends keyof NonNullable<T>>(
  owner: T,
  key: K,
  change: (value: NonNullable<T>[K]) => NonNullable<T>[K],
): T {
  if (!isObject(owner)) return owner
  const fields: NonNullable<T> = owner
  const before = (fields[key] ?? undefined) as NonNullable<T>[K] // null where the type knows undefined alone
  const after = change(before)
  return after === before ? owner : { ...owner, [key]: after }
}

/** The list with its elements changed. The same list when all stay as they are; what is no list is answered as it came. */
export function each<T>(list: readonly T[] | undefined, change: (item: T) => T): readonly T[] | undefined {
  if (!Array.isArray(list)) return list
  const items: readonly T[] = list
  const after = items.map((item) => (isObject(item) ? change(item) : item))
  return after.some((item, i) => item !== items[i]) ? after : list
}

const withEntry =
  (map: 'labels' | 'annotations') =>
  <T extends Manifest>(manifest: T, key: string, value: string): T =>
    edit(manifest, 'metadata', (metadata: ObjectMeta) =>
      metadata[map]?.[key] === value ? metadata : { ...metadata, [map]: { ...metadata[map], [key]: value } },
    )

/** The object with a label. */
export const withLabel = withEntry('labels')

/** The object with an annotation. */
export const withAnnotation = withEntry('annotations')

/** The object with a finalizer, after those it has. */
export const withFinalizer = <T extends Manifest>(manifest: T, name: string): T =>
  edit(manifest, 'metadata', (metadata: ObjectMeta) => {
    const { finalizers = [] } = metadata
    return finalizers.includes(name) ? metadata : { ...metadata, finalizers: [...finalizers, name] }
  })
