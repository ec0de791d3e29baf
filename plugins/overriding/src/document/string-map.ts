import type { Manifest, MapOverrider, StringMap } from '@flotilla/sdk'

/** `add` sets every key; `replace` and `remove` touch only keys that are there. */
function overridden(map: StringMap, { operator, value }: MapOverrider): StringMap {
  const named = Object.keys(value)
  if (operator === 'remove') return Object.fromEntries(Object.entries(map).filter(([key]) => !named.includes(key)))
  const set = operator === 'add' ? named : named.filter((key) => Object.hasOwn(map, key))
  return { ...map, ...Object.fromEntries(set.map((key) => [key, value[key] ?? ''])) }
}

/** The manifest with its labels or annotations overridden. Undefined when no overrider is about them. */
export function overrideMap(
  manifest: Manifest,
  field: 'labels' | 'annotations',
  overriders: readonly MapOverrider[] = [],
): Manifest | undefined {
  if (overriders.length === 0) return undefined
  const { [field]: before = {}, ...rest } = manifest.metadata
  const after = overriders.reduce(overridden, before)
  const isEmpty = Object.keys(after).length === 0
  return { ...manifest, metadata: isEmpty ? rest : { ...manifest.metadata, [field]: after } }
}
