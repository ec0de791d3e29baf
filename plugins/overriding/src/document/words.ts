import type { CommandOverrider, Manifest } from '@flotilla/sdk'
import { computed, type Scene, texts } from './computed.ts'
import { type Container, editContainers } from './containers.ts'

type Field = 'command' | 'args'

function wordsOf({ cel, value = [] }: CommandOverrider, scene: Scene, path: string, before: readonly string[]) {
  return cel === undefined ? value : computed(cel, scene, { path, value: before, as: texts })
}

const overridden = (before: readonly string[], { operator }: CommandOverrider, words: readonly string[]) =>
  operator === 'add' ? [...before, ...words] : before.filter((word) => !words.includes(word))

/** The container without a list that has become empty, as an API server would keep it. */
function withWords(container: Container, field: Field, words: readonly string[]): Container {
  const { [field]: before = [], ...rest } = container
  if (words.length === before.length) return container // words are only ever added, or only removed
  return words.length === 0 ? rest : { ...container, [field]: words }
}

/** The manifest with one overrider applied to the containers it names. */
function overrideOnce(scene: Scene, field: Field, overrider: CommandOverrider): Manifest {
  const { manifest } = scene
  const after = editContainers(manifest, (container, path) => {
    if (container.name !== overrider.containerName) return container
    const { [field]: before = [] } = container
    return withWords(
      container,
      field,
      overridden(before, overrider, wordsOf(overrider, scene, `${path}/${field}`, before)),
    )
  })
  return after ?? manifest
}

/**
 * The manifest with words added to the end of a container's command or args, or all equal words removed from it. Other
 * containers, and kinds without containers, are left alone. Undefined when nothing changed.
 */
export function overrideWords(
  { manifest, cluster }: Scene,
  field: Field,
  overriders: readonly CommandOverrider[] = [],
): Manifest | undefined {
  const after = overriders.reduce((before, each) => overrideOnce({ manifest: before, cluster }, field, each), manifest)
  return after === manifest ? undefined : after
}
