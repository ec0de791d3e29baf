import type { ClusterSpec, ResourceModel, ResourceSummary } from '@flotilla/sdk'
import { parseQuantity } from '@flotilla/sdk'
import type { Part } from './parts.ts'
import { type Amounts, fits, plus } from './quantities.ts'

/** Pods a node takes, whatever its size. */
const podsPerNode = 110_000n

/** Sets are placed one after the other; a cluster with room for so many has room enough. */
const mostSets = 1_000n

/** The least that a node of each grade has left. */
type Grades = ReadonlyMap<number, Amounts>

const known = new WeakMap<readonly ResourceModel[], Grades>()

const nodeOf = ({ ranges }: ResourceModel): Amounts =>
  new Map([...ranges.map(({ name, min }) => [name, parseQuantity(min)] as const), ['pods', podsPerNode]])

function gradesOf(models: readonly ResourceModel[]): Grades {
  const found = known.get(models)
  if (found) return found
  const grades = new Map(models.map((model) => [model.grade, nodeOf(model)]))
  known.set(models, grades)
  return grades
}

const isModelled = ({ request }: Part, node: Amounts): boolean =>
  [...request].every(([name, amount]) => amount <= 0n || node.has(name))

/** So many nodes that have the same left. */
interface Group {
  readonly left: Amounts
  readonly count: bigint
}

/** The nodes of a cluster, each the smallest of its grade; undefined when a grade is unknown or does not say enough. */
function groupsOf(
  parts: readonly Part[],
  resourceModels: readonly ResourceModel[],
  modelings: NonNullable<ResourceSummary['allocatableModelings']>,
): readonly Group[] | undefined {
  const grades = gradesOf(resourceModels)
  const groups = modelings.map(({ grade, count }) => ({ left: grades.get(grade), count: BigInt(count) }))
  const isKnown = (group: (typeof groups)[number]): group is Group & (typeof groups)[number] =>
    group.left !== undefined && parts.every((part) => isModelled(part, group.left ?? new Map()))
  return groups.every(isKnown) ? groups.filter(({ count }) => count > 0n) : undefined
}

/** Puts replicas where there is room first: the nodes then, and how many replicas found none. */
function put(groups: readonly Group[], { request, replicas }: Part): { groups: readonly Group[]; left: bigint } {
  let left = replicas
  const after = groups.flatMap((group): readonly Group[] => {
    const each = fits(request, group.left) ?? 0n
    if (left === 0n || each === 0n) return [group]
    const filled = group.count * each <= left ? group.count : left / each
    left -= filled * each
    const touched = filled < group.count && left > 0n ? 1n : 0n // one more node takes the rest
    const some = touched * left
    left -= some
    return [
      { left: plus(group.left, request, -each), count: filled },
      { left: plus(group.left, request, -some), count: touched },
      { left: group.left, count: group.count - filled - touched },
    ].filter(({ count }) => count > 0n)
  })
  return { groups: after, left }
}

/** What the nodes have left when parts are on them; what finds no room takes none. */
const settled = (groups: readonly Group[], parts: readonly Part[]): readonly Group[] =>
  parts.reduce((nodes, part) => put(nodes, part).groups, groups)

function countSets(groups: readonly Group[], parts: readonly Part[]): bigint {
  let nodes = groups
  for (let sets = 0n; sets < mostSets; sets++) {
    for (const part of parts) {
      const placed = put(nodes, part)
      if (placed.left > 0n) return sets
      nodes = placed.groups
    }
  }
  return mostSets
}

const countReplicas = (groups: readonly Group[], { request }: Part): bigint =>
  groups.reduce((sum, { left, count }) => sum + count * (fits(request, left) ?? 0n), 0n)

/**
 * How many sets of parts fit into the nodes of a cluster, each counted as the smallest of its grade, beside what was
 * assumed to come: a replica needs one node that has room for all of it. Undefined when nodes are not counted by grade, or
 * a grade says nothing of a resource.
 */
export function fitsModels(
  parts: readonly Part[],
  assumed: readonly Part[],
  { resourceModels = [] }: Pick<ClusterSpec, 'resourceModels'>,
  { allocatableModelings = [] }: ResourceSummary,
): bigint | undefined {
  if (resourceModels.length === 0 || allocatableModelings.length === 0) return undefined
  const groups = groupsOf(parts, resourceModels, allocatableModelings)
  if (!groups) return undefined
  const nodes = settled(groups, assumed)
  const [only] = parts
  return only && parts.length === 1 ? countReplicas(nodes, only) / only.replicas : countSets(nodes, parts)
}
