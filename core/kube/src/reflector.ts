import {
  ApiError,
  type Client,
  deepFreeze,
  FlotillaError,
  groupOf,
  isExpired,
  type Kind,
  type List,
  type Log,
  type Metrics,
  type WatchEvent,
} from '@flotilla/sdk'
import { type BackoffRange, backoff } from './backoff.ts'
import { metadataOf } from './metadata.ts'
import { pause } from './pause.ts'
import type { Projection } from './projection.ts'
import type { ObjectStore } from './store.ts'

export interface Selection {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface ReflectorOptions<T> {
  readonly client: Client
  readonly kind: Kind<T>
  readonly selection: Selection
  readonly project: Projection
  readonly store: ObjectStore<T>
  readonly log: Log
  readonly metrics: Metrics
  readonly signal: AbortSignal
  /** Objects a page of a list; by default 500. */
  readonly pageSize?: number
  /** Waits between rounds that go wrong; by default 0.5 to 30 s. */
  readonly waits?: BackoffRange
}

/** Why a watch began anew. */
type Reason = 'ended' | 'expired' | 'unreachable' | 'throttled' | 'refused' | 'failed'

/** A watch that lived this long did its work even if nothing happened: longer than it may take to open one in vain. */
const goodMs = 40_000

/** The server ends each watch after 5 to 10 minutes, so that watches spread over its replicas. */
const watchSeconds = (): number => Math.round(300 + Math.random() * 300)

const isThrottle = (error: unknown): boolean => error instanceof ApiError && (error.code === 429 || error.code === 503)

function reasonOf(error: unknown): Reason {
  if (error === undefined) return 'ended'
  if (isExpired(error)) return 'expired'
  if (isThrottle(error)) return 'throttled'
  if (error instanceof ApiError) return 'refused'
  return error instanceof FlotillaError ? 'unreachable' : 'failed'
}

/** Whether the version is still good to watch from: the server did not object to it. */
const mayResume = (reason: Reason): boolean => reason !== 'expired' && reason !== 'refused'

const resourceOf = ({ apiVersion, plural }: Kind<unknown>): string =>
  groupOf(apiVersion) ? `${plural}.${groupOf(apiVersion)}` : plural

/**
 * Keeps a store equal to what the server has: one list, then watches, each from the version where the last one ended.
 *
 * Why no event is missed: a watch starts at the version of the list or of the last event that *is in the store*; the
 * version moves only after its event went in; and when the server no longer knows the version, a new list is compared
 * with the store, so that what happened in between is told as changes.
 */
export class Reflector<T> {
  readonly #options: ReflectorOptions<T>
  readonly #labels: { readonly resource: string }
  readonly #lists
  readonly #watches
  readonly #restarts
  /** Where to watch from; undefined: list first. */
  #version: string | undefined
  /** Rounds in a row that brought nothing. */
  #failures = 0
  /** Whether this round brought something. */
  #good = false
  /** Ends the wait between two rounds. */
  #waiting: AbortController | undefined

  constructor(options: ReflectorOptions<T>) {
    const { metrics, kind } = options
    const labels = ['resource']
    this.#options = options
    this.#labels = { resource: resourceOf(kind) }
    this.#lists = metrics.counter({ name: 'reflector_lists_total', help: 'Lists begun.', labels })
    this.#watches = metrics.counter({ name: 'reflector_watches_total', help: 'Watches begun.', labels })
    this.#restarts = metrics.counter({
      name: 'reflector_restarts_total',
      help: 'Watches that came to an end, by why: ended, expired, unreachable, throttled, refused, failed.',
      labels: [...labels, 'reason'],
    })
  }

  /** Runs until the signal. Never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#options
    signal.addEventListener('abort', () => this.#waiting?.abort(), { once: true })
    while (!signal.aborted) {
      const error = await this.#round()
      if (!signal.aborted) await this.#recover(error)
    }
  }

  /** What it waits for may be there: the next round begins now. */
  hurry(): void {
    this.#failures = 0
    this.#waiting?.abort()
  }

  /** A list if need be, and a watch. Answers what ended it, undefined when the server just closed it. */
  async #round(): Promise<unknown> {
    this.#good = false
    try {
      this.#version ??= await this.#list()
      await this.#watch(this.#version)
      return undefined
    } catch (error) {
      return error
    }
  }

  async #recover(error: unknown): Promise<void> {
    const { waits = { baseMs: 500, capMs: 30_000 } } = this.#options
    const reason = reasonOf(error)
    this.#restarts.add({ ...this.#labels, reason })
    if (!mayResume(reason) || this.#version === '') this.#version = undefined // a server may have no versions at all
    if (this.#good) this.#failures = 0
    if (this.#good && error === undefined) return
    if (error !== undefined) this.#report(reason, error)
    this.#waiting = new AbortController()
    await pause(backoff(this.#failures++, waits), this.#waiting.signal)
    this.#waiting = undefined
  }

  /** Old versions are daily business, and a server that is away is said once. */
  #report(reason: Reason, error: unknown): void {
    const { log } = this.#options
    const level = reason !== 'expired' && this.#failures === 0 ? 'warn' : 'debug'
    log[level]('watch interrupted', { ...this.#labels, reason, error })
  }

  /** Fills the store, and answers the version it now has. */
  async #list(): Promise<string> {
    this.#lists.add(this.#labels)
    const { items, resourceVersion } = await this.#pages(this.#options.pageSize ?? 500).catch((error) => {
      if (isExpired(error)) return this.#pages() // turning the pages took too long: all of it at once
      throw error
    })
    this.#options.store.fill(items)
    return resourceVersion
  }

  async #pages(limit?: number): Promise<List<T>> {
    const { client, kind, selection, signal } = this.#options
    const items: T[] = []
    let page: List<T> | undefined
    do {
      page = await client.list(kind, { ...selection, limit, continue: page?.continue, signal })
      for (const item of page.items) items.push(this.#project(item))
    } while (page.continue)
    return { items, resourceVersion: page.resourceVersion }
  }

  async #watch(resourceVersion: string): Promise<void> {
    const { client, kind, selection, signal } = this.#options
    this.#watches.add(this.#labels)
    const openedAt = performance.now()
    const options = { ...selection, resourceVersion, timeoutSeconds: watchSeconds(), signal }
    try {
      for await (const event of client.watch(kind, options)) {
        this.#version = this.#take(event)
        this.#good = true
      }
    } finally {
      this.#good ||= performance.now() - openedAt >= goodMs
    }
  }

  /** Puts an event into the store, and answers the version the store has with it. */
  #take(event: WatchEvent<T>): string | undefined {
    if (event.type === 'BOOKMARK') return event.resourceVersion || this.#version
    const { store } = this.#options
    if (event.type === 'DELETED') store.remove(event.object)
    else store.put(this.#project(event.object))
    return metadataOf(event.object).resourceVersion ?? this.#version
  }

  /** Projections are free to make new objects of other types: the store's owner chose it for its `T`. */
  #project(object: T): T {
    return deepFreeze(this.#options.project(object)) as T
  }
}
