import { stringify } from 'yaml'
import { isObject } from '../registry/json-path.ts'
import { textOf, textOnce } from '../store/text.ts'
import type { Accepted } from './accept.ts'

type Body = Readonly<Record<string, unknown>>

const isLasting = (body: unknown): body is object => typeof body === 'object' && body !== null && Object.isFrozen(body)

/** Plain data as JSON. What is frozen outlives this answer: its text is worth keeping. */
export const encodeJson = (body: unknown): string => (isLasting(body) ? textOf(body) : JSON.stringify(body))

/** The same for who will not ask again. */
export const encodeOnce = (body: unknown): string => (isLasting(body) ? textOnce(body) : JSON.stringify(body))

/** How much of an answer is made at once, in characters: a millisecond's work. What is not longer is not worth compressing either. */
export const partSize = 128 * 1024

/** The texts of more than these are not kept: who lists thousands would push out what others ask for. */
const few = 100

/** What a body has many of: the objects of a list, the rows of a table. */
const manyOf = (body: Body): readonly [name: string, many: readonly unknown[]] | undefined => {
  const name = Array.isArray(body.items) ? 'items' : 'rows'
  const many = body[name]
  return Array.isArray(many) ? [name, many] : undefined
}

/** Texts put together until they are worth sending. */
function* gathered(texts: Iterable<string>): Generator<string> {
  let part = ''
  for (const text of texts) {
    part += text
    if (part.length < partSize) continue
    yield part
    part = ''
  }
  if (part) yield part
}

function* jsonTexts(body: Body, name: string, many: readonly unknown[]): Generator<string> {
  const { [name]: _, ...head } = body
  const encode = many.length > few ? encodeOnce : encodeJson
  yield `${JSON.stringify(head).slice(0, -1)},"${name}":[`
  for (const [index, each] of many.entries()) yield (index > 0 ? ',' : '') + encode(each)
  yield ']}\n'
}

/** As Go writes it: sorted, and with quotes where YAML 1.1 would see something else than a text. */
const yamlOf = (body: unknown): string =>
  stringify(body, { aliasDuplicateObjects: false, sortMapEntries: true, version: '1.1', indentSeq: false })

const yamlOfSome = (body: Body, wanted: (name: string) => boolean): string => {
  const some = Object.entries(body).filter(([name]) => wanted(name))
  return some.length > 0 ? yamlOf(Object.fromEntries(some)) : ''
}

function* yamlTexts(body: Body, name: string, many: readonly unknown[]): Generator<string> {
  yield yamlOfSome(body, (each) => each < name)
  yield many.length > 0 ? `${name}:\n` : `${name}: []\n`
  for (const each of many) yield yamlOf([each])
  yield yamlOfSome(body, (each) => each > name)
}

/** JSON for people to read. */
export const encodeForEyes = (body: unknown): string => JSON.stringify(body, null, 2)

/** An answer as text, a line or more; one that has many of something in parts, which are made when they are asked for. */
export const encode = (body: unknown, format: Accepted['format']): string | Iterable<string> => {
  const [name, many] = isObject(body) ? (manyOf(body) ?? []) : []
  if (isObject(body) && name !== undefined && many !== undefined)
    return gathered(format === 'yaml' ? yamlTexts(body, name, many) : jsonTexts(body, name, many))
  return format === 'yaml' ? yamlOf(body) : `${encodeJson(body)}\n`
}
