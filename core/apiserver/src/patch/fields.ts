/**
 * A set of fields, as `managedFields` has it (FieldsV1): each key is a step (`f:spec`, `k:{"name":"web"}`, `v:"x"`),
 * a field without anything below is in the set, one with fields below is in it when it also has the key `.`.
 * Sets are never changed, and share what they have in common.
 */
export interface Fields {
  readonly [step: string]: Fields
}

/** A field of the set with nothing below. */
export const leaf: Fields = Object.freeze({})

const self = '.'

const isLeaf = (fields: Fields): boolean => {
  for (const _ in fields) return false
  return true
}

/** Whether the field itself is in the set, not only what is below it. */
export const isMember = (fields: Fields): boolean => fields[self] !== undefined || isLeaf(fields)

/** A container that is in the set, with what is below. */
export const withSelf = (below: Fields): Fields => (isLeaf(below) ? leaf : { [self]: leaf, ...below })

/** What remains of a copy from which steps were removed: nothing, or a set in its one form. */
function normal(fields: Fields): Fields | undefined {
  let steps = 0
  for (const _ in fields) if (++steps > 1) return fields
  if (steps === 0) return undefined
  return fields[self] ? leaf : fields
}

/** Fields in either set. `a` itself when it has them all. */
export function union(a: Fields, b: Fields): Fields {
  if (a === b) return a
  if (isLeaf(b)) return isMember(a) ? a : withSelf(a)
  let both: Record<string, Fields> | undefined = isLeaf(a) ? { [self]: leaf } : undefined
  for (const step in b) {
    const mine = a[step]
    const theirs = b[step] ?? leaf
    const next = mine ? union(mine, theirs) : theirs
    if (next === mine) continue
    both ??= { ...a }
    both[step] = next
  }
  return both ?? a
}

/** How a field that is in both sets, with what is below it, comes out of `a`. */
type Taking = (a: Fields, b: Fields) => Fields | undefined

/** `a` with `take` done to all steps it has in common with `b`; undefined when nothing remains. */
function takeBelow(a: Fields, b: Fields, take: Taking, start?: Record<string, Fields>): Fields | undefined {
  let rest = start
  for (const step in b) {
    const mine = a[step]
    if (!mine || step === self) continue
    const next = take(mine, b[step] ?? leaf)
    if (next === mine) continue
    rest ??= { ...a }
    if (next) rest[step] = next
    else delete rest[step]
  }
  return rest ? normal(rest) : a
}

/** Fields of `a` that are not in `b`; undefined when there are none, `a` itself when that is all. */
export function subtract(a: Fields, b: Fields): Fields | undefined {
  if (a === b) return undefined
  if (isLeaf(a)) return isMember(b) ? undefined : a
  const { [self]: own, ...below } = a
  return takeBelow(a, b, subtract, own && isMember(b) ? below : undefined)
}

/** The same, but a leaf of `b` takes everything below it along. */
export function cut(a: Fields, b: Fields): Fields | undefined {
  if (isLeaf(b)) return undefined
  return takeBelow(a, b, cut)
}

/** Fields in both sets; undefined when there are none. */
export function intersect(a: Fields, b: Fields): Fields | undefined {
  const both: Record<string, Fields> = {}
  for (const step in a) {
    const [mine, theirs] = [a[step], b[step]]
    const common = mine && theirs && step !== self ? intersect(mine, theirs) : undefined
    if (common) both[step] = common
  }
  if (isMember(a) && isMember(b)) return withSelf(both)
  return isLeaf(both) ? undefined : both
}

/** How messages write a step: `.spec`, `[name="web"]`, `[="x"]`. */
function stepText(step: string): string {
  const rest = step.slice(2)
  switch (step.slice(0, 2)) {
    case 'f:':
      return `.${rest}`
    case 'k:':
      return `[${Object.entries(JSON.parse(rest)).map(([key, value]) => `${key}=${JSON.stringify(value)}`)}]`
    case 'v:':
      return `[=${rest}]`
    default:
      return `[${rest}]`
  }
}

const byStep = ([a]: readonly [string, Fields], [b]: readonly [string, Fields]): number => (a < b ? -1 : 1)

/** The paths of all fields of the set in order, as messages write them: `.spec.containers[name="web"].image`. */
export function paths(fields: Fields, path = ''): readonly string[] {
  const own = isMember(fields) && path ? [path] : []
  const below = Object.entries(fields)
    .filter(([step]) => step !== self)
    .toSorted(byStep)
  return [...own, ...below.flatMap(([step, child]) => paths(child, path + stepText(step)))]
}
