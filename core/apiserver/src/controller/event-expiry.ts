import type { Log, Manifest } from '@flotilla/sdk'
import type { Engine } from '../engine.ts'
import { readKeys } from '../registry/json-path.ts'
import { pathOf, type Requests } from './requests.ts'

/** How long an Event is kept after it was last seen, as in Kubernetes. */
const lifetime = 60 * 60 * 1000
const period = 60 * 1000

const times = [['series', 'lastObservedTime'], ['lastTimestamp'], ['eventTime'], ['metadata', 'creationTimestamp']]

/** When an Event was last seen, in milliseconds. */
const lastSeen = (event: Manifest): number => {
  for (const keys of times) {
    const time = readKeys(event, keys)
    if (typeof time === 'string') return Date.parse(time)
  }
  return 0
}

/** Removes Events that are over. */
export class EventExpiry {
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
    const { objects, registry, now } = this.#engine
    const served = registry.byId('events')
    if (served === undefined) return
    const oldest = now().getTime() - lifetime
    for (const event of objects.list('events')) {
      if (lastSeen(event) >= oldest) continue
      await this.#requests
        .delete(pathOf(served, event))
        .catch((error: unknown) => this.#log.debug('an event is not removed', { error }))
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
