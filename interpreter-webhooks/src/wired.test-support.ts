import {
  type AggregatedStatusItem,
  type Http,
  type HttpAnswer,
  type HttpServer,
  type Manifest,
  type ResourceInterpreterWebhook,
  type ResourceInterpreterWebhookConfiguration,
  resourceInterpreterWebhookConfigurationKind,
} from '@flotilla/sdk'
import { fastify } from 'fastify'
import type { ResourceInterpreterContext } from './context.ts'
import { type Interpreter, interpreterWebhook, onInterpret } from './server/index.ts'

export interface Workload extends Manifest {
  readonly spec: { readonly replicas?: number; readonly paused?: boolean; readonly config?: string }
  readonly status?: { readonly readyReplicas?: number; readonly noise?: string }
}

export const workloadType = { apiVersion: 'workload.example.io/v1alpha1', kind: 'Workload' }

export const workload = (spec: Workload['spec'], status?: Workload['status']): Workload => ({
  ...workloadType,
  metadata: { name: 'web', namespace: 'default' },
  spec,
  ...(status && { status }),
})

const readyIn = (items: readonly AggregatedStatusItem[]): number =>
  items.reduce((sum, { status }) => sum + ((status as Workload['status'])?.readyReplicas ?? 0), 0)

/** All there is to know of a Workload. */
export const interpreter: Required<Interpreter<Workload>> = {
  replicas: ({ spec }) => ({ replicas: spec.replicas ?? 1, requirements: { resourceRequest: { cpu: '100m' } } }),
  components: ({ spec }) => [{ name: 'main', replicas: spec.replicas ?? 1 }],
  reviseReplicas: (object, replicas) => ({ ...object, spec: { ...object.spec, replicas } }),
  retain: (desired, { spec }) => ({ ...desired, spec: { ...desired.spec, ...(spec.paused !== undefined && { paused: spec.paused }) } }), // biome-ignore format: one thought
  aggregate: (object, items) => ({ ...object, status: { readyReplicas: readyIn(items) } }),
  status: ({ status = {} }) => ({ readyReplicas: status.readyReplicas ?? 0 }),
  isHealthy: async ({ spec, status }) => status?.readyReplicas === spec.replicas,
  dependencies: ({ metadata, spec }) =>
    spec.config
      ? [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: metadata.namespace ?? '', name: spec.config }]
      : [],
}

/** A server that answers for Workloads. */
export const workloads = (words: Partial<Interpreter<Workload>> = interpreter) =>
  fastify().register(interpreterWebhook, {
    path: '/interpret',
    interpreters: [onInterpret<Workload>(workloadType, words)],
  })

export type App = ReturnType<typeof fastify>

/** What reached a server. */
export interface Reached {
  readonly server: HttpServer
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly body: string
  readonly timeout: number
}

type Answering = (reached: Reached) => HttpAnswer | Promise<HttpAnswer>

/** A world in which everybody answers like this. */
export function world(answering: Answering): Http & { readonly reached: Reached[]; readonly closed: HttpServer[] } {
  const reached: Reached[] = []
  const closed: HttpServer[] = []
  return {
    reached,
    closed,
    open: (server) => ({
      send: async ({ body, headers, timeout }) => {
        const call = { server, headers, body: String(body), timeout }
        reached.push(call)
        return answering(call)
      },
      close: () => void closed.push(server),
    }),
  }
}

/** A world with one server. */
export const reaching = (app: App) =>
  world(async ({ server, headers = {}, body }) => {
    const { pathname } = new URL(server.url)
    const { statusCode, headers: said, rawPayload } = await app.inject({ method: 'POST', url: pathname, headers, payload: body }) // biome-ignore format: one step
    return { status: statusCode, headers: { 'content-type': String(said['content-type']) }, body: rawPayload }
  })

/** A server's answer. Text goes as it is. */
export const saying = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): HttpAnswer => ({
  status,
  headers,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})

/** A world whose answers have this in their response, beside the uid. */
export const responding = (response: object) =>
  world(({ body }) => {
    const { request } = JSON.parse(body) as Required<ResourceInterpreterContext>
    return saying({ response: { uid: request.uid, successful: true, ...response } })
  })

export const all = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], kinds: ['*'] }

export const webhook = (words: Partial<ResourceInterpreterWebhook> = {}): ResourceInterpreterWebhook => ({
  name: 'workloads.example.com',
  clientConfig: { url: 'https://hooks.example.com/interpret' },
  rules: [{ ...all, apiGroups: ['workload.example.io'], kinds: ['Workload'] }],
  interpreterContextVersions: ['v1alpha1'],
  ...words,
})

export const configuration = (
  name: string,
  ...webhooks: readonly ResourceInterpreterWebhook[]
): ResourceInterpreterWebhookConfiguration => ({
  apiVersion: resourceInterpreterWebhookConfigurationKind.apiVersion,
  kind: resourceInterpreterWebhookConfigurationKind.kind,
  metadata: { name },
  webhooks,
})
