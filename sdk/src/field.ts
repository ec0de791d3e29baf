import { deepEqual } from './equal.ts'
import type { StatusCause } from './errors.ts'

/**
 * What is wrong with an object, field by field. Checks are generators: they compose with `yield*`, and the user hears of
 * everything at once.
 */
export type Problems = Iterable<StatusCause>

/** A way a text may be written: answers what is wrong with it, or nothing. */
export type Format = (text: string) => string | undefined

type Item<T> = NonNullable<T> extends readonly (infer Each)[] ? Each : never
type Entry<T> = NonNullable<T> extends Readonly<Record<string, infer Each>> ? Each : never

/** A longer value is cut in messages: the path already says which one it is. */
const longestShown = 200

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return text.length > longestShown ? `${text.slice(0, longestShown)}...` : text
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A value inside an object and the path to it, as Kubernetes writes paths: `spec.rules[0].name`. Causes are worded as
 * Kubernetes words them, so that `kubectl` prints them well.
 *
 * Objects may be checked before their schema is: what is null, or no list where a list belongs, counts as not set here.
 * The schema refuses it.
 */
export class Field<T> {
  readonly path: string
  readonly value: T

  constructor(path: string, value: T) {
    this.path = path
    this.value = value
  }

  /** A field of this one. Where this one is not set, nothing is. */
  at<K extends keyof NonNullable<T> & string>(key: K): Field<NonNullable<T>[K] | Extract<T, undefined>> {
    const owner = this.value as NonNullable<T> | undefined
    const value = (owner?.[key] ?? undefined) as NonNullable<T>[K] | Extract<T, undefined> // unset only where it may be
    return new Field(this.path === '' ? key : `${this.path}.${key}`, value)
  }

  /** The elements of a list; none when it is not set. */
  items(): readonly Field<Item<T>>[] {
    const list: readonly Item<T>[] = Array.isArray(this.value) ? this.value : []
    return list.map((item, i) => new Field(`${this.path}[${i}]`, item)).filter(({ value }) => value !== null)
  }

  /** The keys of a map and their values; none when it is not set. */
  entries(): readonly (readonly [key: Field<string>, value: Field<Entry<T>>])[] {
    const map: Readonly<Record<string, Entry<T>>> = isObject(this.value) ? this.value : {}
    return Object.entries(map).map(([key, value]) => {
      const path = `${this.path}[${key}]`
      return [new Field(path, key), new Field(path, value)]
    })
  }

  /** It has to be set. */
  required(why?: string): StatusCause {
    return this.#cause('FieldValueRequired', why ? `Required value: ${why}` : 'Required value')
  }

  /** It cannot be what it is; or it has to be something, where it is not set. */
  invalid(why: string): StatusCause {
    if (this.value === undefined) return this.required(why)
    return this.#cause('FieldValueInvalid', `Invalid value: ${shown(this.value)}: ${why}`)
  }

  /** It must not be set here. */
  forbidden(why: string): StatusCause {
    return this.#cause('FieldValueForbidden', `Forbidden: ${why}`)
  }

  /** Another one says the same. */
  duplicate(): StatusCause {
    return this.#cause('FieldValueDuplicate', `Duplicate value: ${shown(this.value)}`)
  }

  /** It is none of the words that mean something here. */
  unsupported(words: readonly string[]): StatusCause {
    const supported = words.map((word) => JSON.stringify(word)).join(', ')
    return this.#cause(
      'FieldValueNotSupported',
      `Unsupported value: ${shown(this.value)}: supported values: ${supported}`,
    )
  }

  #cause(reason: string, message: string): StatusCause {
    return { reason, message, field: this.path }
  }
}

const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** It is set, and not empty. */
export function* present(field: Field<unknown>, why?: string): Problems {
  if (isMissing(field.value)) yield field.required(why)
}

/** It is one of a few words, unless it is missing or empty. */
export function* oneOf(field: Field<string | undefined>, words: readonly string[]): Problems {
  const { value } = field
  if (!isMissing(value) && !words.some((word) => word === value)) yield field.unsupported(words)
}

/** It is one of a few words. */
export function* chosen(field: Field<string | undefined>, words: readonly string[]): Problems {
  yield* present(field, `one of ${words.join(', ')}`)
  yield* oneOf(field, words)
}

/** It is written as it has to be, unless it is missing or empty. */
export function* written(field: Field<string | undefined>, as: Format): Problems {
  const wrong = typeof field.value === 'string' && field.value !== '' ? as(field.value) : undefined
  if (wrong) yield field.invalid(wrong)
}

/** It is set, and written as it has to be. */
export function* named(field: Field<string | undefined>, as: Format): Problems {
  yield* present(field)
  yield* written(field, as)
}

/** It is a whole number within bounds, or not set. */
export function* between(field: Field<number | undefined>, least: number, most: number): Problems {
  const { value } = field
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return
  yield field.invalid(most === Number.POSITIVE_INFINITY ? `must be at least ${least}` : `must be ${least} to ${most}`)
}

/** It says what it said before the update. Without a `before` it is new, and may say anything. */
export function* unchanged<T>(field: Field<T>, before: Field<T> | undefined): Problems {
  if (before && !deepEqual(field.value, before.value)) yield field.invalid('field is immutable')
}

/** No two say the same. Those that are not set do not count. */
export function* unique(fields: readonly Field<string | number | undefined>[]): Problems {
  const seen = new Set<string | number>()
  for (const field of fields) {
    if (field.value === undefined) continue
    if (seen.has(field.value)) yield field.duplicate()
    seen.add(field.value)
  }
}
