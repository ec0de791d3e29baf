import type { Client, WriteOptions } from '@flotilla/sdk'

const refuse = async (): Promise<never> => {
  throw new Error('a plan writes nothing')
}

const isRead = (method: string | undefined): boolean => method === undefined || method === 'GET'

/** The same server to look at: what would write is refused here, before it leaves the process. */
export const reading = (client: Client): Client =>
  Object.freeze<Client>({
    ...client,
    create: refuse,
    update: refuse,
    patch: refuse,
    delete: refuse,
    raw: (request) => (isRead(request.method) ? client.raw(request) : refuse()),
  })

const dry = (options: WriteOptions = {}): WriteOptions => ({ ...options, dryRun: true })

/** The same server, on which every write is tried and none is kept. */
export const rehearsing = (client: Client): Client =>
  Object.freeze<Client>({
    ...reading(client),
    create: (kind, object, options) => client.create(kind, object, dry(options)),
    update: (kind, object, options) => client.update(kind, object, dry(options)),
    patch: (kind, key, patch, options) => client.patch(kind, key, patch, dry(options)),
  })
