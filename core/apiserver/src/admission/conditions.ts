import { compile, type Expression, type Limits, type Variables } from '@flotilla/cel'
import { ApiError, reasonOf } from '@flotilla/sdk'
import type { Served } from '../registry/registry.ts'
import { requestOf } from './review.ts'
import type { Write } from './write.ts'

/** What has to hold of a request for someone to be asked. */
export interface Condition {
  readonly name: string
  readonly expression: string
}

/** As long as Kubernetes lets expressions be, more or less; objects are not longer. */
export const limits = { longest: 64 * 1024, steps: 300_000 } as const

export const requestNames = ['object', 'oldObject', 'request', 'authorizer'] as const

/** What every expression about a write sees. */
export const valuesOf = (write: Write, served: Served): Variables => ({
  object: write.object ?? null,
  oldObject: write.before ?? null,
  request: requestOf(write, served),
  authorizer: write.rights.authorizer(write),
})

/** The same, of expressions that say how to change an object. */
export const mutationLimits = { ...limits, constructs: ['Object', 'JSONPatch'] } as const satisfies Limits

export const compiled = (text: string, names: readonly string[], bounds: Limits = limits): Expression =>
  compile(text, names, bounds)

/** What an error of an expression says beside the expression. */
export const wrongWith = (error: unknown): string =>
  error instanceof ApiError ? error.message : reasonOf(error).replace(/^.*? has no value: /s, '')

/** Whether all conditions hold. One that does not decides, whatever is wrong with others. Throws what is wrong. */
export const meets = (
  conditions: readonly Condition[],
  values: Variables,
  names: readonly string[] = requestNames,
): boolean => {
  const failures: Error[] = []
  for (const { name, expression } of conditions) {
    try {
      if (compiled(expression, names).evaluate(values) !== true) return false
    } catch (error) {
      failures.push(new Error(`error evaluating ${name}: ${wrongWith(error)}`, { cause: error }))
    }
  }
  if (failures[0]) throw failures[0]
  return true
}
