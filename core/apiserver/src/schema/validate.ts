import { type Pattern, pattern } from '@flotilla/cel'
import type { StatusCause } from '@flotilla/sdk'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { cause } from './causes.ts'
import { addFormats } from './formats.ts'
import { jsonSchema, type Refer } from './json-schema.ts'
import type { Schema } from './schema.ts'
import { fieldOf, type Place, violations } from './violations.ts'

type Context = Parameters<ValidateFunction>[1]

/** What the validator calls for a keyword of our own. */
interface KeywordFunction {
  (value: unknown, context?: Context): boolean
  errors?: Partial<ErrorObject>[]
}

/** Finds what is wrong with a value somewhere in an object. */
type Check = (value: unknown, context: Context) => readonly StatusCause[]

const nothing: readonly StatusCause[] = []

/** What is no pattern is let pass, as refusing everything would help no one. No definition that was checked has such. */
function testOf(text: string): Pattern['test'] {
  try {
    return pattern(text).test
  } catch {
    return () => true
  }
}

/** The validator tells patterns apart by their text. */
const patternOf = (text: string) => ({ test: testOf(text), toString: () => text })

const place = (context: Context): Place => ({ pointer: context?.instancePath ?? '', root: context?.rootData })

/** A check that remembers the objects with which nothing is wrong. */
function once(check: Check): Check {
  const good = new WeakSet<object>()
  return (value, context) => {
    if (typeof value !== 'object' || value === null) return check(value, context)
    if (good.has(value)) return nothing
    const causes = check(value, context)
    if (causes.length === 0) good.add(value)
    return causes
  }
}

/** Makes a check what the validator expects of a keyword. What was found travels in a parameter of the error. */
const keyword = (check: Check): KeywordFunction => {
  const validate: KeywordFunction = (value, context) => {
    const causes = check(value, context)
    if (causes.length === 0) return true
    validate.errors = [{ instancePath: '', params: { causes } }]
    return false
  }
  return validate
}

const identity = (item: unknown, keys: readonly string[]): unknown =>
  keys.length === 0 ? item : Object.fromEntries(keys.toSorted().map((key) => [key, Reflect.get(Object(item), key)])) // as it is told

/** No two items of a set are the same, no two of a map have the same keys. */
function duplicates(list: readonly unknown[], keys: readonly string[], context: Context): readonly StatusCause[] {
  const seen = new Set<string>()
  return list.flatMap((item, i) => {
    const id = identity(item, keys)
    const text = JSON.stringify(id)
    if (seen.has(text)) return [cause.duplicate(`${fieldOf(place(context))}[${i}]`, id)]
    seen.add(text)
    return []
  })
}

const options = {
  allErrors: true,
  strict: false,
  meta: false,
  validateSchema: false,
  addUsedSchema: false,
  unicodeRegExp: false,
  messages: false,
  inlineRefs: false,
  code: { regExp: Object.assign(patternOf, { code: 'patternOf' }) },
} as const

/** A validator and all it has compiled, which lives as long as any of it is in use. */
class Compiler {
  readonly #ajv = new Ajv(options)
  readonly #checks = new WeakMap<Schema, Check>()
  readonly #referred: Schema[] = []

  constructor() {
    addFormats(this.#ajv)
    const checkOf = (index: number): Check => {
      const schema = this.#referred[index]
      if (!schema) throw new Error(`there is no schema ${index}`)
      return (value, context) => this.check(schema)(value, context)
    }
    this.#ajv.addKeyword({ keyword: 'check', schemaType: 'number', compile: (index) => keyword(checkOf(index)) })
    this.#ajv.addKeyword({
      keyword: 'checkOnce',
      schemaType: 'number',
      compile: (index) => keyword(once(checkOf(index))),
    })
    this.#ajv.addKeyword({
      keyword: 'unique',
      type: 'array',
      schemaType: 'array',
      compile: (keys) => keyword((list, context) => duplicates(list as readonly unknown[], keys, context)), // `type`
    })
  }

  /** How much it has compiled. */
  get size(): number {
    return this.#referred.length
  }

  /** Compiles a schema when it is first used, but not what is below its fields. */
  check(schema: Schema): Check {
    return this.#checks.get(schema) ?? this.#compile(schema, this.#refer)
  }

  /** The same for whole objects. A field that was good once is not looked at again: it cannot have changed. */
  checkObject(schema: Schema): Check {
    return this.#compile(schema, (field) =>
      field.properties ? { checkOnce: this.#referred.push(field) - 1 } : this.#refer(field),
    )
  }

  #compile(schema: Schema, refer: Refer): Check {
    const validate = this.#ajv.compile(jsonSchema(schema, refer))
    const check: Check = (value, context) =>
      validate(value, context) ? nothing : violations(validate.errors ?? [], context?.rootData ?? value)
    this.#checks.set(schema, check)
    return check
  }

  readonly #refer: Refer = (schema) =>
    schema.properties ? { check: this.#referred.push(schema) - 1 } : jsonSchema(schema, this.#refer)
}

/** What a validator has compiled it keeps, also of schemas long replaced: so there is a new one now and then. */
const enough = 5000
let compiler = new Compiler()

/** A function that says what of a schema an object does not keep to. Compiles on first use, and only what it meets. */
export function validatorOf(schema: Schema): (object: unknown) => readonly StatusCause[] {
  let check: Check | undefined
  return (object) => {
    if (!check) {
      if (compiler.size > enough) compiler = new Compiler()
      check = compiler.checkObject(schema)
    }
    return check(object, undefined)
  }
}
