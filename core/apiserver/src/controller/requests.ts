import type { Transport } from '@flotilla/kube'
import { ApiError, type Manifest, type Status } from '@flotilla/sdk'
import type { Served } from '../registry/registry.ts'

/** The path of an object. */
export const pathOf = ({ group, apiVersion, plural }: Served, { metadata: { name, namespace } }: Manifest): string =>
  `/${group ? 'apis' : 'api'}/${apiVersion}${namespace ? `/namespaces/${namespace}` : ''}/${plural}/${name}`

/** Requests of the server's own controllers. What is gone already needs nothing; every other refusal is thrown. */
export class Requests {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async create(collection: string, body: object): Promise<void> {
    await this.#send('POST', collection, body)
  }

  /** The same where it may be there already. */
  async ensure(collection: string, body: object): Promise<void> {
    try {
      await this.create(collection, body)
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 409) throw error
    }
  }

  /** A merge patch. */
  async patch(path: string, body: object): Promise<void> {
    await this.#send('PATCH', path, body)
  }

  async put(path: string, body: object): Promise<void> {
    await this.#send('PUT', path, body)
  }

  async delete(path: string, options: object = {}): Promise<void> {
    await this.#send('DELETE', path, options)
  }

  async #send(method: string, path: string, body: object): Promise<void> {
    const headers = { 'content-type': 'application/merge-patch+json' }
    const answer = await this.#transport.send({ method, path, headers, body })
    if (answer.status >= 300 && answer.status !== 404) throw new ApiError(answer.body as Status) // as every refusal
  }
}
