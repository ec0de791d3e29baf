import { definePlugin, type EmbeddedPatch, errors, type FieldOverrider, type Manifest, on, render } from '@flotilla/sdk'
import { anyValue, computed, type Scene } from './document/computed.ts'
import { patchJson } from './document/embedded-json.ts'
import { patchYaml } from './document/embedded-yaml.ts'
import { type Change, edited, read, steps } from './document/patch.ts'

/** A number of a document may be written in a way that only its writer knows: JSON will do to look at. */
const plain = (value: unknown): unknown =>
  value === undefined
    ? undefined
    : JSON.parse(JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? Number(each) : each)))

const change =
  (scene: Scene) =>
  ({ subPath: path, operator, value, cel }: EmbeddedPatch): Change => {
    if (cel === undefined) return { path, operator, ...(value !== undefined && { value }) }
    const compute = (before: unknown) => computed(cel, scene, { path, value: plain(before), as: anyValue })
    return { path, operator, compute }
  }

/** As in Karmada YAML goes before JSON; a policy has only one of them. */
function overrideText(text: string, { yaml = [], json = [] }: FieldOverrider, scene: Scene): string {
  if (yaml.length > 0) return patchYaml(text, yaml.map(change(scene)))
  return json.length > 0 ? patchJson(text, json.map(change(scene))) : text
}

function overrideField(scene: Scene, overrider: FieldOverrider): Manifest {
  const { manifest } = scene
  const { fieldPath } = overrider
  const text = read(manifest, steps(fieldPath))
  if (typeof text !== 'string') throw errors.OVERRIDE_PATH(fieldPath, 'there is no text with a document in it')
  try {
    const overridden = overrideText(text, overrider, scene)
    return edited(manifest, steps(fieldPath), () => overridden)
  } catch (cause) {
    throw errors.OVERRIDE_PATH(fieldPath, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

/** The manifest with JSON patches applied to the JSON or YAML documents that some of its fields hold as text. */
export const overrideFields = ({ manifest, cluster, overriders }: render.Override): Manifest | undefined =>
  overriders.fieldOverrider?.reduce((before, each) => overrideField({ manifest: before, cluster }, each), manifest)

export const fieldOverrider = definePlugin({
  name: 'field-overrider',
  extensions: () => [on(render.override, overrideFields)],
})
