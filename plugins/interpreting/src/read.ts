import { isFields, type Json, parseQuantity } from '@flotilla/sdk'

/**
 * Reads a value as what it should be; undefined when it is something else. The definitions of third-party kinds leave much
 * unchecked, and what members say is not checked at all: what cannot be is as good as not there.
 */
export type Reader<T> = (value: unknown) => T | undefined

export type Read<R> = R extends Reader<infer T> ? T : never
type Shape = Readonly<Record<string, Reader<unknown>>>

/** What is read of an object: of the fields of a shape those that are what they should be. */
export type ReadFields<S extends Shape> = { readonly [K in keyof S]?: Read<S[K]> }

export const text: Reader<string> = (value) => (typeof value === 'string' ? value : undefined)
export const number: Reader<number> = (value) => (Number.isFinite(value) ? Number(value) : undefined)
/** How many there are of something. */
export const count: Reader<number> = (value) =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31 ? Number(value) : undefined

export const truth: Reader<boolean> = (value) => (typeof value === 'boolean' ? value : undefined)

/** Anything but null. */
export const json: Reader<Json> = (value) => (value === null ? undefined : (value as Json | undefined)) // it came as JSON

/** Anything that says something: not null, and no empty list or map. */
export const anything: Reader<Json> = (value) =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0) ? undefined : (value as Json) // it came as JSON

/** One of some words. */
export const oneOf =
  <const W extends string>(...words: readonly W[]): Reader<W> =>
  (value) =>
    words.find((word) => word === value)

export const quantity: Reader<string | number> = (value) => {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  try {
    parseQuantity(value)
    return value
  } catch {
    return undefined
  }
}

/** The elements that are what they should be. */
export const list =
  <T>(item: Reader<T>): Reader<readonly T[]> =>
  (value) =>
    Array.isArray(value) ? value.map((each) => item(each)).filter((each) => each !== undefined) : undefined

/** The entries that are what they should be. */
export const map =
  <T>(entry: Reader<T>): Reader<Readonly<Record<string, T>>> =>
  (value) =>
    isFields(value) ? Object.fromEntries(entriesOf(value, entry)) : undefined

function* entriesOf<T>(value: object, entry: Reader<T>): Generator<[string, T]> {
  for (const [key, each] of Object.entries(value)) {
    const read = entry(each)
    if (read !== undefined) yield [key, read]
  }
}

export const fields =
  <S extends Shape>(shape: S): Reader<ReadFields<S>> =>
  (value) => {
    if (!isFields(value)) return undefined
    const read = Object.entries(shape).map(([key, reader]) => [key, Object.hasOwn(value, key) ? reader(value[key]) : undefined]) // biome-ignore format: one expression
    return Object.fromEntries(read.filter(([, each]) => each !== undefined)) as ReadFields<S> // each by the reader of its key
  }

/** Reads the parts of an object; one without any is read as empty. */
export const parts =
  <S extends Shape>(shape: S) =>
  (object: object): ReadFields<S> =>
    fields(shape)(object) ?? {}
