import { dyn, inferred, type Limits, type Shape, unknown } from '@flotilla/cel'
import { reasonOf } from '@flotilla/sdk'
import { type Condition, limits } from '../admission/conditions.ts'
import { qualifiedName } from '../object/names.ts'
import { cause } from '../schema/causes.ts'
import { type Causes, required } from './checks.ts'

/** What expressions may name, and what is known of it. */
export type Names = Readonly<Record<string, Shape>>

/** What an expression may be: `dyn` is known when it is evaluated. */
export const typed = (
  field: string,
  words: string,
  names: Names,
  allowed?: readonly string[],
  bounds: Limits = limits,
): Causes => {
  try {
    const { type } = inferred(words, names, bounds)
    if (type === 'unknown' || !allowed || allowed.includes(type)) return []
    const expected = allowed.length === 1 ? allowed[0] : `one of [${allowed.join(' ')}]`
    return [cause.invalid(field, words, `must evaluate to ${expected} but got ${type}`)]
  } catch (error) {
    return [cause.invalid(field, words, `compilation failed: ERROR: ${reasonOf(error)}`)]
  }
}

/** What every expression about a write may name. */
export const ofRequest: Names = { object: dyn, oldObject: dyn, request: unknown, authorizer: unknown }

/** What is wrong with conditions. */
export const conditions = (field: string, all: readonly Condition[] = [], names: Names = ofRequest): Causes =>
  all.flatMap(({ name, expression }, i) => {
    const at = `${field}[${i}]`
    return [
      ...(expression.trim() === ''
        ? [cause.required(`${at}.expression`)]
        : typed(`${at}.expression`, expression, names, ['bool'])),
      ...required(`${at}.name`, name),
      ...(name ? qualifiedName(name).map((wrong) => cause.invalid(`${at}.name`, name, wrong)) : []),
    ]
  })
