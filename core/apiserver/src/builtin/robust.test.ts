import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deepFreeze, type Manifest } from '@flotilla/sdk'
import type { Schema } from '../schema/schema.ts'
import { compileSchema } from '../schema/structural.ts'
import { builtins } from './index.ts'

/** Whatever a schema lets pass must not surprise the code behind it: that would be an error 500. */

/** Numbers that look random and are the same each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * sides)
  }
}

type Roll = ReturnType<typeof dice>

const texts = ['', 'a', 'A b', '10.0.0.1', '50%', 'constructor', '2026-11-22T16:00:00Z', 'kubernetes.io/tls']
const numbers = [0, 1, -1, 80, 70000]

const pick = <T>(roll: Roll, values: readonly T[]): T => {
  const value = values[roll(values.length)]
  if (value === undefined) throw new Error('there is nothing to pick')
  return value
}

function textOf({ enum: allowed, format }: Schema, roll: Roll): unknown {
  if (allowed) return pick(roll, allowed)
  if (format === 'date-time') return '2026-11-22T16:00:00Z'
  return format === 'byte' ? 'YQ==' : pick(roll, texts)
}

/** A value of a schema; few levels down all that may be missing is. */
function anyOf(schema: Schema, roll: Roll, depth: number): unknown {
  if (schema.format === 'quantity') return pick(roll, [1, '500m', '1Gi', '-1', 0.5])
  if (schema['x-kubernetes-int-or-string']) return pick<unknown>(roll, [...numbers, ...texts])
  switch (schema.type) {
    case 'object':
      return objectOf(schema, roll, depth)
    case 'array':
      return Array.from({ length: roll(3) }, () => anyOf(schema.items ?? {}, roll, depth - 1))
    case 'string':
      return textOf(schema, roll)
    case 'integer':
    case 'number':
      return pick(roll, numbers)
    case 'boolean':
      return roll(2) === 0
    default:
      return pick<unknown>(roll, [{}, 'x', 1, [], { a: { b: 1 } }])
  }
}

function objectOf({ properties = {}, required = [], additionalProperties: values }: Schema, roll: Roll, depth: number) {
  const named = Object.entries(properties)
    .filter(([name]) => required.includes(name) || (depth > 0 && roll(3) === 0))
    .map(([name, child]) => [name, anyOf(child, roll, depth - 1)])
  const others =
    typeof values === 'object'
      ? Array.from({ length: roll(3) }, () => [pick(roll, texts), anyOf(values, roll, depth - 1)])
      : []
  return Object.fromEntries([...named, ...others])
}

const depth = 7
const rounds = 60

describe('nothing a schema accepts is too much for', () => {
  for (const { kind, group, version, schema = {}, strategy, columns, selectableFields } of builtins) {
    test(kind, () => {
      const { prune, applyDefaults, validate } = compileSchema(schema)
      const roll = dice(1)
      const make = (): Manifest => {
        const apiVersion = group ? `${group}/${version}` : version
        const fields = objectOf(schema, roll, depth)
        return deepFreeze(applyDefaults(prune({ ...fields, apiVersion, kind, metadata: { name: 'test', uid: 'u' } })))
      }
      let accepted = 0
      for (let i = 0; i < rounds; i++) {
        const [one, other] = [make(), make()]
        if (validate(one).length + validate(other).length > 0) continue
        accepted++
        const before = deepFreeze(strategy.prepareForCreate?.(one) ?? one)
        const after = deepFreeze(strategy.prepareForUpdate?.(other, before) ?? other)
        strategy.validate?.(before)
        strategy.validate?.(after, before)
        for (const { cell } of columns) cell(after, new Date(0))
        for (const read of Object.values(selectableFields)) assert.equal(typeof read(after), 'string')
      }
      assert.ok(accepted > 0, 'none of the objects was valid')
    })
  }
})
