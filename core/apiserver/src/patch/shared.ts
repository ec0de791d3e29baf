import { deepFreeze } from '@flotilla/sdk'
import type { Fields } from './fields.ts'

/** How much is remembered, in characters, and what is too long to be met again. */
const most = 2 * 1024 * 1024
const longest = 8 * 1024

let met = new Map<string, Fields>()
let size = 0

/** Those that are remembered, or were. */
const known = new WeakSet<Fields>()

/**
 * The set that was met before with the same fields, or this one: what one program writes has the same fields in each object, and
 * they take as much memory as a small object itself.
 */
export function shared(fields: Fields): Fields {
  if (known.has(fields)) return fields
  const text = JSON.stringify(fields)
  if (text.length > longest) return fields
  const found = met.get(text)
  if (found) return found
  if (size + text.length > most) {
    met = new Map()
    size = 0
  }
  size += text.length
  met.set(text, deepFreeze(fields))
  known.add(fields)
  return fields
}
