import { deepEqual } from '@flotilla/sdk'
import { wholeObject } from '../schema/metadata.ts'
import type { Schema } from '../schema/schema.ts'
import { isFields } from '../schema/shape.ts'
import { malformed } from './refusals.ts'

type Object = Readonly<Record<string, unknown>>

const patchKey = '$patch'
const retainKeys = '$retainKeys'
const orderPrefix = '$setElementOrder/'
const deletePrefix = '$deleteFromPrimitiveList/'

const isDirective = (key: string): boolean =>
  key === patchKey || key === retainKeys || key.startsWith(orderPrefix) || key.startsWith(deletePrefix)

const listOf = (key: string, value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw malformed(`invalid patch format: ${key} is not a list`)
  return value
}

/** What `$patch` says of an object of the patch; `merge` when it says nothing. */
function modeOf(patch: Object): 'merge' | 'replace' | 'delete' {
  const mode = patch[patchKey] ?? 'merge'
  if (mode === 'merge' || mode === 'replace' || mode === 'delete') return mode
  throw malformed(`unknown patch type: ${JSON.stringify(mode)}`)
}

const schemaOf = (schema: Schema | undefined, name: string): Schema | undefined => {
  if (schema?.properties && Object.hasOwn(schema.properties, name)) return schema.properties[name]
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined
}

const strategiesOf = (schema: Schema | undefined): readonly string[] =>
  schema?.['x-kubernetes-patch-strategy']?.split(',') ?? []

/** A part of the patch that meets nothing in the object, so that its directives have nothing to say. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return plainItems(value)
  if (!isFields(value)) return value
  const plain: Record<string, unknown> = {}
  for (const [name, child] of Object.entries(value)) {
    if (!isDirective(name)) plain[name] = withoutDirectives(child)
  }
  return plain
}

const plainItems = (items: readonly unknown[]): readonly unknown[] =>
  items.filter((item) => !isFields(item) || modeOf(item) === 'merge').map(withoutDirectives)

/** Keeps only the fields `$retainKeys` lists, which must be all the patch says something of. */
function retained(target: Object, patch: Object): Object {
  if (!(retainKeys in patch)) return target
  const keys = new Set(listOf(retainKeys, patch[retainKeys]))
  const strange = Object.keys(patch).find((name) => !isDirective(name) && patch[name] !== null && !keys.has(name))
  if (strange !== undefined) throw malformed(`${retainKeys} does not list ${strange}, which the patch sets`)
  return Object.fromEntries(Object.entries(target).filter(([name]) => keys.has(name)))
}

/** The lists of a target that a patch says something of: with values, with an order, with what to delete. */
function listChanges(patch: Object): ReadonlyMap<string, ListChange> {
  const changes = new Map<string, ListChange>()
  for (const [key, value] of Object.entries(patch)) {
    const prefix = [orderPrefix, deletePrefix].find((each) => key.startsWith(each))
    if (!prefix) continue
    const name = key.slice(prefix.length)
    const said = prefix === orderPrefix ? { order: listOf(key, value) } : { deleted: listOf(key, value) }
    changes.set(name, { ...changes.get(name), ...said })
  }
  return changes
}

interface ListChange {
  readonly order?: readonly unknown[]
  readonly deleted?: readonly unknown[]
}

/** What a field becomes; undefined when it goes away. */
function mergeField(value: unknown, change: unknown, schema: Schema | undefined, directives: ListChange): unknown {
  if (change === null) return undefined
  const strategies = strategiesOf(schema)
  if (Array.isArray(value) && (Array.isArray(change) || change === undefined)) {
    if (!strategies.includes('merge')) return change === undefined ? value : withoutDirectives(change)
    return mergeList(value, change ?? [], schema ?? {}, directives)
  }
  if (change === undefined) return value
  if (isFields(value) && isFields(change) && !strategies.includes('replace')) return mergeObject(value, change, schema)
  return withoutDirectives(change)
}

function mergeObject(target: Object, patch: Object, schema: Schema | undefined): Object {
  const mode = modeOf(patch)
  if (mode === 'delete') return {}
  if (mode === 'replace') return withoutDirectives({ ...patch, [patchKey]: 'merge' }) as Object // an object stays one
  const kept = retained(target, patch)
  const lists = listChanges(patch)
  const merged: Record<string, unknown> = { ...kept }
  const names = new Set([...Object.keys(patch).filter((name) => !isDirective(name)), ...lists.keys()])
  for (const name of names) {
    const value = Object.hasOwn(kept, name) ? kept[name] : undefined
    const next = mergeField(value, patch[name], schemaOf(schema, name), lists.get(name) ?? {})
    if (next === undefined) delete merged[name]
    else merged[name] = next
  }
  return merged
}

/** What tells the items of a list apart: a field of each, or in a list of scalars the item. */
type Identify = (item: unknown) => unknown

const byKey =
  (mergeKey: string): Identify =>
  (item) => {
    const id = isFields(item) ? item[mergeKey] : undefined
    if (id === undefined) throw malformed(`${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`)
    return id
  }

const byItself: Identify = (item) => item

/** The same for items that are already stored: one without its key is just none that anyone means. */
const lenient =
  (mergeKey: string | undefined): Identify =>
  (item) =>
    mergeKey && isFields(item) ? item[mergeKey] : item

function mergeList(
  target: readonly unknown[],
  patch: readonly unknown[],
  schema: Schema,
  { order, deleted = [] }: ListChange,
): readonly unknown[] {
  if (patch.some((item) => isFields(item) && modeOf(item) === 'replace')) return plainItems(patch)
  const mergeKey = schema['x-kubernetes-patch-merge-key']
  const left = target.filter((item) => !deleted.some((each) => deepEqual(each, item)))
  const merged = mergeKey ? mergeItems(left, patch, schema.items, mergeKey) : [...left, ...newOnes(left, patch)]
  if (!order) return merged
  return ordered(merged, order.map(mergeKey ? byKey(mergeKey) : byItself), target, lenient(mergeKey))
}

const newOnes = (target: readonly unknown[], patch: readonly unknown[]): readonly unknown[] => {
  const seen = new Set(target)
  return patch.filter((item) => !seen.has(item) && seen.add(item))
}

function mergeItems(
  target: readonly unknown[],
  patch: readonly unknown[],
  schema: Schema | undefined,
  mergeKey: string,
): readonly unknown[] {
  const identify = byKey(mergeKey)
  const changes = patch.filter(isFields).map((change) => ({ change, id: identify(change), mode: modeOf(change) }))
  const deleted = new Set(changes.filter(({ mode }) => mode === 'delete').map(({ id }) => id))
  const merged = target.filter((item) => !isFields(item) || !deleted.has(item[mergeKey]))
  for (const { change, id, mode } of changes) {
    if (mode === 'delete') continue
    const at = merged.findIndex((item) => isFields(item) && item[mergeKey] === id)
    const found = merged[at]
    if (isFields(found)) merged[at] = mergeObject(found, change, schema)
    else merged.push(withoutDirectives(change))
  }
  return merged
}

/**
 * Items in the order a patch asks for. The ones it does not know stay before the first item that followed them.
 */
function ordered(
  items: readonly unknown[],
  order: readonly unknown[],
  live: readonly unknown[],
  identify: Identify,
): readonly unknown[] {
  const [wanted, position] = [ranks(order), ranks(live.map(identify))]
  const known = items.filter((item) => wanted.has(identify(item)))
  const right = known.toSorted((a, b) => (wanted.get(identify(a)) ?? 0) - (wanted.get(identify(b)) ?? 0))
  const left = items.filter((item) => !wanted.has(identify(item)))
  const isBefore = (a: unknown, b: unknown): boolean => {
    const [x, y] = [position.get(identify(a)), position.get(identify(b))]
    return x !== undefined && y !== undefined && x < y
  }
  return interleave(left, right, isBefore)
}

const ranks = (ids: readonly unknown[]): ReadonlyMap<unknown, number> => new Map(ids.map((id, rank) => [id, rank]))

function interleave(
  left: readonly unknown[],
  right: readonly unknown[],
  isBefore: (a: unknown, b: unknown) => boolean,
): readonly unknown[] {
  const items: unknown[] = []
  let taken = 0
  for (const item of right) {
    while (taken < left.length && isBefore(left[taken], item)) items.push(left[taken++])
    items.push(item)
  }
  return [...items, ...left.slice(taken)]
}

/**
 * Strategic merge patch: lists merge by the key their schema names, and directives in the patch (`$patch`,
 * `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) say what a merge cannot. Throws 400.
 */
export function strategicPatch<T extends object>(current: T, body: unknown, schema: Schema | undefined): T {
  if (!isFields(body)) throw malformed('error decoding patch: a strategic merge patch is a JSON object')
  return mergeObject(current as unknown as Object, body, wholeObject(schema ?? {})) as unknown as T // as in a merge patch
}
