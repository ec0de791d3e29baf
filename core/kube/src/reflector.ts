import {
  ApiError,
  type Client,
  deepFreeze,
  groupOf,
  isExpired,
  type Kind,
  keyOf,
  type List,
  type Log,
  type Metrics,
  type ObjectMeta,
  type WatchEvent,
} from '@flotilla/sdk'
import { type BackoffRange, backoff } from './backoff.ts'
import { versionAt } from './census.ts'
import { type Compared, compare } from './comparison.ts'
import { delayOf, isThrottle, mayResume, type Reason, reasonOf } from './interruption.ts'
import { metadataOf } from './metadata.ts'
import { pause } from './pause.ts'
import type { Projection } from './projection.ts'
import type { ObjectStore } from './store.ts'
import { isBefore } from './version.ts'

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
  /** How long what differs from the server is given to come in after all; by default 10 s. */
  readonly lagMs?: number
}

/** What came of a comparison with the server. */
type Checked = 'equal' | 'different' | 'failed'

/** A watch that lived this long did its work even if nothing happened: longer than it may take to open one in vain. */
const goodMs = 40_000

/** The server ends each watch after 5 to 10 minutes, so that watches spread over its replicas. */
const watchSeconds = (): number => Math.round(300 + Math.random() * 300)

/** How often a store was filled, watched and compared. */
function measures(metrics: Metrics, kind: Kind<unknown>) {
  const resource = groupOf(kind.apiVersion) ? `${kind.plural}.${groupOf(kind.apiVersion)}` : kind.plural
  const counter = (name: string, help: string, ...labels: readonly string[]) =>
    metrics.counter({ name, help, labels: ['resource', ...labels] })
  const lists = counter('reflector_lists_total', 'Lists begun.')
  const watches = counter('reflector_watches_total', 'Watches begun.')
  const restarts = counter(
    'reflector_restarts_total',
    'Watches that came to an end, by why: ended, expired, unreachable, throttled, refused, failed.',
    'reason',
  )
  const checks = counter(
    'flotilla_cache_checks_total',
    'Comparisons of caches with their servers, by result: equal, different, failed.',
    'result',
  )
  const found = counter(
    'flotilla_cache_differences_total',
    'Objects that a cache had otherwise than its server, though no watch said so.',
  )
  return {
    resource,
    listed: () => lists.add({ resource }),
    watched: () => watches.add({ resource }),
    ended: (reason: Reason) => restarts.add({ resource, reason }),
    compared: (result: Checked, differences = 0) => {
      checks.add({ resource, result })
      if (differences > 0) found.add({ resource }, differences)
    },
  }
}

/**
 * Keeps a store equal to what the server has: one list, then watches, each from the version where the last one ended.
 *
 * Why no event is missed: a watch starts at the version of the list or of the last event that *is in the store*; the
 * version moves only after its event went in, and never back; and when the server no longer knows the version, a new
 * list is compared with the store, so that what happened in between is told as changes. A server that was restored from
 * a backup is at an older version than the store, and would stay silent until it comes there again: so it is asked where
 * it is whenever its connection broke, and versions are not believed to mean the same as before.
 */
export class Reflector<T> {
  readonly #options: ReflectorOptions<T>
  readonly #measures: ReturnType<typeof measures>
  /** Where to watch from; undefined: list first. */
  #version: string | undefined
  /** The newest version the store has seen. */
  #newest: string | undefined
  /** Whether the server may be at another version than it was: its connection broke. */
  #isDoubtful = false
  /** Whether it was resumed after its connection broke, and not compared since. */
  #isUnproven = false
  /** Ends the watch that is open, if one is. */
  #watching: AbortController | undefined
  /** Rounds in a row that brought nothing. */
  #failures = 0
  /** Whether this round brought something. */
  #good = false
  /** Ends the wait between two rounds. */
  #waiting: AbortController | undefined

  constructor(options: ReflectorOptions<T>) {
    this.#options = options
    this.#measures = measures(options.metrics, options.kind)
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

  /**
   * Whether it should be compared soon: a server that was restored may be past the version of the store again by the time
   * it is asked for its own.
   */
  get isUnproven(): boolean {
    return this.#isUnproven && this.#watching !== undefined
  }

  /**
   * Compares the store with the server, by identity and version. What differs for longer than a watch takes is what no
   * watch will bring any more: then all is listed anew. Never rejects; only what is watched is compared.
   */
  async check(): Promise<void> {
    const watching = this.#watching
    const since = this.#version
    if (!watching || !since) return
    this.#isUnproven = false
    const signal = AbortSignal.any([this.#options.signal, watching.signal])
    const compared = await this.#compare(signal).catch(() => undefined)
    if (signal.aborted) return // what was compared is not held any more, or not watched
    if (compared === undefined) this.#measures.compared('failed')
    else if (isBefore(compared.version, since)) this.#distrust(this.#newest)
    else if (compared.different.length > 0) this.#report(compared.different)
    else this.#measures.compared('equal')
  }

  #compare(signal: AbortSignal): Promise<Compared> {
    const { store, pageSize = 500, lagMs = 10_000 } = this.#options
    return compare({ ...this.#options, signal }, () => store.list(), { pageSize, lagMs })
  }

  #report(different: readonly string[]): void {
    const { resource } = this.#measures
    const first = different.slice(0, 3)
    const what = { resource, objects: different.length, first }
    this.#options.log.warn('a cache was not what its server has; it is listed anew', what)
    this.#distrust(undefined, different.length)
  }

  /** The watch that is open cannot be relied on. Without a newest version, none is believed to mean what it meant. */
  #distrust(newest: string | undefined, differences = 0): void {
    this.#measures.compared('different', differences)
    this.#version = undefined
    this.#newest = newest
    this.#watching?.abort()
  }

  /** A list if need be, and a watch. Answers what ended it, undefined when the server just closed it. */
  async #round(): Promise<unknown> {
    this.#good = false
    try {
      if (this.#isDoubtful) await this.#locate()
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
    this.#measures.ended(reason)
    if (!mayResume(reason) || this.#version === '') this.#version = undefined // a server may have no versions at all
    this.#isDoubtful ||= reason === 'unreachable'
    if (this.#good) this.#failures = 0
    if (this.#good && error === undefined) return
    if (error !== undefined) this.#warn(reason, error)
    this.#waiting = new AbortController()
    await pause(Math.max(delayOf(error), backoff(this.#failures++, waits)), this.#waiting.signal)
    this.#waiting = undefined
  }

  /** Old versions are daily business, and a server that is away is said once. */
  #warn(reason: Reason, error: unknown): void {
    const { log } = this.#options
    const { resource } = this.#measures
    const level = reason !== 'expired' && this.#failures === 0 ? 'warn' : 'debug'
    log[level]('watch interrupted', { resource, reason, error })
  }

  /** Finds out whether the server is still where it was. One that does not say is believed to be. */
  async #locate(): Promise<void> {
    if (this.#version) {
      const now = await versionAt(this.#options).catch((error) => {
        if (error instanceof ApiError && !isThrottle(error)) return undefined
        throw error
      })
      if (isBefore(now, this.#version)) this.#version = undefined
    }
    this.#isDoubtful = false
    this.#isUnproven = true
  }

  /** Fills the store, and answers the version it now has. */
  async #list(): Promise<string> {
    this.#measures.listed()
    const { items, resourceVersion } = await this.#pages(this.#options.pageSize ?? 500).catch((error) => {
      if (isExpired(error)) return this.#pages() // turning the pages took too long: all of it at once
      throw error
    })
    this.#fill(items, resourceVersion)
    return resourceVersion
  }

  /** Versions of a server that went back are handed out a second time: then only what an object holds says what it is. */
  #fill(items: readonly T[], version: string): void {
    const { log, store } = this.#options
    const { resource } = this.#measures
    const isBack = isBefore(version, this.#newest)
    if (isBack) log.warn('the server is at an older version than it was: was it restored?', { resource, version })
    this.#isUnproven = false
    store.fill(items, { anew: isBack || this.#newest === undefined })
    this.#newest = version
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
    this.#measures.watched()
    const openedAt = performance.now()
    const watching = new AbortController()
    const options = {
      ...selection,
      resourceVersion,
      timeoutSeconds: watchSeconds(),
      signal: AbortSignal.any([signal, watching.signal]),
    }
    this.#watching = watching
    try {
      for await (const event of client.watch(kind, options)) {
        if (watching.signal.aborted) return
        this.#advance(this.#take(event))
      }
    } finally {
      this.#watching = undefined
      watching.abort()
      this.#good ||= performance.now() - openedAt >= goodMs
    }
  }

  /** The store has all up to a version. One that was there before, as in an event that comes twice, is no progress. */
  #advance(version: string | undefined): void {
    if (!version || version === this.#version || isBefore(version, this.#version)) return
    this.#version = version
    this.#newest = version
    this.#good = true
  }

  /** Puts an event into the store, and answers the version the store has with it. */
  #take(event: WatchEvent<T>): string | undefined {
    if (event.type === 'BOOKMARK') return event.resourceVersion
    const { store } = this.#options
    const { resourceVersion } = metadataOf(event.object)
    if (this.#isLate(event.type, metadataOf(event.object))) return undefined
    if (event.type === 'DELETED') store.remove(event.object)
    else store.put(this.#project(event.object))
    return resourceVersion
  }

  /** Whether an event comes a second time, or after newer ones. Some servers delete an object in the version it had. */
  #isLate(type: 'ADDED' | 'MODIFIED' | 'DELETED', metadata: ObjectMeta): boolean {
    if (type !== 'DELETED') return isBefore(metadata.resourceVersion, this.#newest)
    const known = this.#options.store.get(keyOf({ metadata }))
    return known !== undefined && isBefore(metadata.resourceVersion, metadataOf(known).resourceVersion)
  }

  /** Projections are free to make new objects of other types: the store's owner chose it for its `T`. */
  #project(object: T): T {
    return deepFreeze(this.#options.project(object)) as T
  }
}
