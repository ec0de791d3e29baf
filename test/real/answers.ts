import assert from 'node:assert/strict'
import { type ApiServer, type ApiServerOptions, createApiServer, masters, memoryStorage } from '@flotilla/apiserver'
import { asking, type HttpAnswer } from '../https.ts'
import type { Json } from '../kubectl.ts'
import type { RealCluster } from './cluster.ts'

/** A request, and what it is about. */
export interface Step {
  readonly name: string
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET'
  readonly path: string
  readonly body?: object
  /** Of the body; by default what the method goes with. */
  readonly type?: string
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

const patchTypeOf = (body: object | undefined): string =>
  Array.isArray(body) ? 'application/json-patch+json' : 'application/merge-patch+json'

const typeOf = ({ method, body, type }: Step): string =>
  type ?? (method === 'PATCH' ? patchTypeOf(body) : 'application/json')

export interface Answered {
  readonly status: number
  readonly body: Json
  readonly warnings: readonly string[]
}

/** A real server and an embedded one, which are asked the same. */
export class Pair implements AsyncDisposable {
  readonly #real: (step: Step) => Promise<HttpAnswer>
  readonly #server: ApiServer

  private constructor(cluster: Pick<RealCluster, 'kubeconfig'>, server: ApiServer) {
    const ask = asking(cluster.kubeconfig)
    this.#real = (step) => {
      const { path, method, body } = step
      return ask(path, { method, ...(body && { body: JSON.stringify(body), type: typeOf(step) }) })
    }
    this.#server = server
  }

  static async of(cluster: Pick<RealCluster, 'kubeconfig'>, options: Partial<ApiServerOptions> = {}): Promise<Pair> {
    const log = { debug() {}, info() {}, warn() {}, error: assert.fail, with: () => log }
    return new Pair(cluster, await createApiServer({ name: 'embedded', storage: memoryStorage(), log, ...options }))
  }

  /** Asks both, and fails when they do not say the same; answers what the real one says. */
  async same(step: Step): Promise<Json> {
    const [real, embedded] = await this.both(step)
    assert.deepEqual(saidOf(embedded.status, embedded.body), saidOf(real.status, real.body), step.name)
    return real.body
  }

  /** The same, with what is said beside the answer, and with a part of the answer itself. */
  async alike(step: Step, part: (body: Json) => unknown = () => undefined): Promise<Json> {
    const [real, embedded] = await this.both(step)
    const whole = ({ status, body, warnings }: Answered) => ({ ...saidOf(status, body), warnings, part: part(body) })
    assert.deepEqual(whole(embedded), whole(real), step.name)
    return real.body
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close()
  }

  /** Asks both: the real one, and the embedded one. */
  async both(step: Step): Promise<readonly [Answered, Answered]> {
    return [await this.#real(step), await this.#embedded(step)]
  }

  async #embedded(step: Step): Promise<Answered> {
    const { path, method, body } = step
    const { pathname, searchParams } = new URL(path, 'http://x')
    const answer = await this.#server.handle({
      method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      user: { name: 'admin', groups: [masters, 'system:authenticated'] },
      contentType: typeOf(step),
      body: () => body && structuredClone(body),
    })
    assert.ok('code' in answer, `${path} is no watch`)
    return { status: answer.code, body: answer.body, warnings: answer.warnings ?? [] }
  }
}
