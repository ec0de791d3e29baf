/** Writes the schemas of Kubernetes' built-in kinds, from what the Kubernetes client package knows of their types. */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { alsoRequired, atomicTypes, defaults, enums, merging, notRequired, quantities } from './annotations.ts'
import { kinds, machinery, officialName } from './kinds.ts'

type Definition = Readonly<Record<string, unknown>>

interface Field {
  readonly name: string
  /** `string`, `Array<V1Container>`, `{ [key: string]: string; }`, ... */
  readonly type: string
  readonly format: string
  readonly required: boolean
  readonly description: string | undefined
}

interface Model {
  readonly description: string | undefined
  readonly fields: readonly Field[]
}

const models = join(dirname(fileURLToPath(import.meta.resolve('@kubernetes/client-node'))), 'gen/models')
const target = join(import.meta.dirname, '../schemas/kubernetes.json')

const plain = (comment: string | undefined): string | undefined =>
  comment
    ?.replaceAll(/^\s*\* ?/gm, '')
    .replaceAll(/\\(['"])/g, '$1')
    .trim()

const classComment = /\/\*\*\n((?:\*.*\n)+)\*\/\nexport declare class/
const declaration = /(?:\/\*\*\n((?:\s+\*.*\n)+?)\s+\*\/\n\s+)?'([^']+)'(\??): /g

/** Which fields are required, and the comments, by name: the declarations know. */
function declared(model: string): {
  readonly about: string | undefined
  readonly fields: ReadonlyMap<string, Partial<Field>>
} {
  const text = readFileSync(join(models, `${model}.d.ts`), 'utf8')
  const found = [...text.matchAll(declaration)].map(
    ([, comment, name = '', mark]) => [name, { required: mark === '', description: plain(comment) }] as const,
  )
  return { about: plain(classComment.exec(text)?.[1]), fields: new Map(found) }
}

const attribute = /"name": "([^"]+)",\s+"baseName": "([^"]+)",\s+"type": "([^"]+)",\s+"format": "([^"]*)"/g

/** A type of the client package. */
function readModel(model: string): Model {
  const { about, fields } = declared(model)
  const code = readFileSync(join(models, `${model}.js`), 'utf8')
  const read = ([, property = '', name = '', type = '', format = '']: RegExpExecArray): Field => {
    const { required = false, description } = fields.get(property) ?? {}
    return { name, type, format, required, description }
  }
  return { description: about, fields: [...code.matchAll(attribute)].map(read) }
}

const listType = /^Array<(.+)>$/
const mapType = /^\{ \[key: string\]: (.+); \}$/

/** The type inside lists and maps. */
function innermost(type: string): string {
  const inner = listType.exec(type)?.[1] ?? mapType.exec(type)?.[1]
  return inner ? innermost(inner) : type
}

const isModel = (type: string): boolean => /^(\w+?)?V\d/.test(type) && type !== 'V1MicroTime'

const quantity: Definition = { format: 'quantity', 'x-kubernetes-int-or-string': true }

function numberOf(format: string): Definition {
  if (format === 'double') return { type: 'number', format }
  return { type: 'integer', ...(format && { format }) }
}

function scalar(type: string, format: string): Definition {
  switch (type) {
    case 'string':
      return { type: 'string', ...(format && { format }) }
    case 'number':
      return numberOf(format)
    case 'boolean':
      return { type: 'boolean' }
    case 'Date':
    case 'V1MicroTime':
      return { type: 'string', format: 'date-time' }
    case 'IntOrString':
      return { format: 'int-or-string', 'x-kubernetes-int-or-string': true }
    default:
      return { 'x-kubernetes-preserve-unknown-fields': true } // any
  }
}

/** What is to be described, and under which names. */
class Catalogue {
  readonly #models = new Map<string, Model>()
  readonly #groups = new Map<string, string>()

  constructor() {
    for (const model of machinery) this.#groups.set(model, 'machinery')
    for (const [group, roots] of Object.entries(kinds)) for (const root of roots) this.#reach(root, group)
  }

  /** Types belong to the first group that reaches them; the core group comes first. */
  #reach(model: string, group: string): void {
    if (this.#models.has(model)) return
    const read = readModel(model)
    this.#models.set(model, read)
    if (!this.#groups.has(model)) this.#groups.set(model, group)
    for (const { type } of read.fields) if (isModel(innermost(type))) this.#reach(innermost(type), group)
  }

  nameOf(model: string): string {
    return officialName(model, this.#groups.get(model) ?? '')
  }

  isRequired(model: string, { name, required }: Field): boolean {
    if (alsoRequired[model]?.includes(name)) return true
    return required && !notRequired[model]?.includes(name)
  }

  definitions(): Definition {
    const described = [...this.#models].map(
      ([model, read]) => [this.nameOf(model), describe(model, read, this)] as const,
    )
    return Object.fromEntries(described.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }
}

function typeSchema(
  type: string,
  format: string,
  catalogue: Catalogue,
  inner: (schema: Definition) => Definition,
): Definition {
  const item = listType.exec(type)?.[1]
  if (item) return { type: 'array', items: typeSchema(item, format, catalogue, inner) }
  const value = mapType.exec(type)?.[1]
  if (value) return { type: 'object', additionalProperties: typeSchema(value, format, catalogue, inner) }
  return inner(isModel(type) ? { $ref: catalogue.nameOf(type) } : scalar(type, format))
}

function fieldSchema(model: string, { name, type, format, description }: Field, catalogue: Catalogue): Definition {
  const allowed = enums[model]?.[name]
  const refine = (schema: Definition): Definition => {
    if (quantities[model]?.includes(name)) return quantity
    return allowed ? { ...schema, enum: allowed } : schema
  }
  const missing = defaults[model]?.[name]
  return {
    ...(description && { description }),
    ...typeSchema(type, format, catalogue, refine),
    ...(missing !== undefined && { default: missing }),
    ...merging[model]?.[name],
  }
}

function describe(model: string, { description, fields }: Model, catalogue: Catalogue): Definition {
  const required = fields.filter((field) => catalogue.isRequired(model, field)).map(({ name }) => name)
  const properties = fields.map((field) => [field.name, fieldSchema(model, field, catalogue)] as const)
  return {
    ...(description && { description }),
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    ...(atomicTypes.has(model) && { 'x-kubernetes-map-type': 'atomic' }),
  }
}

/** Annotations of fields that do not exist are mistakes, or of a release that is gone. */
function checkAnnotations(): void {
  const tables: readonly Readonly<Record<string, object>>[] = [
    merging,
    quantities,
    enums,
    defaults,
    notRequired,
    alsoRequired,
  ]
  for (const [model, annotated] of tables.flatMap((table) => Object.entries(table))) {
    const fields = new Set(readModel(model).fields.map(({ name }) => name))
    const names = Array.isArray(annotated) ? annotated : Object.keys(annotated)
    const strange = names.filter((name: string) => !fields.has(name))
    if (strange.length > 0) throw new Error(`${model} has no field ${strange.join(', ')}`)
  }
}

/** One definition a line: small, and changes can still be read. */
const lines = (definitions: Definition): string =>
  Object.entries(definitions)
    .map(([name, schema]) => `${JSON.stringify(name)}:${JSON.stringify(schema)}`)
    .join(',\n')

checkAnnotations()
writeFileSync(target, `{\n${lines(new Catalogue().definitions())}\n}\n`)
