import { readFileSync } from 'node:fs'

type Json = Readonly<Record<string, unknown>>

const file = new URL('../../schemas/documents.json', import.meta.url)

let read: Json | undefined

const schemas = (): Json => {
  read ??= JSON.parse(readFileSync(file, 'utf8')) as Json
  return read
}

/** What Kubernetes itself tells clients of a type of its own, with references as in OpenAPI v3; undefined for others. */
export const published = (name: string): Json | undefined => {
  const all = schemas()
  return Object.hasOwn(all, name) ? (all[name] as Json) : undefined // each is the schema of an object or a scalar
}
