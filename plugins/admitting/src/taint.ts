import { chosen, type Field, labelKey, labelValue, named, type Problems, type Taint, written } from '@flotilla/sdk'

/** Taints that clusters cannot have, or have twice: a key has one taint of each effect. */
export function* taintProblems(taints: readonly Field<Omit<Taint, 'timeAdded'>>[]): Problems {
  const seen = new Set<string>()
  for (const taint of taints) {
    yield* named(taint.at('key'), labelKey)
    yield* written(taint.at('value'), labelValue)
    yield* chosen(taint.at('effect'), ['NoSchedule', 'NoExecute'])
    const { key, effect } = taint.value
    const address = JSON.stringify([key, effect])
    if (seen.has(address)) yield taint.duplicate()
    seen.add(address)
  }
}
