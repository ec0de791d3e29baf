import type { ClusterSpec, ResourceModel, ResourceSummary } from '@flotilla/sdk'
import { parseQuantity } from '@flotilla/sdk'
import { type Amounts, fits } from './quantities.ts'

/** Pods a node takes, whatever its size. */
const podsPerNode = 110n

/** The least that a node of each grade has left. */
type Grades = ReadonlyMap<number, Amounts>

const known = new WeakMap<readonly ResourceModel[], Grades>()

function gradesOf(models: readonly ResourceModel[]): Grades {
  const found = known.get(models)
  if (found) return found
  const grades = new Map(
    models.map(({ grade, ranges }) => [grade, new Map(ranges.map(({ name, min }) => [name, parseQuantity(min)]))]),
  )
  known.set(models, grades)
  return grades
}

const isModelled = (request: Amounts, node: Amounts): boolean =>
  [...request].every(([name, amount]) => amount <= 0n || node.has(name))

/**
 * How many replicas fit into the nodes of a cluster, each counted as the smallest of its grade: a replica needs one node
 * that has room for all of it. Undefined when nodes are not counted by grade, or a grade says nothing of a resource.
 */
export function fitsModels(
  request: Amounts,
  { resourceModels = [] }: Pick<ClusterSpec, 'resourceModels'>,
  { allocatableModelings = [] }: ResourceSummary,
): bigint | undefined {
  if (resourceModels.length === 0 || allocatableModelings.length === 0) return undefined
  const grades = gradesOf(resourceModels)
  let total = 0n
  for (const { grade, count } of allocatableModelings) {
    const node = grades.get(grade)
    if (!node || !isModelled(request, node)) return undefined
    const each = fits(request, node) ?? podsPerNode
    total += BigInt(count) * (each < podsPerNode ? each : podsPerNode)
  }
  return total
}
