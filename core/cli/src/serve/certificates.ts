import { type Authority, openAuthority, type Shelf } from '@flotilla/apiserver'
import { type Client, isAlreadyExists, isConflict, label, type Manifest, systemNamespace } from '@flotilla/sdk'
import { secretKind } from '../join/kinds.ts'

/** Where all replicas find the authority of the webhooks. */
const key = { namespace: systemNamespace, name: 'flotilla-webhook-certificates' }

/** A secret as a shelf: what is put there is written at once, by whoever is first. */
class SecretShelf implements Shelf {
  readonly #client: Client
  #secret: Manifest | undefined

  constructor(client: Client, secret: Manifest | undefined) {
    this.#client = client
    this.#secret = secret
  }

  async read(file: string): Promise<string | undefined> {
    const { [file]: value } = (this.#secret?.data ?? {}) as Readonly<Record<string, string>>
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString()
  }

  async write(file: string, text: string): Promise<void> {
    const data = { ...(this.#secret?.data as object), [file]: Buffer.from(text).toString('base64') }
    this.#secret = this.#secret
      ? await this.#client.update(secretKind, { ...this.#secret, data })
      : await this.#client.create(secretKind, fresh(data))
  }
}

const fresh = (data: object): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { ...key, labels: { [label.system]: 'true' } },
  type: 'Opaque',
  data,
})

/** How often it is tried when replicas start at once: each try ends with one of them served. */
const tries = 10

/** The authority all replicas share, with its certificate for these hosts. Whoever comes first makes it. */
export async function openCertificates(client: Client, hosts: readonly string[]): Promise<Authority> {
  for (let tried = 1; ; tried++) {
    try {
      const authority = await openAuthority({ dir: new SecretShelf(client, await client.get(secretKind, key)), hosts })
      await authority.server()
      return authority
    } catch (error) {
      if (tried === tries || !(isConflict(error) || isAlreadyExists(error))) throw error
    }
  }
}
