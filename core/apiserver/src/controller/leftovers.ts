import type { Log, Manifest } from '@flotilla/sdk'
import { bootstrapNamespace, bootstrapType, isExpired } from '../access/bootstrap.ts'
import { keptRequests } from '../access/signing.ts'
import type { SigningRequest } from '../builtin/certificates.ts'
import type { Engine } from '../engine.ts'
import { pathOf, type Requests } from './requests.ts'

const hour = 60 * 60 * 1000
const period = 60 * 1000

const since = ({ status }: SigningRequest, type: string): number | undefined => {
  const found = status?.conditions?.find((condition) => condition.type === type)
  return found && Date.parse(found.lastTransitionTime)
}

/** When a request for a certificate is of no use any more, as Kubernetes has it: an hour after it was decided, a day without. */
const endOf = (request: SigningRequest): number => {
  const decided = since(request, 'Denied') ?? since(request, 'Failed')
  const approved = since(request, 'Approved')
  if (decided !== undefined) return decided + hour
  if (approved !== undefined && request.status?.certificate) return approved + hour
  return Date.parse(request.metadata.creationTimestamp ?? '') + 24 * hour
}

/** Removes bootstrap tokens whose time is over, and requests for certificates that are done with. */
export class Leftovers {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #log: Log
  readonly #timer: NodeJS.Timeout

  constructor(engine: Engine, requests: Requests, log: Log) {
    this.#engine = engine
    this.#requests = requests
    this.#log = log
    this.#timer = setInterval(() => void this.sweep(), period)
    this.#timer.unref()
  }

  async sweep(): Promise<void> {
    const { objects, now } = this.#engine
    const time = now()
    const secrets = objects.list('secrets', bootstrapNamespace)
    const requests = objects.list(keptRequests) as readonly Manifest[] as readonly SigningRequest[] // by their schema
    await Promise.all([
      ...secrets
        .filter((each) => each.type === bootstrapType && isExpired(each, time))
        .map((each) => this.#remove('secrets', each)),
      ...requests.filter((each) => endOf(each) <= time.getTime()).map((each) => this.#remove(keptRequests, each)),
    ])
  }

  async #remove(resource: string, object: Manifest): Promise<void> {
    const served = this.#engine.registry.byId(resource)
    if (!served) return
    await this.#requests
      .delete(pathOf(served, object))
      .catch((error: unknown) => this.#log.debug('a leftover is not removed', { name: object.metadata.name, error }))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
  }
}
