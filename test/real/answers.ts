import assert from 'node:assert/strict'
import { type ApiServer, createApiServer, inProcessTransport, masters, memoryStorage } from '@flotilla/apiserver'
import { asking, type HttpAnswer } from '../https.ts'
import type { Json } from '../kubectl.ts'
import type { RealCluster } from './cluster.ts'

/** A request, and what it is about. */
export interface Step {
  readonly name: string
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET'
  readonly path: string
  readonly body?: object
}

/** What a client can tell servers apart by. */
interface Said {
  readonly status: number
  readonly reason: string | undefined
  readonly message: string | undefined
  readonly causes: unknown
}

/** The words of the expression's compiler are its own; addresses, ports and what is random are those of the run. */
const comparable = (text: string): string =>
  text.replaceAll(/compilation failed: ERROR: (?:.|\n)*?(?=, spec\.|\]$|$)/g, 'compilation failed: ERROR')

const causesOf = (body: Json): unknown =>
  body?.details?.causes?.map(({ reason = '', field = '', message = '' }) => [reason, field, comparable(message)])

const saidOf = (status: number, body: Json): Said => ({
  status,
  reason: body?.kind === 'Status' && body.status === 'Failure' ? body.reason : undefined,
  message: body?.kind === 'Status' && body.status === 'Failure' ? comparable(body.message) : undefined,
  causes: body?.kind === 'Status' && body.status === 'Failure' ? causesOf(body) : undefined,
})

const typeOf = ({ method, body }: Step): string =>
  method === 'PATCH'
    ? Array.isArray(body)
      ? 'application/json-patch+json'
      : 'application/merge-patch+json'
    : 'application/json'

/** A real server and an embedded one, which are asked the same. */
export class Pair implements AsyncDisposable {
  readonly #real: (step: Step) => Promise<HttpAnswer>
  readonly #server: ApiServer

  private constructor(cluster: RealCluster, server: ApiServer) {
    const ask = asking(cluster.kubeconfig)
    this.#real = (step) => {
      const { path, method, body } = step
      return ask(path, { method, ...(body && { body: JSON.stringify(body), type: typeOf(step) }) })
    }
    this.#server = server
  }

  static async of(cluster: RealCluster): Promise<Pair> {
    const log = { debug() {}, info() {}, warn() {}, error: assert.fail, with: () => log }
    return new Pair(cluster, await createApiServer({ name: 'embedded', storage: memoryStorage(), log }))
  }

  /** Asks both, and fails when they do not say the same; answers what the real one says. */
  async same(step: Step): Promise<Json> {
    const { status, body } = await this.#real(step)
    const embedded = await this.#embedded(step)
    assert.deepEqual(saidOf(embedded.status, embedded.body), saidOf(status, body), step.name)
    return body
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close()
  }

  async #embedded(step: Step): Promise<{ readonly status: number; readonly body: Json }> {
    const { path, method, body } = step
    const { pathname, searchParams } = new URL(path, 'http://x')
    const transport = inProcessTransport(this.#server, { name: 'admin', groups: [masters] })
    return transport.send({
      method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { 'content-type': typeOf(step) },
      ...(body && { body: structuredClone(body) }),
    })
  }
}
