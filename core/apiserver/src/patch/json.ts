import { hasPath } from '@flotilla/sdk'
import { applyPatch, type Operation, Pointer } from 'rfc6902'
import { isFields } from '../schema/shape.ts'
import { malformed, tooLarge, unprocessable } from './refusals.ts'

const mostOperations = 10_000

const names = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test'])
const withValue = new Set(['add', 'replace', 'test'])
const withFrom = new Set(['move', 'copy'])

/** No object has a field of that name, and the package would take its parent instead. */
const unspeakable = '__proto__'

const isPointer = (value: unknown): value is string =>
  typeof value === 'string' && (value === '' || value.startsWith('/')) && !value.split('/').includes(unspeakable)

/** What is wrong with one operation, whatever the object. */
function wrongWith(operation: unknown): string | undefined {
  if (!isFields(operation)) return 'an operation is an object'
  const { op, path, from } = operation
  if (typeof op !== 'string' || !names.has(op)) return `unexpected op: ${JSON.stringify(op)}`
  if (!isPointer(path)) return `invalid path: ${JSON.stringify(path)}`
  if (withFrom.has(op) && !isPointer(from)) return `invalid from: ${JSON.stringify(from)}`
  if (withValue.has(op) && !('value' in operation)) return `${op} of ${path} has no value`
  return undefined
}

function read(body: unknown): readonly Operation[] {
  if (!Array.isArray(body)) throw malformed('error decoding patch: a JSON patch is a list of operations')
  if (body.length > mostOperations) {
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${mostOperations}, got ${body.length}`)
  }
  for (const operation of body) {
    const wrong = wrongWith(operation)
    if (wrong) throw unprocessable(`the server rejected our request due to an error in our request: ${wrong}`)
  }
  return body // each is an operation: it was looked at
}

function thaw(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(thaw)
  if (!isFields(value)) return value
  const copy: Record<string, unknown> = {}
  for (const name in value) copy[name] = thaw(value[name])
  return copy
}

const index = /^(0|[1-9]\d*)$/

/** Lists have numbered items, and one to come; the package would take any other key for some item. */
function checkIndex(document: unknown, path: string, appends: boolean): void {
  const { parent, key } = Pointer.fromJSON(path).evaluate(document)
  if (!Array.isArray(parent) || index.test(key) || (appends && key === '-')) return
  throw unprocessable(`the patch cannot be applied: ${path} is no item of the list`)
}

/** Replacing a field that is not there adds it, as in Kubernetes. */
function lenient(document: unknown, operation: Operation): Operation {
  if (operation.op !== 'replace') return operation
  const { parent, value } = Pointer.fromJSON(operation.path).evaluate(document)
  return isFields(parent) && value === undefined ? { ...operation, op: 'add' } : operation
}

/** Names of fields that the package walks past. */
const passedBy = new Set(['constructor', 'prototype'])

/** Whether a path leads through fields the document has itself: the package takes those that every object has for some of it. */
function leads(document: unknown, path: string, { toSomething }: { readonly toSomething: boolean }): boolean {
  const [, ...keys] = Pointer.fromJSON(path).tokens
  const way = keys.slice(0, -1)
  return !way.some((key) => passedBy.has(key)) && hasPath(document, toSomething ? keys : way)
}

function checkWays(document: unknown, operation: Operation): void {
  const { op, path } = operation
  const nowhere = (where: string) =>
    unprocessable(
      `the server rejected our request due to an error in our request: ${op} of ${where}: there is no such path`,
    )
  if (!leads(document, path, { toSomething: op === 'remove' })) throw nowhere(path)
  if ('from' in operation && !leads(document, operation.from, { toSomething: true })) throw nowhere(operation.from)
  const read = op === 'test' ? path : 'from' in operation ? operation.from : ''
  if (passedBy.has(read.split('/').at(-1) ?? '')) throw nowhere(read)
}

function step(document: unknown, operation: Operation): void {
  const { op, path } = operation
  checkWays(document, operation)
  checkIndex(document, path, op === 'add' || op === 'move' || op === 'copy')
  if ('from' in operation) checkIndex(document, operation.from, false)
  const [error] = applyPatch(document, [lenient(document, operation)])
  if (!error) return
  const why = error.name === 'TestError' ? `testing ${path} failed` : `${op} of ${path}: there is no such path`
  throw unprocessable(`the server rejected our request due to an error in our request: ${why}`, error)
}

/** The package leaves the whole as it is. */
const replacesAll = (operation: Operation): operation is Extract<Operation, { op: 'add' | 'replace' }> =>
  operation.path === '' && (operation.op === 'add' || operation.op === 'replace')

const wholeOf = ({ value }: { readonly value: unknown }): unknown => {
  if (isFields(value)) return value
  throw unprocessable('the server rejected our request due to an error in our request: the whole is an object')
}

/**
 * JSON patch (RFC 6902). All operations apply or none does. Throws 400 when it is not a patch, 413 when it is too long,
 * 422 when an operation does not fit the object or a `test` fails.
 */
export function jsonPatch<T extends object>(current: T, body: unknown): T {
  const operations = read(body)
  let document = thaw(current)
  for (const operation of operations) {
    if (replacesAll(operation)) document = thaw(wholeOf(operation))
    else step(document, operation)
  }
  return document as T // its fields may be any, so may the result's
}
