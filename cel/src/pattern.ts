import { RE2JS } from 're2js'

/** A pattern that is ready. However it is meant, the time it takes grows with the text alone. */
export interface Pattern {
  /** Whether there is a match anywhere. */
  test(text: string): boolean
  /** What matches, from the left, without overlaps. */
  matches(text: string): Iterable<string>
  /** How much is looked at for each character, at worst. */
  readonly size: number
}

/** So many are remembered, the latest used. */
const mostRemembered = 1000

const remembered = new Map<string, Pattern>()

function* found(compiled: RE2JS, text: string): Iterable<string> {
  for (const matcher = compiled.matcher(text); matcher.find(); ) yield matcher.group() ?? ''
}

const made = (text: string): Pattern => {
  const compiled = RE2JS.compile(text)
  return {
    test: (value) => compiled.test(value),
    matches: (value) => found(compiled, value),
    size: compiled.programSize(),
  }
}

/**
 * A pattern as Kubernetes reads it, which is as Go does: RE2's. JavaScript's own engine reads some of them otherwise, and goes back and forth without end
 * over others. Throws, in Go's words, for what is none. The same text is compiled once.
 */
export const pattern = (text: string): Pattern => {
  const compiled = remembered.get(text) ?? made(text)
  remembered.delete(text)
  remembered.set(text, compiled) // the latest used is the last
  const [oldest] = remembered.keys()
  if (oldest !== undefined && remembered.size > mostRemembered) remembered.delete(oldest)
  return compiled
}
