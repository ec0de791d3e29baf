import { type CelInput, type CelValue, isCelList, isCelMap, isCelUint } from '@bufbuild/cel'
import { toJson } from '@bufbuild/protobuf'
import { isReflectMessage } from '@bufbuild/protobuf/reflect'
import type { Json } from '@flotilla/sdk'
import type { Meter } from './meter.ts'

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** What was translated stays translated: only a frozen object cannot become another one meanwhile. */
const translated = new WeakMap<object, CelInput>()

function composite(value: Fields): CelInput {
  if (Array.isArray(value)) return value.map(celOf)
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return new Map(entries.map(([key, each]) => [key, celOf(each)]))
}

/** JSON as an expression sees it. A whole number is an `int`, any other a `double`. */
export function celOf(value: unknown): CelInput {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (!isFields(value)) return null
  const known = translated.get(value)
  if (known !== undefined) return known
  const made = composite(value)
  if (Object.isFrozen(value)) translated.set(value, made)
  return made
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
