import { isObject } from '../registry/json-path.ts'

type Json = Readonly<Record<string, unknown>>

/** What somebody else says of a version of a group in OpenAPI v2: its paths, and the definitions they lead to. */
export interface ForeignV2 {
  readonly paths: Json
  readonly definitions: Json
}

const prefix = '#/definitions/'

/** The names of definitions that a value refers to. */
function* referred(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  const reference = isObject(value) ? value.$ref : undefined
  if (typeof reference === 'string' && reference.startsWith(prefix)) yield reference.slice(prefix.length)
  for (const part of Object.values(value)) yield* referred(part)
}

const reachedFrom = (paths: Json, definitions: Json): Json => {
  const reached = new Map<string, unknown>()
  const waiting = [...referred(paths)]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name) || !Object.hasOwn(definitions, name)) continue
    reached.set(name, definitions[name])
    waiting.push(...referred(definitions[name]))
  }
  return Object.fromEntries(reached)
}

const isBelow = (path: string, root: string): boolean => path === root || path.startsWith(`${root}/`)

/** The part of a document that is about what is at a path and below; undefined when there is none. */
export const partOf = (document: unknown, root: string): ForeignV2 | undefined => {
  if (!isObject(document) || !isObject(document.paths)) return undefined
  const paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => isBelow(path, root)))
  if (Object.keys(paths).length === 0) return undefined
  return { paths, definitions: reachedFrom(paths, isObject(document.definitions) ? document.definitions : {}) }
}
