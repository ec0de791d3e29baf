import { readFileSync } from 'node:fs'
import type { Schema } from '../schema/schema.ts'

/** A schema as the file has it: parts of it may only name another. */
interface Described extends Omit<Schema, 'properties' | 'items' | 'additionalProperties'> {
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Described>>
  readonly items?: Described
  readonly additionalProperties?: Described
}

type Descriptions = Readonly<Record<string, Described>>

/** The same place for the sources, for `dist` and in the published package. */
const file = new URL('../../schemas/kubernetes.json', import.meta.url)

let read: Descriptions | undefined

function descriptionOf(name: string): Described {
  read ??= JSON.parse(readFileSync(file, 'utf8')) as Descriptions // the generator wrote it
  const found = read[name]
  if (!found) throw new Error(`there is no schema ${name}: add its model to scripts/kinds.ts`)
  return found
}

const known = new Map<string, Schema>()
const names = new WeakMap<Schema, string>()

/** Its properties are resolved when they are first asked for: few schemas ever are, and they may lead back here. */
function build(name: string, refinement: Schema): Schema {
  const described = descriptionOf(name)
  const schema = { ...described, ...refinement }
  const get = (): Schema['properties'] => {
    const value = resolveAll(described)
    Object.defineProperty(schema, 'properties', { value, enumerable: true })
    return value
  }
  Object.defineProperty(schema, 'properties', { get, enumerable: true, configurable: true })
  names.set(schema, name)
  return schema as Schema // whose properties are now schemas
}

const resolveAll = ({ properties = {}, required = [] }: Described): Readonly<Record<string, Schema>> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, part]) => [name, resolve(required.includes(name) ? present(part) : part)]),
  )

const nothing = { object: {}, array: [], string: '', integer: 0, number: 0, boolean: false } as const

/**
 * What has to be there and is not, is there with nothing in it, as it is for a program in Go: a kind's rules say what is
 * wrong with that. Of a few words the schema says it itself.
 */
function present(part: Described): Described {
  const { $ref, type, format, enum: allowed } = part
  const written = type === 'string' && format // a time, or bytes: nothing is none of them
  if (part.default !== undefined || allowed || written) return part
  if ($ref) return { ...part, default: {} }
  return type ? { ...part, default: nothing[type] } : part
}

function resolve({ $ref, items, additionalProperties: values, ...rest }: Described): Schema {
  const refinement = rest as Schema // only definitions have properties
  if ($ref) return definition($ref, refinement)
  return {
    ...refinement,
    ...(items && { items: resolve(items) }),
    ...(values && { additionalProperties: resolve(values) }),
  }
}

/** A schema of Kubernetes by its name: `io.k8s.api.apps.v1.Deployment`. Always the same object, also of what refines it. */
export function definition(name: string, refinement: Schema = {}): Schema {
  const key = `${name}${JSON.stringify(refinement)}`
  const found = known.get(key)
  if (found) return found
  const schema = build(name, refinement)
  known.set(key, schema)
  return schema
}

/** The name of a schema that has one; a field may refine it with a default or a way to merge. */
export const definitionName = (schema: Schema): string | undefined => names.get(schema)
