import { costOf } from '@flotilla/cel'
import type { StatusCause } from '@flotilla/sdk'
import { cause } from '../schema/causes.ts'
import { ruleLimits } from '../schema/rules.ts'
import type { Schema } from '../schema/schema.ts'
import type { Causes } from './checks.ts'
import { largestRequest, leastSize } from './sizes.ts'
import { shapeOf } from './validation-rules.ts'

/** What one rule may cost at worst, and all of a definition, as Kubernetes counts. */
const mostOfRule = 10_000_000
const mostOfAll = 100_000_000

/** Of so many it is said that they cost the most. */
const mostNamed = 4

interface RuleCost {
  readonly field: string
  readonly cost: number
}

/** How often a schema may occur in an object; undefined: as often as there is room. */
type Times = number | undefined

const times = (outer: Times, own: number | undefined): Times =>
  outer === undefined || own === undefined ? undefined : outer * own

const safely = (rule: string, self: ReturnType<typeof shapeOf>): number => {
  try {
    return costOf(rule, { self, oldSelf: self }, ruleLimits)
  } catch {
    return 0 // what is wrong with it is said elsewhere
  }
}

function* costsOf(field: string, schema: Schema, root: boolean, occurs: Times): Iterable<RuleCost> {
  const rules = schema['x-kubernetes-validations'] ?? []
  const often = occurs ?? Math.floor(largestRequest / (leastSize(schema) + 1))
  const self = rules.length > 0 ? shapeOf(schema, root) : undefined
  for (const [i, { rule }] of rules.entries())
    if (self) yield { field: `${field}.x-kubernetes-validations[${i}].rule`, cost: safely(rule, self) * often }
  const { properties = {}, additionalProperties: values, items, maxItems, maxProperties } = schema
  for (const [name, child] of Object.entries(properties))
    yield* costsOf(`${field}.properties[${name}]`, child, false, occurs)
  if (typeof values === 'object')
    yield* costsOf(`${field}.additionalProperties`, values, false, times(occurs, maxProperties))
  if (items) yield* costsOf(`${field}.items`, items, false, times(occurs, maxItems))
}

const hint =
  '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)'

const excess = (what: string, cost: number, limit: number): string => {
  const factor = cost / limit
  return `${what} exceeds budget by factor of ${factor > 100 ? 'more than 100x' : `${factor.toFixed(1)}x`} ${hint}`
}

const whole = 'entire OpenAPIv3 schema'

/** Rules that may cost more than a server can bear: they are refused before there is an object. */
export function ruleCosts(field: string, schema: Schema): Causes {
  const all = [...costsOf(field, schema, true, 1)]
  const total = all.reduce((sum, { cost }) => sum + cost, 0)
  const wrong = all.flatMap((each): readonly StatusCause[] =>
    each.cost > mostOfRule ? [cause.forbidden(each.field, excess('estimated rule cost', each.cost, mostOfRule))] : [],
  )
  if (total <= mostOfAll) return wrong
  const worst = all.toSorted((a, b) => b.cost - a.cost).slice(0, mostNamed)
  return [
    ...wrong,
    ...worst.map((each) =>
      cause.forbidden(each.field, `contributed to estimated rule cost total exceeding cost limit for ${whole}`),
    ),
    cause.forbidden(field, excess(`x-kubernetes-validations estimated rule cost total for ${whole}`, total, mostOfAll)),
  ]
}
