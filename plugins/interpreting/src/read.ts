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
    isFields(value) ? defined(Object.entries(value).map(([key, each]) => [key, entry(each)])) : undefined

const defined = <T>(entries: readonly (readonly [string, T | undefined])[]): Readonly<Record<string, T>> =>
  Object.fromEntries(entries.filter((entry): entry is [string, T] => entry[1] !== undefined))

export const fields = <S extends Shape>(shape: S): Reader<ReadFields<S>> => {
  const readers = Object.entries(shape)
  return (value) => {
    if (!isFields(value)) return undefined
    const read = readers.map(
      ([key, reader]) => [key, Object.hasOwn(value, key) ? reader(value[key]) : undefined] as const,
    )
    return defined(read) as ReadFields<S> // each by the reader of its key
  }
}

/** A number among others; 0 when it is not there. */
export const numberAt = (value: unknown, key: string): number => (isFields(value) ? number(value[key]) : undefined) ?? 0

/** Reads the parts of an object; one without any is read as empty. */
export const parts =
  <S extends Shape>(shape: S) =>
  (object: object): ReadFields<S> =>
    fields(shape)(object) ?? {}
