import { deepFreeze, hasPath, isFields, type Manifest } from '@flotilla/sdk'
import { applyPatch, type Operation, Pointer } from 'rfc6902'
import { shown } from './response.ts'

/** An object, or a list by its indexes. */
type Container = Record<string, unknown>

const mostOperations = 10_000

/** No object has a field of these names, and the package would take its parent instead. */
const unspeakable = new Set(['__proto__', 'constructor', 'prototype'])

const isPointer = (value: unknown): value is string =>
  typeof value === 'string' && value.startsWith('/') && !value.split('/').some((step) => unspeakable.has(step))

const withValue = new Set(['add', 'replace', 'test'])
const withFrom = new Set(['move', 'copy'])
const names = new Set(['remove', ...withValue, ...withFrom])

/** What is wrong with one operation, whatever the object. */
function wrongWith(operation: unknown): string | undefined {
  if (!isFields(operation)) return 'an operation is an object'
  const { op, path, from } = operation
  if (typeof op !== 'string' || !names.has(op)) return `op is ${shown(op)}`
  if (!isPointer(path)) return `path is ${shown(path)}`
  if (withFrom.has(op) && !isPointer(from)) return `from is ${shown(from)}`
  return withValue.has(op) && !('value' in operation) ? `${op} has no value` : undefined
}

function read(patch: string): readonly Operation[] {
  const text = Buffer.from(patch, 'base64').toString()
  let operations: unknown
  try {
    operations = JSON.parse(text)
  } catch {
    throw new Error(`response.patch is not JSON in base64: ${shown(text)}`)
  }
  if (!Array.isArray(operations) || operations.length > mostOperations)
    throw new Error(`response.patch is not a list of at most ${mostOperations} operations: ${shown(operations)}`)
  for (const [i, operation] of operations.entries()) {
    const wrong = wrongWith(operation)
    if (wrong) throw new Error(`response.patch[${i}] is no operation of a JSON patch: ${wrong}`)
  }
  return operations // each is an operation: it was looked at
}

const index = /^(0|[1-9]\d*)$/

/**
 * Lists have numbered items, and one to come; the package would take any other key for some item. And it would take what every object of
 * JavaScript has for something of this one. `isHeld`: something stands there already.
 */
function isThere(document: unknown, path: string, { appends = false, isHeld = false }): boolean {
  const [, ...keys] = Pointer.fromJSON(path).tokens
  if (!hasPath(document, isHeld ? keys : keys.slice(0, -1))) return false
  const { parent, key } = Pointer.fromJSON(path).evaluate(document)
  if (Array.isArray(parent)) return (appends && key === '-') || (index.test(key) && Number(key) <= parent.length)
  return isFields(parent)
}

/** Replacing a field that is not there adds it, as in Kubernetes. */
function lenient(document: unknown, operation: Operation): Operation {
  if (operation.op !== 'replace') return operation
  const { parent, value } = Pointer.fromJSON(operation.path).evaluate(document)
  return isFields(parent) && value === undefined ? { ...operation, op: 'add' } : operation
}

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

/** Makes what stands on the way to a path the draft's own; the rest is shared with the object. */
function unshare(draft: Container, path: string, own: WeakSet<object>): void {
  let here = draft
  for (const key of Pointer.fromJSON(path).tokens.slice(1, -1)) {
    const child = Object.hasOwn(here, key) ? here[key] : undefined
    if (!isContainer(child)) return
    if (!own.has(child)) {
      const copy: object = Array.isArray(child) ? [...child] : { ...child }
      own.add(copy)
      here[key] = copy
    }
    here = here[key] as Container // it was one
  }
}

function step(document: unknown, operation: Operation, i: number): void {
  const { op, path } = operation
  const failed = (reason: string) => new Error(`response.patch[${i}], ${op} of ${path}: ${reason}`)
  const place = { appends: op === 'add' || op === 'move' || op === 'copy', isHeld: op === 'remove' }
  const isPossible = isThere(document, path, place) && (!('from' in operation) || isThere(document, operation.from, { isHeld: true })) // biome-ignore format: one thought
  if (!isPossible) throw failed('the object has no such path')
  const [error] = applyPatch(document, [lenient(document, operation)])
  if (error) throw failed(error.name === 'TestError' ? 'the test failed' : 'the object has no such path')
}

/** The object with a patch in base64. The object itself stays as it is. */
export function patched(object: Manifest, patch: string): Manifest {
  const operations = read(patch)
  if (operations.length === 0) return object
  const draft: Container = { ...object }
  const own = new WeakSet<object>([draft])
  for (const [i, operation] of operations.entries()) {
    if ('from' in operation) unshare(draft, operation.from, own)
    unshare(draft, operation.path, own)
    step(draft, operation, i)
  }
  return deepFreeze(draft as unknown as Manifest) // the point looks at it
}
