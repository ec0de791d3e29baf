import type { interpret } from '@flotilla/sdk'

/** Each once. They are of one namespace and the core group: kind and name say which is which. */
export const unique = (all: readonly interpret.Dependency[]): readonly interpret.Dependency[] => [
  ...new Map(all.map((each) => [`${each.kind} ${each.name}`, each])).values(),
]
