import {
  type Client,
  deepFreeze,
  type Key,
  type Kind,
  type Patch,
  type WatchEvent,
  type WriteOptions,
} from '@flotilla/sdk'
import { listOf, objectOf, watchEventOf } from './answer.ts'
import { ask, follow } from './exchange.ts'
import { metadataOf } from './metadata.ts'
import { collectionPath, objectPath } from './path.ts'
import { isAbsence } from './refusal.ts'
import type { ApiRequest, Transport } from './transport.ts'

export interface ClientOptions {
  /** Recorded in `managedFields` of what is written; `flotilla` by default. */
  readonly fieldManager?: string
  /** How long one call may take, and a watch to begin; 32 s by default. */
  readonly timeoutMs?: number
  /** `flotilla` by default. */
  readonly userAgent?: string
}

const patchTypes: Readonly<Record<Patch['type'], string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml', // JSON is YAML
}

/** Metadata alone, from a server that knows how. */
const metadataFirst = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json'

/** The parameters that are set. */
function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): ApiRequest['query'] {
  const query: Record<string, string> = {}
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query[name] = String(value)
  return query
}

/** A path as people write it, with its query. */
function partsOf(path: string): Pick<ApiRequest, 'path' | 'query'> {
  const mark = path.indexOf('?')
  if (mark < 0) return { path }
  return { path: path.slice(0, mark), query: Object.fromEntries(new URLSearchParams(path.slice(mark))) }
}

/** Undefined in place of the refusal that says the object is not there. */
async function unlessAbsent<T>(kind: Kind<unknown>, key: Key, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isAbsence(error, kind, key)) return undefined
    throw error
  }
}

/** A `Client` that speaks through a transport. Closing the transport is its owner's business. */
export function createClient(transport: Transport, options: ClientOptions = {}): Client {
  const { fieldManager = 'flotilla', timeoutMs = 32_000, userAgent = 'flotilla' } = options
  const connection = { transport, timeoutMs }
  const reading = Object.freeze({ accept: 'application/json', 'user-agent': userAgent })
  const writing = Object.freeze({ ...reading, 'content-type': 'application/json' })

  const read = async <T>(request: ApiRequest): Promise<T> => objectOf<T>(request, await ask(connection, request))

  const write = <T>(
    { headers = writing, ...request }: ApiRequest,
    { signal, dryRun, fieldManager: manager = fieldManager, answer }: WriteOptions,
  ) => {
    const query = { ...request.query, ...queryOf({ fieldManager: manager, dryRun: dryRun ? 'All' : undefined }) }
    return read<T>({ ...request, headers: answer ? { ...headers, accept: metadataFirst } : headers, query, signal })
  }

  async function* watch<T>(request: ApiRequest): AsyncGenerator<WatchEvent<T>, void> {
    for await (const event of follow(connection, request)) yield watchEventOf<T>(event)
  }

  return Object.freeze<Client>({
    get<T>(kind: Kind<T>, key: Key, { signal, subresource }: Parameters<Client['get']>[2] = {}) {
      const path = objectPath(kind, key, subresource)
      return unlessAbsent(kind, key, read<T>({ method: 'GET', path, headers: reading, signal }))
    },

    async list(kind, { signal, namespace, ...parameters } = {}) {
      const path = collectionPath(kind, namespace)
      const request = { method: 'GET', path, query: queryOf({ ...parameters }), headers: reading, signal }
      return listOf(kind, request, await ask(connection, request))
    },

    watch(kind, { signal, namespace, ...parameters } = {}) {
      const query = queryOf({ watch: true, allowWatchBookmarks: true, ...parameters })
      return watch({ method: 'GET', path: collectionPath(kind, namespace), query, headers: reading, signal })
    },

    async create(kind, object, options = {}) {
      const { namespace, name } = metadataOf(object)
      const { subresource } = options
      const path = subresource ? objectPath(kind, { namespace, name }, subresource) : collectionPath(kind, namespace)
      return write({ method: 'POST', path, body: object }, options)
    },

    async update(kind, object, options = {}) {
      const path = objectPath(kind, metadataOf(object), options.subresource)
      return write({ method: 'PUT', path, body: object }, options)
    },

    async patch(kind, key, { type, body, force }, options = {}) {
      const path = objectPath(kind, key, options.subresource)
      const headers = { ...writing, 'content-type': patchTypes[type] }
      return write({ method: 'PATCH', path, headers, query: queryOf({ force: force || undefined }), body }, options)
    },

    async delete(kind, key, { signal, propagation, gracePeriodSeconds, preconditions, dryRun } = {}) {
      const body = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(propagation && { propagationPolicy: propagation }),
        ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
        ...(preconditions && { preconditions }),
        ...(dryRun && { dryRun: ['All'] }),
      }
      const request = { method: 'DELETE', path: objectPath(kind, key), headers: writing, body, signal }
      return (await unlessAbsent(kind, key, ask(connection, request))) !== undefined
    },

    async raw({ method = 'GET', path, body, accept, signal }) {
      const headers = { ...(body === undefined ? reading : writing), ...(accept && { accept }) }
      const { status, body: answer } = await ask(connection, { method, ...partsOf(path), headers, body, signal })
      return Object.freeze({ status, body: deepFreeze(answer) })
    },
  })
}
