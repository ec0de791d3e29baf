import type { Log, Manifest } from '@flotilla/sdk'
import { bootstrapNamespace, bootstrapType, isExpired } from '../access/bootstrap.ts'
import { keptRequests } from '../access/signing.ts'
import type { SigningRequest } from '../builtin/certificates.ts'
import type { Engine } from '../engine.ts'
import { readKeys } from '../registry/json-path.ts'
import { pathOf, type Requests } from './requests.ts'

const hour = 60 * 60 * 1000
const period = 60 * 1000

/** Objects whose time ends. */
export interface Passing {
  readonly resource: string
  readonly namespace?: string
  isOver(object: Manifest, now: Date): boolean
}

const sightings = [['series', 'lastObservedTime'], ['lastTimestamp'], ['eventTime'], ['metadata', 'creationTimestamp']]

/** When an Event was last seen, in milliseconds. */
const lastSeen = (event: Manifest): number => {
  for (const keys of sightings) {
    const time = readKeys(event, keys)
    if (typeof time === 'string') return Date.parse(time)
  }
  return 0
}

/** An Event is kept for an hour after it was last seen, as in Kubernetes. */
export const events: Passing = {
  resource: 'events',
  isOver: (event, now) => lastSeen(event) < now.getTime() - hour,
}

export const bootstrapTokens: Passing = {
  resource: 'secrets',
  namespace: bootstrapNamespace,
  isOver: (secret, now) => secret.type === bootstrapType && isExpired(secret, now),
}

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

export const signingRequests: Passing = {
  resource: keptRequests,
  isOver: (request, now) => endOf(request as SigningRequest) <= now.getTime(), // by its schema
}

/** Removes what is over. */
export class Leftovers {
  readonly #engine: Engine
  readonly #requests: Requests
  readonly #log: Log
  readonly #kinds: readonly Passing[]
  readonly #timer: NodeJS.Timeout

  constructor(engine: Engine, requests: Requests, log: Log, kinds: readonly Passing[]) {
    this.#engine = engine
    this.#requests = requests
    this.#log = log
    this.#kinds = kinds
    this.#timer = setInterval(() => void this.sweep(), period)
    this.#timer.unref()
  }

  async sweep(): Promise<void> {
    const { objects, now } = this.#engine
    const time = now()
    for (const { resource, namespace, isOver } of this.#kinds)
      for (const object of objects.list(resource, namespace))
        if (isOver(object, time)) await this.#remove(resource, object)
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
