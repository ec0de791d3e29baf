import type { CommandOverrider, Manifest } from '@flotilla/sdk'
import { type Container, editContainers } from './containers.ts'

function overridden(words: readonly string[], { operator, value = [] }: CommandOverrider): readonly string[] {
  return operator === 'add' ? [...words, ...value] : words.filter((word) => !value.includes(word))
}

/** The container without a list that has become empty, as an API server would keep it. */
function withWords(container: Container, field: 'command' | 'args', words: readonly string[]): Container {
  const { [field]: before = [], ...rest } = container
  if (words.length === before.length) return container // words are only ever added, or only removed
  return words.length === 0 ? rest : { ...container, [field]: words }
}

/**
 * The manifest with words added to the end of a container's command or args, or all equal words removed from it. Other
 * containers, and kinds without containers, are left alone. Undefined when nothing changed.
 */
export function overrideWords(
  manifest: Manifest,
  field: 'command' | 'args',
  overriders: readonly CommandOverrider[] = [],
): Manifest | undefined {
  return editContainers(manifest, (container) =>
    overriders
      .filter(({ containerName }) => containerName === container.name)
      .reduce((before, each) => withWords(before, field, overridden(before[field] ?? [], each)), container),
  )
}
