import {
  type Component,
  type CustomizationRules,
  type Health,
  interpret,
  isFields,
  type Json,
  type Manifest,
  type Point,
  type ReplicaRequirements,
} from '@flotilla/sdk'
import { withEmptiesOf, withoutEmpties } from './empties.ts'

export type Rule = keyof CustomizationRules

/** One of the questions a customization may answer: what a script is asked, and how its answer is read. */
export interface Operation<Arg, Out> {
  /** Where its script stands in a customization. */
  readonly rule: Rule
  /** Its name, in errors: as in Karmada. */
  readonly name: string
  /** The function of the script. */
  readonly calls: string
  readonly point: Point<Arg, Out | undefined, Out | undefined>
  /** The object in question. */
  about(arg: Arg): Manifest
  /** What the function is given. */
  asks(arg: Arg): readonly unknown[]
  /** What its results mean; throws when they mean nothing. The checks of the point look at the rest. */
  reads(results: readonly unknown[], arg: Arg): Out
}

const typeOf = (value: unknown): string => {
  if (value === null || value === undefined) return 'nil'
  return typeof value === 'object' ? 'table' : typeof value
}

const wrong = (what: string, expected: string, value: unknown): Error =>
  new Error(`expect the returned ${what} to be a ${expected}, but got ${typeOf(value)}`)

function table(value: unknown, what: string): unknown {
  if (typeof value !== 'object' || value === null) throw wrong(what, 'table', value)
  return value
}

function number(value: unknown, what: string): number {
  if (typeof value !== 'number') throw wrong(what, 'number', value)
  return Math.trunc(value)
}

function bool(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') throw wrong(what, 'bool', value)
  return value
}

const isNil = (value: unknown): boolean => value === null || value === undefined

/** An empty table is an empty list as well. */
const list = (value: unknown): unknown => (isFields(value) && Object.keys(value).length === 0 ? [] : value)

const manifestOf = ({ manifest }: interpret.Template): Manifest => manifest
const alone = ({ manifest }: interpret.Template): readonly unknown[] => [manifest]

/** Karmada's words for a fact of ours. */
const healthOf = (isHealthy: boolean): Health => (isHealthy ? 'Healthy' : 'Unhealthy')

export const replicas: Operation<interpret.Template, interpret.Needs> = {
  rule: 'replicaResource',
  name: 'InterpretReplica',
  calls: 'GetReplicas',
  point: interpret.replicas,
  about: manifestOf,
  asks: alone,
  reads: ([count, needed]) => {
    const needs = { replicas: number(count, 'replica') }
    if (isNil(needed)) return needs
    const requirements = withoutEmpties(table(needed, 'requires')) as ReplicaRequirements // the point looks at it
    return { ...needs, requirements }
  },
}

export const components: Operation<interpret.Template, readonly Component[]> = {
  rule: 'componentResource',
  name: 'InterpretComponent',
  calls: 'GetComponents',
  point: interpret.components,
  about: manifestOf,
  asks: alone,
  reads: ([parts]) => {
    if (isNil(parts)) return []
    const all = list(table(parts, 'components'))
    return (Array.isArray(all) ? all.map(withoutEmpties) : all) as readonly Component[] // the point looks at it
  },
}

export const reviseReplicas: Operation<interpret.Revision, Manifest> = {
  rule: 'replicaRevision',
  name: 'ReviseReplica',
  calls: 'ReviseReplica',
  point: interpret.reviseReplicas,
  about: manifestOf,
  asks: ({ manifest, replicas }) => [manifest, replicas],
  reads: ([revised], { manifest }) => withEmptiesOf(table(revised, 'object'), [manifest]) as Manifest, // the point looks at it
}

export const retain: Operation<interpret.Retention, Manifest> = {
  rule: 'retention',
  name: 'Retain',
  calls: 'Retain',
  point: interpret.retain,
  about: ({ desired }) => desired,
  asks: ({ desired, observed }) => [desired, observed],
  reads: ([retained], { desired, observed }) =>
    withEmptiesOf(table(retained, 'object'), [desired, observed]) as Manifest, // the point looks at it
}

export const status: Operation<interpret.Template, interpret.Reflection> = {
  rule: 'statusReflection',
  name: 'InterpretStatus',
  calls: 'ReflectStatus',
  point: interpret.status,
  about: manifestOf,
  asks: alone,
  reads: ([reflected]) => ({ status: withoutEmpties(table(reflected, 'status')) as Json }),
}

export const aggregate: Operation<interpret.Aggregation, Manifest> = {
  rule: 'statusAggregation',
  name: 'AggregateStatus',
  calls: 'AggregateStatus',
  point: interpret.aggregate,
  about: ({ template }) => template,
  asks: ({ template, items }) => [template, items],
  reads: ([aggregated]) => withoutEmpties(table(aggregated, 'object')) as Manifest, // the point looks at it
}

export const health: Operation<interpret.Template, Health> = {
  rule: 'healthInterpretation',
  name: 'InterpretHealth',
  calls: 'InterpretHealth',
  point: interpret.health,
  about: manifestOf,
  asks: alone,
  reads: ([isHealthy]) => healthOf(bool(isHealthy, 'health')),
}

export const dependencies: Operation<interpret.Template, readonly interpret.Dependency[]> = {
  rule: 'dependencyInterpretation',
  name: 'InterpretDependency',
  calls: 'GetDependencies',
  point: interpret.dependencies,
  about: manifestOf,
  asks: alone,
  reads: ([needed]) => {
    const all = list(table(needed, 'dependencies'))
    return (Array.isArray(all) ? all.map(withoutEmpties) : all) as readonly interpret.Dependency[] // the point looks at it
  },
}
