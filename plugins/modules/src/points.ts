import {
  type About,
  errors,
  type GuestPoint,
  guestFunction,
  guestPoints,
  type ResourceInterpreterModule,
  type ResourceInterpreterModuleSpec,
} from '@flotilla/sdk'

export const isInterpreting = ({ id }: GuestPoint): boolean => id.startsWith('interpret.')

/** Where a module is asked only about kinds it names: what a kind means is not said of all, and no module stands before all writes. */
export const needsTargets = (point: GuestPoint): boolean => isInterpreting(point) || point.id.startsWith('admit.')

const isOf = (names: readonly string[]) => (point: GuestPoint) => names.includes(point.id)

const isExported = (functions: readonly string[]) => (point: GuestPoint) => functions.includes(guestFunction(point))

/** The points a program answers. */
export const pointsOf = (
  { points }: ResourceInterpreterModuleSpec,
  functions: readonly string[],
): readonly GuestPoint[] => guestPoints.filter(points ? isOf(points) : isExported(functions))

/**
 * The points of a module that is not loaded: those it names. One that names none is taken to interpret its kinds, so that nobody
 * else does in the meantime.
 */
export const expectedPoints = ({ points, targets = [] }: ResourceInterpreterModuleSpec): readonly GuestPoint[] =>
  guestPoints.filter(points ? isOf(points) : targets.length > 0 ? isInterpreting : () => false)

/** What is wrong with the functions of a program, given what is asked of it. */
export function wrongFunctions(spec: ResourceInterpreterModuleSpec, functions: readonly string[]): string | undefined {
  const points = pointsOf(spec, functions)
  const missing = points.filter((point) => !isExported(functions)(point))
  if (missing.length > 0)
    return missing.map((point) => `it exports no function ${guestFunction(point)} for ${point.id}`).join(', ')
  if (points.length === 0) {
    const names = guestPoints.map(guestFunction).join(', ')
    return `it exports none of the functions that answer points: ${names}`
  }
  const bare = points.find(needsTargets)
  return bare && !spec.targets?.length ? `it answers ${bare.id}, and names no kinds in spec.targets` : undefined
}

/** Throws `MODULE_INVALID` for a program that cannot do what is asked of it. */
export function checkFunctions({ metadata, spec }: ResourceInterpreterModule, functions: readonly string[]): void {
  const problem = wrongFunctions(spec, functions)
  if (problem) throw errors.MODULE_INVALID(metadata.name, problem)
}

type Subject = (arg: never) => About | undefined

interface Asked {
  readonly manifest?: About
  readonly template?: About
  readonly desired?: About
  readonly binding?: { readonly spec?: { readonly resource?: About } }
}

const ofObject: Subject = ({ manifest, desired, template }: Asked) => manifest ?? desired ?? template
const ofBinding: Subject = ({ binding }: Asked) => binding?.spec?.resource

/** The kind that a question at a point is about. */
export const subjectOf = ({ id }: GuestPoint): Subject => (id.startsWith('schedule.') ? ofBinding : ofObject)
