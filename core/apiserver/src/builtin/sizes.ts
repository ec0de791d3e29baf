import type { Schema } from '../schema/schema.ts'

/** How many bytes a request may have. */
export const largestRequest = 3 * 1024 * 1024

/** A character may take so many bytes. */
const widest = 4

const scalars: Readonly<Record<string, number>> = { boolean: 4, integer: 1, number: 1, string: 2, array: 2, object: 2 }

/** The fewest bytes that a value of a schema takes in JSON. */
export function leastSize({ type, required = [], properties = {} }: Schema): number {
  const own = (type && scalars[type]) ?? 1
  if (type !== 'object') return own
  return required.reduce((sum, name) => {
    const child = properties[name]
    return child && child.default === undefined ? sum + name.length + 4 + leastSize(child) : sum
  }, own)
}

const longestOf = (values: readonly unknown[]): number =>
  values.reduce<number>((longest, value) => Math.max(longest, String(value).length), 0)

/** The most that a value of a schema may have: characters, elements, keys. */
export function mostSize(schema: Schema): number | undefined {
  const { type, maxLength, maxItems, maxProperties, items, additionalProperties: values } = schema
  const choices = schema.enum as readonly unknown[] | undefined
  const room = largestRequest - 2
  if (type === 'string') return choices ? longestOf(choices) : maxLength === undefined ? room : maxLength * widest
  if (type === 'array') return maxItems ?? Math.floor(room / (leastSize(items ?? {}) + 1))
  if (type !== 'object' || typeof values !== 'object') return undefined
  return maxProperties ?? Math.floor(room / (leastSize(values) + 6))
}
