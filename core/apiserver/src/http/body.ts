import { parseAllDocuments } from 'yaml'
import { readFrom } from '../repeated.ts'
import { refusal } from '../status.ts'

/** The largest request body, as in Kubernetes. */
export const bodyLimit = 3 * 1024 * 1024

/** Kubernetes' own envelope for built-in kinds. */
export const protobufType = 'application/vnd.kubernetes.protobuf'

const utf8 = new TextDecoder('utf-8', { fatal: true })

const textIn = (bytes: Uint8Array): string => {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw refusal.badRequest('the request body is not valid UTF-8', cause)
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message.split('\n', 1)[0] : '') ?? ''

const readJson = (text: string): unknown => {
  try {
    return readFrom(JSON.parse(text), text)
  } catch (cause) {
    throw refusal.badRequest(`the request body is not valid JSON: ${reasonOf(cause)}`, cause)
  }
}

/** The first document; null when there is none. */
const firstOf = (text: string): unknown => {
  const [first] = parseAllDocuments(text, { version: '1.1', uniqueKeys: true })
  if (first === undefined) return null
  if (first.errors[0]) throw first.errors[0]
  return first.toJS({ maxAliasCount: 100 })
}

/** YAML as Kubernetes reads it: 1.1, where `yes` and `on` are true; of several documents it reads the first. Aliases are bounded against bombs. */
const readYaml = (text: string): unknown => {
  try {
    return firstOf(text)
  } catch (cause) {
    throw refusal.badRequest(`the request body is not valid YAML: ${reasonOf(cause)}`, cause)
  }
}

/** What is sent as YAML is often JSON, which is quicker to read. */
const readEither = (text: string): unknown => {
  if (!/^\s*[{[]/.test(text)) return readYaml(text)
  try {
    return readFrom(JSON.parse(text), text)
  } catch {
    return readYaml(text)
  }
}

/** Deeper than anything anyone means. Whoever walks an object has a stack to lose. */
const depthLimit = 500

/** To JavaScript it is no field: somewhere on the way it would be lost, or be taken for something else. */
const unspeakable = '__proto__'

const isDeeper = (value: unknown, limit: number): boolean => {
  if (typeof value !== 'object' || value === null) return false
  if (limit === 0) return true
  if (Object.hasOwn(value, unspeakable)) throw refusal.badRequest(`a field cannot be called ${unspeakable} here`)
  for (const key in value) if (isDeeper(value[key as keyof typeof value], limit - 1)) return true
  return false
}

/** JSON may write it with its letters or with their numbers. */
const maySpeak = (text: string): boolean => text.includes(unspeakable) || text.includes('\\u005')

/** JSON without many brackets is not deep: to count them is quicker than to walk through what they hold. */
const mayBeDeep = (bytes: Uint8Array): boolean => {
  let openings = 0
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0x7b || bytes[i] === 0x5b) openings++ // quicker than `for of`
  return openings > depthLimit
}

/** Throws 400 for what is too deep, or has a field that cannot be. */
export const checkDepth = (value: unknown): unknown => {
  if (!isDeeper(value, depthLimit)) return value
  throw refusal.badRequest(`the request body is nested more than ${depthLimit} levels deep`)
}

const readers: ReadonlyMap<string, (text: string) => unknown> = new Map([
  ['', readEither],
  ['application/json', readJson],
  ['application/json-patch+json', readJson],
  ['application/merge-patch+json', readJson],
  ['application/strategic-merge-patch+json', readJson],
  ['application/yaml', readEither],
  ['application/apply-patch+yaml', readEither],
])

const patches = new Set(['json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml'])

/** What objects and options come in. */
export const objectTypes: readonly string[] = ['application/json', 'application/yaml', protobufType]

/** Whether a body of a type can be what a method takes. */
const isTaken = (type: string, method: string): boolean =>
  method === 'PATCH' || !patches.has(type.slice('application/'.length))

/** Reads a request body; undefined when there is none. Throws 400 for what cannot be read and 415 for other languages. */
export const readBody = (bytes: Uint8Array | undefined, contentType: string | undefined, method: string): unknown => {
  if (bytes === undefined || bytes.length === 0) return undefined
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const read = isTaken(type, method) ? readers.get(type) : undefined
  if (read === undefined) throw refusal.unsupportedMediaType(objectTypes)
  const text = textIn(bytes)
  const value = read(text)
  return read === readJson && !mayBeDeep(bytes) && !maySpeak(text) ? value : checkDepth(value)
}
