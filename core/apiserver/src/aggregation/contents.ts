import { isObject, readKeys } from '../registry/json-path.ts'
import { apiVersionOf } from '../registry/registry.ts'
import { ask } from './ask.ts'
import { rootOf } from './delegate.ts'
import type { Foreign } from './foreign.ts'

/** What others keep in a namespace of one resource, after it was to go. */
export interface Remains {
  /** `things.ext.example.com`. */
  readonly id: string
  readonly count: number
  readonly finalizers: readonly string[]
}

/** How far others have emptied a namespace. */
export interface Emptied {
  readonly remains: readonly Remains[]
  readonly failures: readonly unknown[]
  /** Of what nobody knows what it holds: `ext.example.com/v1`. */
  readonly unknown: readonly string[]
}

interface Kept {
  readonly id: string
  readonly of: Foreign
  /** Where it is in the namespace. */
  readonly path: string
  readonly verbs: readonly unknown[]
}

/** What is in namespaces and can be deleted. */
const keptBy = (of: Foreign, namespace: string): readonly Kept[] =>
  of.resources
    .filter(({ scope }) => scope === 'Namespaced')
    .map(({ resource, verbs }) => ({
      id: `${resource}.${of.group}`,
      of,
      path: `${rootOf(of)}/namespaces/${namespace}/${resource}`,
      verbs: Array.isArray(verbs) ? verbs : [],
    }))
    .filter(({ verbs }) => verbs.includes('delete'))

const background = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' }

const refusalIn = (body: unknown, code: number): string =>
  String(readKeys(body, ['message']) ?? `it answered with ${code}`)

/** Rejects when it is refused; what is gone already needs nothing. */
const remove = async ({ answer }: Foreign, path: string): Promise<void> => {
  const { code, body } = await ask(answer, path, { method: 'DELETE', body: background })
  if (code >= 300 && code !== 404) throw new Error(refusalIn(body, code))
}

const itemsOf = async ({ of, path, verbs }: Kept): Promise<readonly unknown[]> => {
  if (!verbs.includes('list')) return []
  const { code, body } = await ask(of.answer, path)
  if (code === 404 || code === 405) return []
  const items = readKeys(body, ['items'])
  if (code >= 300 || !Array.isArray(items)) throw new Error(refusalIn(body, code))
  return items
}

const nameOf = (item: unknown): string => String(readKeys(item, ['metadata', 'name']))

/** All at once where that can be, or one by one. */
const empty = async (kept: Kept): Promise<void> => {
  if (kept.verbs.includes('deletecollection')) return remove(kept.of, kept.path)
  for (const item of await itemsOf(kept)) await remove(kept.of, `${kept.path}/${nameOf(item)}`)
}

const finalizersOf = (item: unknown): readonly string[] => {
  const found = isObject(item) ? readKeys(item, ['metadata', 'finalizers']) : undefined
  return Array.isArray(found) ? found.map(String) : []
}

const emptied = async (kept: Kept): Promise<Remains> => {
  await empty(kept)
  const items = await itemsOf(kept)
  return { id: kept.id, count: items.length, finalizers: items.flatMap(finalizersOf) }
}

/** Deletes what others keep in a namespace. Never rejects. */
export const emptyOthers = async (foreign: readonly Foreign[], namespace: string): Promise<Emptied> => {
  const unknown = foreign.filter(({ isStale }) => isStale).map(apiVersionOf)
  const kept = foreign.flatMap((of) => keptBy(of, namespace))
  const outcomes = await Promise.allSettled(kept.map(emptied))
  return {
    unknown,
    failures: outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : [])),
    remains: outcomes.flatMap((each) => (each.status === 'fulfilled' && each.value.count > 0 ? [each.value] : [])),
  }
}
