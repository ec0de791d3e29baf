import type { Client, Patch, WatchEvent, WatchOptions } from '../src/client.ts'
import { ApiError } from '../src/errors.ts'
import { type Key, type Kind, keyOf, keyText } from '../src/kind.ts'
import type { Manifest } from '../src/manifest.ts'
import { type KindName, type Objects, typed } from './objects.ts'

const refusal = (code: number, reason: string, message: string): ApiError =>
  new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code, reason, message })

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** RFC 7396: null removes, objects merge, all else replaces. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch
  const result: Record<string, unknown> = isFields(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merged(result[key], value)
  }
  return result
}

const fieldAt = (object: unknown, path: string): unknown =>
  path.split('.').reduce((value, key) => (isFields(value) ? value[key] : undefined), object)

/** Whether `a=b,c=d` holds: the one part of kubectl's words that is understood. */
const holds = (selector: string | undefined, read: (key: string) => unknown): boolean =>
  (selector ? selector.split(',') : []).every((pair) => {
    const [, key = '', value] = /^([^=!<>() ]+)==?([^=!<>() ]*)$/.exec(pair.trim()) ?? []
    if (!key) throw refusal(400, 'BadRequest', `the fake client understands selectors like a=b, not "${pair}"`)
    return String(read(key) ?? '') === value
  })

function existing(objects: Objects, kind: KindName, key: Key): Manifest {
  const found = objects.get(kind, key)
  if (!found) throw refusal(404, 'NotFound', `${kind.kind} ${keyText(key)} not found`)
  return found
}

function create(objects: Objects, object: Manifest): Manifest {
  const key = keyOf(object)
  if (objects.get(object, key)) throw refusal(409, 'AlreadyExists', `${object.kind} ${keyText(key)} already exists`)
  return objects.put({ ...object, metadata: { uid: `uid-${objects.version}`, ...object.metadata } })
}

interface UpdateOptions {
  readonly subresource?: string
  readonly dryRun?: boolean
}

function update(objects: Objects, object: Manifest, { subresource, dryRun = false }: UpdateOptions = {}): Manifest {
  const before = existing(objects, object, keyOf(object))
  const { resourceVersion } = object.metadata
  if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion)
    throw refusal(
      409,
      'Conflict',
      `${object.kind} ${keyText(keyOf(object))} is not version ${resourceVersion} any more`,
    )
  const after = subresource === undefined ? object : { ...before, [subresource]: object[subresource] }
  if (dryRun) return after
  if (!after.metadata.deletionTimestamp || after.metadata.finalizers?.length) return objects.put(after)
  objects.remove(before)
  return after
}

function patch(objects: Objects, kind: KindName, key: Key, { type, body }: Patch, subresource?: string): Manifest {
  if (type !== 'merge' && type !== 'apply')
    throw refusal(415, 'UnsupportedMediaType', `the fake client understands merge and apply, not ${type}`)
  if (type === 'apply' && !objects.get(kind, key)) return create(objects, typed<Manifest>(body))
  return update(objects, typed<Manifest>(merged(existing(objects, kind, key), body)), {
    ...(subresource && { subresource }),
  })
}

function remove(objects: Objects, kind: KindName, key: Key): boolean {
  const found = objects.get(kind, key)
  if (!found) return false
  const { finalizers, deletionTimestamp = '2026-01-01T00:00:00Z' } = found.metadata
  if (finalizers?.length) objects.put({ ...found, metadata: { ...found.metadata, deletionTimestamp } })
  else objects.remove(found)
  return true
}

/** Hears of changes from now on, and tells of them one by one until the signal. */
function watch<T>(objects: Objects, kind: Kind<T>, { namespace, signal }: WatchOptions): AsyncIterable<WatchEvent<T>> {
  const waiting: WatchEvent<T>[] = []
  let wake = (): void => undefined
  const stop = objects.listen(kind, ({ before, after }) => {
    const object = after ?? before
    if (namespace !== undefined && object?.metadata.namespace !== namespace) return
    waiting.push({ type: !after ? 'DELETED' : before ? 'MODIFIED' : 'ADDED', object: typed<T>(object) })
    wake()
  })
  signal?.addEventListener('abort', () => wake(), { once: true })
  async function* events(): AsyncGenerator<WatchEvent<T>> {
    try {
      while (!signal?.aborted) {
        const event = waiting.shift()
        if (event) yield event
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      stop()
    }
  }
  return events()
}

/**
 * A client over objects in memory. There is no schema, no admission and no garbage collection behind it; versions,
 * conflicts, finalizers, updates that are only tried, selectors like `a=b`, merge patches and watches are as in the real one.
 */
export const fakeClient = (objects: Objects): Client => ({
  get: async <T>(kind: Kind<T>, key: Key) => typed<T | undefined>(objects.get(kind, key)),
  list: async <T>(kind: Kind<T>, { namespace, labelSelector, fieldSelector }: Parameters<Client['list']>[1] = {}) => ({
    resourceVersion: objects.version,
    items: objects
      .list(kind, namespace)
      .filter((object) => holds(labelSelector, (key) => object.metadata.labels?.[key]))
      .filter((object) => holds(fieldSelector, (path) => fieldAt(object, path)))
      .map((object) => typed<T>(object)),
  }),
  watch: (kind, options = {}) => watch(objects, kind, options),
  create: async <T>(_: Kind<T>, object: T) => typed<T>(create(objects, typed<Manifest>(object))),
  update: async <T>(_: Kind<T>, object: T, options: Parameters<Client['update']>[2] = {}) =>
    typed<T>(update(objects, typed<Manifest>(object), options)),
  patch: async <T>(kind: Kind<T>, key: Key, change: Patch, { subresource }: Parameters<Client['patch']>[3] = {}) =>
    typed<T>(patch(objects, kind, key, change, subresource)),
  delete: async (kind, key) => remove(objects, kind, key),
  raw: async ({ path }) => {
    throw refusal(404, 'NotFound', `the fake client does not serve ${path}`)
  },
})
