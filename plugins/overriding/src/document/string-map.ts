import {
  errors,
  type Format,
  labelKey,
  labelValue,
  type Manifest,
  type MapOverrider,
  type StringMap,
} from '@flotilla/sdk'
import { computed, type Scene, textMap } from './computed.ts'

type Field = 'labels' | 'annotations'

const anyText: Format = () => undefined

/** How keys and values are written. What a policy says itself was looked at when it was admitted. */
function checked(map: StringMap, field: Field): StringMap {
  const ofValues = field === 'labels' ? labelValue : anyText
  for (const [key, value] of Object.entries(map)) {
    const wrong = labelKey(key) ?? ofValues(value)
    if (wrong) throw errors.OVERRIDE_PATH(`/metadata/${field}`, `"${key}: ${value}" ${wrong}`)
  }
  return map
}

function mapOf({ cel, value = {} }: MapOverrider, scene: Scene, field: Field): StringMap {
  if (cel === undefined) return value
  const before = scene.manifest.metadata[field] ?? {}
  return checked(computed(cel, scene, { path: `/metadata/${field}`, value: before, as: textMap }), field)
}

/** `add` sets every key; `replace` and `remove` touch only keys that are there. */
function overridden(map: StringMap, { operator }: MapOverrider, value: StringMap): StringMap {
  const named = Object.keys(value)
  if (operator === 'remove') return Object.fromEntries(Object.entries(map).filter(([key]) => !named.includes(key)))
  const set = operator === 'add' ? named : named.filter((key) => Object.hasOwn(map, key))
  return { ...map, ...Object.fromEntries(set.map((key) => [key, value[key] ?? ''])) }
}

function overrideOnce(scene: Scene, field: Field, overrider: MapOverrider): Manifest {
  const { manifest } = scene
  const { [field]: before = {}, ...rest } = manifest.metadata
  const after = overridden(before, overrider, mapOf(overrider, scene, field))
  const isEmpty = Object.keys(after).length === 0
  return { ...manifest, metadata: isEmpty ? rest : { ...manifest.metadata, [field]: after } }
}

/** The manifest with its labels or annotations overridden. Undefined when no overrider is about them. */
export function overrideMap(
  { manifest, cluster }: Scene,
  field: Field,
  overriders: readonly MapOverrider[] = [],
): Manifest | undefined {
  if (overriders.length === 0) return undefined
  return overriders.reduce((before, each) => overrideOnce({ manifest: before, cluster }, field, each), manifest)
}
