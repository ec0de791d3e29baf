import { randomUUID } from 'node:crypto'
import {
  type Client,
  FlotillaError,
  isNotFound,
  type Kind,
  type Log,
  type Manifest,
  type Recorder,
  timestamp,
} from '@flotilla/sdk'
import { type BackoffRange, backoff } from './backoff.ts'
import { Correlator, type Occurrence, type Sighting } from './correlate.ts'
import { metadataOf } from './metadata.ts'
import { pause } from './pause.ts'

export interface RecorderOptions {
  readonly client: Client
  /** Who tells: `source.component`. */
  readonly component: string
  readonly log: Log
  /** Ends the writing; what waits then is lost. */
  readonly signal: AbortSignal
  readonly now?: () => Date
  /** Waits while the server is unreachable; by default 1 to 30 s. */
  readonly waits?: BackoffRange
}

/** A recorder that also tells what somebody else has told it. */
export type Reporter = (...args: [...told: Parameters<Recorder>, component?: string]) => void

const eventKind: Kind = { apiVersion: 'v1', kind: 'Event', plural: 'events', scope: 'Namespaced' }

/** Events that may wait to be written; one more is dropped. */
const mostPending = 1000
/** How often an event is tried while the server is unreachable. */
const mostTries = 5
/** As the API server allows. */
const longestMessage = 1024

/** A name as client-go makes it; objects whose name is no DNS name, as those of RBAC, lend none. */
const nameOf = ({ about, at }: Occurrence): string =>
  /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(about.metadata.name) && about.metadata.name.length <= 230
    ? `${about.metadata.name}.${(BigInt(at) * 1_000_000n + (process.hrtime.bigint() % 1_000_000n)).toString(16)}`
    : randomUUID()

const namespaceOf = ({ about }: Occurrence): string => about.metadata.namespace ?? 'default'

const timeOf = ({ at }: Occurrence): string => timestamp(new Date(at))

const messageOf = ({ message }: Occurrence): string =>
  message.length > longestMessage ? `${message.slice(0, longestMessage - 3)}...` : message

function eventOf({ first, last, count }: Sighting, usual: string): Manifest {
  const { component = usual } = first
  const { apiVersion, kind, metadata } = first.about
  const { name, namespace, uid, resourceVersion } = metadata
  const involvedObject = {
    apiVersion,
    kind,
    ...(namespace && { namespace }),
    name,
    ...(uid && { uid }),
    ...(resourceVersion && { resourceVersion }),
  }
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: nameOf(first), namespace: namespaceOf(first) },
    involvedObject,
    type: first.type,
    reason: first.reason,
    message: messageOf(last),
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    firstTimestamp: timeOf(first),
    lastTimestamp: timeOf(last),
    count,
  }
}

class EventWriter {
  readonly #options: RecorderOptions
  readonly #pending = new Set<Sighting>()
  #writing = false

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  /** A sighting that waits already is written once, with its newest count. */
  add(sighting: Sighting): void {
    if (this.#pending.size >= mostPending || this.#options.signal.aborted) return
    this.#pending.add(sighting)
    if (!this.#writing) void this.#drain()
  }

  async #drain(): Promise<void> {
    this.#writing = true
    await Promise.resolve() // not inside the call that records
    for (const sighting of this.#pending) {
      this.#pending.delete(sighting)
      await this.#persist(sighting)
    }
    this.#writing = false
  }

  async #persist(sighting: Sighting): Promise<void> {
    const { signal, log, waits = { baseMs: 1_000, capMs: 30_000 } } = this.#options
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        return await this.#write(sighting)
      } catch (error) {
        const worthwhile = error instanceof FlotillaError && tries < mostTries - 1
        if (!worthwhile) return log.debug('event not written', { reason: sighting.first.reason, error })
        await pause(backoff(tries, waits), signal)
      }
    }
  }

  async #write(sighting: Sighting): Promise<void> {
    if (sighting.name === undefined || !(await this.#update(sighting, sighting.name))) await this.#create(sighting)
  }

  async #create(sighting: Sighting): Promise<void> {
    const { client, component, signal } = this.#options
    const event = await client.create(eventKind, eventOf(sighting, component), { signal, answer: 'metadata' })
    sighting.name = metadataOf(event).name
  }

  /** False when the event is no longer there: the API server keeps events for an hour. */
  async #update({ first, last, count }: Sighting, name: string): Promise<boolean> {
    const { client, signal } = this.#options
    const key = { namespace: namespaceOf(first), name }
    const body = { count, lastTimestamp: timeOf(last), message: messageOf(last) }
    try {
      await client.patch(eventKind, key, { type: 'merge', body }, { signal, answer: 'metadata' })
      return true
    } catch (error) {
      if (isNotFound(error)) return false
      throw error
    }
  }
}

/**
 * A `Recorder` that writes core/v1 Events into the object's namespace (`default` for one that has none). It answers at
 * once and never throws: events wait in a bounded line, repeated ones become a count on the first, floods of similar
 * ones become one, and each object may have 25 good and 25 bad ones, and then one every five minutes.
 */
export function createRecorder(options: RecorderOptions): Reporter {
  const { now = () => new Date() } = options
  const correlator = new Correlator()
  const writer = new EventWriter(options)
  return (about, type, reason, message, component) => {
    const who = component === undefined ? {} : { component }
    const sighting = correlator.see({ about, type, reason, message, ...who, at: now().getTime() })
    if (sighting) writer.add(sighting)
  }
}
