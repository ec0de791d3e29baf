import { definePlugin, type EmbeddedPatch, errors, type FieldOverrider, type Manifest, on, render } from '@flotilla/sdk'
import { patchJson } from './document/embedded-json.ts'
import { patchYaml } from './document/embedded-yaml.ts'
import { type Change, edited, read, steps } from './document/patch.ts'

const changes = (patches: readonly EmbeddedPatch[] = []): readonly Change[] =>
  patches.map(({ subPath, operator, value }) => ({ path: subPath, operator, ...(value !== undefined && { value }) }))

/** As in Karmada YAML goes before JSON; a policy has only one of them. */
function overrideText(text: string, { yaml = [], json = [] }: FieldOverrider): string {
  if (yaml.length > 0) return patchYaml(text, changes(yaml))
  return json.length > 0 ? patchJson(text, changes(json)) : text
}

function overrideField(manifest: Manifest, overrider: FieldOverrider): Manifest {
  const { fieldPath } = overrider
  const text = read(manifest, steps(fieldPath))
  if (typeof text !== 'string') throw errors.OVERRIDE_PATH(fieldPath, 'there is no text with a document in it')
  try {
    const overridden = overrideText(text, overrider)
    return edited(manifest, steps(fieldPath), () => overridden)
  } catch (cause) {
    throw errors.OVERRIDE_PATH(fieldPath, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

/** The manifest with JSON patches applied to the JSON or YAML documents that some of its fields hold as text. */
export const overrideFields = ({ manifest, overriders }: render.Override): Manifest | undefined =>
  overriders.fieldOverrider?.reduce(overrideField, manifest)

export const fieldOverrider = definePlugin({
  name: 'field-overrider',
  extensions: () => [on(render.override, overrideFields)],
})
