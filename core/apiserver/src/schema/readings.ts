import type { Reading } from '@flotilla/cel'
import type { Schema } from './schema.ts'

const formats: Readonly<Record<string, Reading['as']>> = {
  'date-time': 'timestamp',
  date: 'timestamp',
  duration: 'duration',
  byte: 'bytes',
}

const typeOf = ({ type, format = '' }: Schema): Reading['as'] =>
  type === 'number' ? 'double' : type === 'string' ? formats[format] : undefined

const known = new WeakMap<Schema, Reading | 'none'>()

const found = (schema: Schema): Reading | undefined => {
  const as = typeOf(schema)
  if (as) return { as }
  const { properties = {}, additionalProperties: values, items } = schema
  const fields = new Map<string, Reading>()
  for (const [name, child] of Object.entries(properties)) {
    const reading = readingOf(child)
    if (reading) fields.set(name, reading)
  }
  const rest = typeof values === 'object' ? readingOf(values) : undefined
  const each = items && readingOf(items)
  if (fields.size === 0 && !rest && !each) return undefined
  return { field: (name) => fields.get(name) ?? rest, ...(each && { items: each }) }
}

/** How expressions understand values of a schema; undefined for as they are. */
export function readingOf(schema: Schema): Reading | undefined {
  const before = known.get(schema)
  if (before) return before === 'none' ? undefined : before
  const reading = found(schema)
  known.set(schema, reading ?? 'none')
  return reading
}
