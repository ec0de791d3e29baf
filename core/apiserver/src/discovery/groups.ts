import type { Foreign } from '../aggregation/foreign.ts'
import { type Priority, priorityOf } from '../aggregation/priority.ts'
import { compareVersions } from '../registry/custom.ts'
import type { Group, Registry } from '../registry/registry.ts'

/** What discovery tells of. */
export interface Offer {
  readonly registry: Registry
  /** Versions of groups that somebody else serves. */
  readonly foreign: readonly Foreign[]
}

interface Ranked {
  readonly group: string
  readonly version: string
  readonly priority: Priority
}

const ownOf = (registry: Registry): readonly Ranked[] =>
  registry
    .groups()
    .flatMap(({ name: group, versions }) =>
      versions.map((version) => ({ group, version, priority: priorityOf({ group, version }) })),
    )

const isTaken = ({ group, version }: Ranked, foreign: readonly Foreign[]): boolean =>
  foreign.some((each) => each.group === group && each.version === version)

const byVersion = (a: Ranked, b: Ranked): number =>
  b.priority.version - a.priority.version || compareVersions(a.version, b.version)

const highest = (versions: readonly Ranked[]): number => Math.max(...versions.map(({ priority }) => priority.group))

/** The groups and their versions, whoever serves them: the higher their priority the earlier, and else by name. */
export const groupsOf = ({ registry, foreign }: Offer): readonly Group[] => {
  const all = [...ownOf(registry).filter((each) => !isTaken(each, foreign)), ...foreign]
  return [...Map.groupBy(all, ({ group }) => group)]
    .map(([name, versions]) => ({ name, versions: versions.toSorted(byVersion), priority: highest(versions) }))
    .toSorted((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1))
    .map(({ name, versions }) => ({ name, versions: versions.map(({ version }) => version) }))
}
