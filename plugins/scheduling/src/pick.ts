/** How choices are compared when the first ones are not enough. */
export interface Measure<T> {
  /** What all that are chosen should hold together. */
  readonly need: number
  readonly holds: (item: T) => number
  /** Which may stand in for one of those that are chosen. By default any may. */
  readonly standIns?: (chosen: T, all: readonly T[]) => (item: T) => boolean
}

const held = <T>(items: readonly T[], holds: (item: T) => number): number =>
  items.reduce((sum, item) => sum + holds(item), 0)

/** Where the richest stands among those that pass; -1 when none does. */
function richest<T>(items: readonly T[], holds: (item: T) => number, passes: (item: T) => boolean): number {
  let best = -1
  let most = Number.NEGATIVE_INFINITY
  for (const [i, item] of items.entries()) {
    if (holds(item) <= most || !passes(item)) continue
    best = i
    most = holds(item)
  }
  return best
}

/**
 * Choices that hold what is needed, or as much as they can. As long as they do not, the last of them gives way to the
 * richest of the rest that may stand in for it, then the one before the last, and so on: so the best stay longest.
 */
export function enrich<T>(chosen: readonly T[], rest: readonly T[], measure: Measure<T>): readonly T[] {
  const { need, holds, standIns = () => () => true } = measure
  const result = [...chosen]
  const left = [...rest]
  let sum = held(result, holds)
  for (let i = result.length - 1; i >= 0 && sum < need; i--) {
    const weak = result[i]
    if (weak === undefined) continue
    const best = richest(left, holds, standIns(weak, result))
    const strong = left[best]
    if (strong === undefined || holds(strong) <= holds(weak)) continue
    result[i] = strong
    left[best] = weak
    sum += holds(strong) - holds(weak)
  }
  return result
}

/** The first `count` of a ranking, enriched from the others. */
export const pick = <T>(ranked: readonly T[], count: number, measure: Measure<T>): readonly T[] =>
  enrich(ranked.slice(0, count), ranked.slice(count), measure)

/** Choices in the order of the ranking they are from. */
export function inRank<T>(ranked: readonly T[], chosen: readonly T[]): readonly T[] {
  const among = new Set(chosen)
  return ranked.filter((item) => among.has(item))
}

/** Whether choices hold what is needed. */
export const suffices = <T>(chosen: readonly T[], { need, holds }: Measure<T>): boolean => held(chosen, holds) >= need
