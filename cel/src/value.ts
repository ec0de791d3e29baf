import { type CelInput, type CelValue, celList, celMap, isCelList, isCelMap, isCelUint } from '@bufbuild/cel'
import { fromJson, toJson } from '@bufbuild/protobuf'
import { isReflectMessage } from '@bufbuild/protobuf/reflect'
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt'
import type { Json } from '@flotilla/sdk'
import { Authorizer, authorizerValue } from './authorizer.ts'
import type { Meter } from './meter.ts'

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** How the texts in a value are to be understood, where they are more than that. */
export interface Reading {
  readonly as?: 'timestamp' | 'duration' | 'bytes' | 'double'
  /** Of a field. */
  field?(name: string): Reading | undefined
  /** Of the elements of a list. */
  readonly items?: Reading
}

/** A value, and how it is to be understood. */
export class Read {
  readonly value: unknown
  readonly reading: Reading

  constructor(value: unknown, reading: Reading) {
    this.value = value
    this.reading = reading
    Object.freeze(this)
  }
}

/** What an expression said, as it is in expressions; not JSON. */
export class Held {
  readonly value: CelValue

  constructor(value: CelValue) {
    this.value = value
    Object.freeze(this)
  }
}

/** Names that expressions cannot say as they are are written so, as in Kubernetes. */
const escapes: Readonly<Record<string, string>> = {
  __underscores__: '__',
  __dot__: '.',
  __dash__: '-',
  __slash__: '/',
}

const reserved =
  /^__(true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)__$/

const unescaped = (name: string): string =>
  reserved.exec(name)?.[1] ?? name.replace(/__(?:underscores|dot|dash|slash)__/g, (found) => escapes[found] ?? found)

/** The fields of an object as a map whose values are translated when they are asked for: most never are. */
class FieldMap implements ReadonlyMap<string, CelInput> {
  readonly #fields: Fields
  readonly #translate: (key: string, value: unknown) => CelInput
  #listed: readonly string[] | undefined

  constructor(fields: Fields, translate: (key: string, value: unknown) => CelInput) {
    this.#fields = fields
    this.#translate = translate
  }

  get size(): number {
    return this.#keys.length
  }

  get #keys(): readonly string[] {
    this.#listed ??= Object.keys(this.#fields).filter((key) => this.#fields[key] !== undefined)
    return this.#listed
  }

  has(key: string): boolean {
    return this.#nameOf(key) !== undefined
  }

  get(key: string): CelInput | undefined {
    const name = this.#nameOf(key)
    return name === undefined ? undefined : this.#translate(name, this.#fields[name])
  }

  #nameOf(key: string): string | undefined {
    if (Object.hasOwn(this.#fields, key)) return this.#fields[key] === undefined ? undefined : key
    const plain = typeof key === 'string' && key.includes('__') ? unescaped(key) : key
    return plain !== key && Object.hasOwn(this.#fields, plain) && this.#fields[plain] !== undefined ? plain : undefined
  }

  keys(): MapIterator<string> {
    return this.#keys.values()
  }

  values(): MapIterator<CelInput> {
    return this.#keys.values().map((key) => this.#translate(key, this.#fields[key]))
  }

  entries(): MapIterator<[string, CelInput]> {
    return this.#keys.values().map((key) => [key, this.#translate(key, this.#fields[key])])
  }

  [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries()
  }

  forEach(callback: (value: CelInput, key: string, map: ReadonlyMap<string, CelInput>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this)
  }
}

/** A number that is a `double` whatever it is, so that it may be added to others. */
export class Real {
  readonly value: number

  constructor(value: number) {
    this.value = value
    Object.freeze(this)
  }
}

/** A text as what its schema says it is; one that cannot be read stays what it is. */
function understood(value: unknown, as: Reading['as']): CelInput | undefined {
  if (as === 'double' && typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  try {
    if (as === 'timestamp') return fromJson(TimestampSchema, value)
    if (as === 'duration') return durationOf(value)
    if (as === 'bytes') return new Uint8Array(Buffer.from(value, 'base64'))
  } catch {
    return undefined
  }
  return undefined
}

const seconds: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 }

/** A duration as Go writes it: `1h30m`. */
function durationOf(text: string): CelInput {
  if (!/^[+-]?(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|µs|ns))+$/.test(text)) throw new Error(`${text} is not a duration`)
  const total = Array.from(text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g))
    .map(([, amount, unit = '']) => Number(amount) * (seconds[unit] ?? 0))
    .reduce((sum, each) => sum + each, 0)
  return fromJson(DurationSchema, `${text.startsWith('-') ? '-' : ''}${total.toFixed(9)}s`)
}

/**
 * Translates JSON to what an expression sees, and the same object only once. A whole number is an `int`, any other a
 * `double`.
 */
export function translator(): (value: unknown) => CelInput {
  const known = new Map<object, CelInput>()
  const composite = (value: Fields, reading: Reading | undefined): CelInput =>
    Array.isArray(value)
      ? celList(value.map((each) => translate(each, reading?.items)))
      : celMap(new FieldMap(value, (key, each) => translate(each, reading?.field?.(key))))
  function translate(value: unknown, reading?: Reading): CelInput {
    const typed = reading?.as && understood(value, reading.as)
    if (typed !== undefined) return typed
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
    if (typeof value === 'string' || typeof value === 'boolean') return value
    if (value instanceof Real) return value.value
    if (value instanceof Read) return translate(value.value, value.reading)
    if (value instanceof Held) return value.value
    if (value instanceof Authorizer) return authorizerValue(value)
    if (!isFields(value)) return null
    const made = known.get(value) ?? composite(value, reading)
    known.set(value, made)
    return made
  }
  return (value) => translate(value)
}

function wholeNumber(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new Error(`${value} has more digits than a JSON number keeps`)
  return number
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new Error(`${value} is no JSON number`)
  return value
}

/**
 * What an expression answers, as JSON: `int` and `uint` are whole numbers, bytes are base64, a timestamp and a duration
 * the text Kubernetes writes. A type is nothing that JSON can say.
 */
export function jsonOf(value: CelValue, meter: Meter): Json {
  meter.spend(1)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return wholeNumber(value)
  if (typeof value === 'number') return finite(value)
  if (isCelUint(value)) return wholeNumber(value.value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (isCelList(value)) return Array.from(value, (each) => jsonOf(each, meter))
  if (isCelMap(value)) return Object.fromEntries(Array.from(value, ([key, each]) => [String(key), jsonOf(each, meter)]))
  if (isReflectMessage(value)) return toJson(value.desc, value.message) as Json // what protobuf writes is JSON
  throw new Error('a type is no value')
}
