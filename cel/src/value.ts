import { type CelInput, type CelValue, celList, celMap, isCelList, isCelMap, isCelUint } from '@bufbuild/cel'
import { toJson } from '@bufbuild/protobuf'
import { isReflectMessage } from '@bufbuild/protobuf/reflect'
import type { Json } from '@flotilla/sdk'
import type { Meter } from './meter.ts'

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** The fields of an object as a map whose values are translated when they are asked for: most never are. */
class FieldMap implements ReadonlyMap<string, CelInput> {
  readonly #fields: Fields
  readonly #translate: (value: unknown) => CelInput
  readonly #keys: readonly string[]

  constructor(fields: Fields, translate: (value: unknown) => CelInput) {
    this.#fields = fields
    this.#translate = translate
    this.#keys = Object.keys(fields).filter((key) => fields[key] !== undefined)
  }

  get size(): number {
    return this.#keys.length
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#fields, key) && this.#fields[key] !== undefined
  }

  get(key: string): CelInput | undefined {
    return this.has(key) ? this.#translate(this.#fields[key]) : undefined
  }

  keys(): MapIterator<string> {
    return this.#keys.values()
  }

  values(): MapIterator<CelInput> {
    return this.#keys.values().map((key) => this.#translate(this.#fields[key]))
  }

  entries(): MapIterator<[string, CelInput]> {
    return this.#keys.values().map((key) => [key, this.#translate(this.#fields[key])])
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

/**
 * Translates JSON to what an expression sees, and the same object only once. A whole number is an `int`, any other a
 * `double`.
 */
export function translator(): (value: unknown) => CelInput {
  const known = new Map<object, CelInput>()
  const composite = (value: Fields): CelInput =>
    Array.isArray(value) ? celList(value.map(translate)) : celMap(new FieldMap(value, translate))
  function translate(value: unknown): CelInput {
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
    if (typeof value === 'string' || typeof value === 'boolean') return value
    if (value instanceof Real) return value.value
    if (!isFields(value)) return null
    const made = known.get(value) ?? composite(value)
    known.set(value, made)
    return made
  }
  return translate
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
