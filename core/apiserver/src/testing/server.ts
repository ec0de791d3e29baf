import type { User } from '@flotilla/kube'
import type { Log, Manifest } from '@flotilla/sdk'
import { masters } from '../authorization.ts'
import type { ApiServerOptions } from '../options.ts'
import { type ApiServer, createApiServer } from '../server.ts'
import { memoryStorage } from '../storage/memory.ts'
import { inProcessTransport } from '../transport.ts'

/** A log that keeps what should not have happened. */
export interface TestLog extends Log {
  readonly errors: readonly unknown[]
}

export const testLog = (): TestLog => {
  const errors: unknown[] = []
  const log: TestLog = {
    errors,
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (message, fields) => errors.push([message, fields]),
    with: () => log,
  }
  return log
}

export const admin: User = { name: 'admin', groups: [masters] }

export interface Reply {
  readonly code: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
}

/** A server to ask: `ask('POST', path, body)`. */
export interface TestServer {
  readonly server: ApiServer
  readonly log: TestLog
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>
  /** Events of a watch as `ADDED name`, as many as are waited for. */
  watch(path: string): Promise<Watching>
  close(): Promise<void>
}

export interface Watching {
  /** The next events, as `TYPE name`. */
  next(count: number): Promise<readonly string[]>
  /** Ends it; the events that were not asked for yet. */
  end(): Promise<readonly string[]>
}

const split = (path: string) => {
  const { pathname, searchParams } = new URL(path, 'http://server')
  return { path: pathname, query: Object.fromEntries(searchParams) }
}

const patchType = (method: string, body: unknown): Readonly<Record<string, string>> =>
  method === 'PATCH'
    ? { 'content-type': Array.isArray(body) ? 'application/json-patch+json' : 'application/merge-patch+json' }
    : {}

export const startServer = async (options: Partial<ApiServerOptions> = {}): Promise<TestServer> => {
  const log = testLog()
  const server = await createApiServer({ name: 'test', storage: memoryStorage(), log, ...options })
  const transport = inProcessTransport(server, admin)
  return {
    server,
    log,
    async ask(method, path, body, headers) {
      const type = patchType(method, body)
      const answer = await transport.send({ method, ...split(path), headers: { ...type, ...headers }, body })
      return { code: answer.status, body: answer.body }
    },
    async watch(path) {
      const abort = new AbortController()
      const stream = await transport.stream({ method: 'GET', ...split(path), signal: abort.signal })
      return watching(stream[Symbol.asyncIterator](), abort)
    },
    close: () => server.close(),
  }
}

const textOf = ({ type, object }: { type: string; object: unknown }): string => {
  const { metadata } = object as Manifest // of every event that is asked for here
  return `${type} ${metadata?.name ?? metadata?.resourceVersion ?? ''}`.trim()
}

const watching = (events: AsyncIterator<{ type: string; object: unknown }>, abort: AbortController): Watching => ({
  async next(count) {
    const texts: string[] = []
    while (texts.length < count) {
      const { done, value } = await events.next()
      if (done) break
      texts.push(textOf(value))
    }
    return texts
  },
  async end() {
    abort.abort()
    const texts: string[] = []
    for (let next = await events.next(); !next.done; next = await events.next()) texts.push(textOf(next.value))
    return texts
  },
})

/** A definition with a bit of everything. */
export const widgets: Manifest = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: {
      plural: 'widgets',
      singular: 'widget',
      kind: 'Widget',
      listKind: 'WidgetList',
      shortNames: ['wd'],
      categories: ['all'],
    },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: '.spec.size',
            statusReplicasPath: '.status.size',
            labelSelectorPath: '.status.selector',
          },
        },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        selectableFields: [{ jsonPath: '.spec.color' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description: 'A thing of some size.',
            properties: {
              spec: {
                type: 'object',
                description: 'What is wanted.',
                properties: {
                  size: { type: 'integer', default: 3, minimum: 1, description: 'How big.' },
                  color: { type: 'string' },
                },
              },
              status: {
                type: 'object',
                properties: {
                  size: { type: 'integer' },
                  selector: { type: 'string' },
                  conditions: {
                    type: 'array',
                    items: { type: 'object', properties: { type: { type: 'string' }, status: { type: 'string' } } },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
}

/** Where widgets are. */
export const widgetPath = '/apis/example.com/v1/namespaces/default/widgets'

export const widget = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, ...metadata },
  spec,
})

export const configMapPath = '/api/v1/namespaces/default/configmaps'

export const configMap = (name: string, data: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
})
