import type { Container } from './pod.ts'

const quoted = (words: readonly string[]): string => words.map((word) => `"${word}"`).join(', ')

const several = (noun: string, count: number): string => (count === 1 ? noun : `${noun}s`)

/** `type "a"`, `types "a", "b"`. */
export const listed = (noun: string, words: readonly string[]): string =>
  `${several(noun, words.length)} ${quoted(words)}`

export const containers = (found: readonly Pick<Container, 'name'>[]): string =>
  listed(
    'container',
    found.map(({ name }) => name),
  )

/** In their order, each once. */
export const unique = (words: readonly string[]): readonly string[] => [...new Set(words)]

export const sorted = (words: readonly string[]): readonly string[] => unique(words).toSorted()

/** Who did it: the Pod, its containers, or both. */
export const culprits = (pod: boolean, found: readonly Container[]): string =>
  [...(pod ? ['pod'] : []), ...(found.length > 0 ? [containers(found)] : [])].join(' and ')

export { quoted, several }
