import type { Foreign } from '../aggregation/delegates.ts'
import { compareVersions } from '../registry/custom.ts'
import type { Group, Registry } from '../registry/registry.ts'

/** What discovery tells of. */
export interface Offer {
  readonly registry: Registry
  /** Versions of groups that somebody else serves. */
  readonly foreign: readonly Foreign[]
}

/** The groups and their versions, whoever serves them. */
export const groupsOf = ({ registry, foreign }: Offer): readonly Group[] => {
  if (foreign.length === 0) return registry.groups()
  const versions = new Map(registry.groups().map(({ name, versions }) => [name, versions]))
  for (const { group, version } of foreign) {
    const all = new Set([...(versions.get(group) ?? []), version])
    versions.set(group, [...all].toSorted(compareVersions))
  }
  return [...versions].map(([name, versions]) => ({ name, versions }))
}
