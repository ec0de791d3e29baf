import type { WireEvent } from '@flotilla/kube'
import { ApiError, type Manifest } from '@flotilla/sdk'
import type { Selection } from '../select/selection.ts'
import { refusal } from '../status.ts'
import type { Change } from '../store/change.ts'
import { weightOf } from '../store/weight.ts'

export interface WatchOptions {
  readonly namespace?: string
  readonly select: Selection
  /** How an object is shown: in the version asked for. */
  readonly view: (object: Manifest) => Manifest
  /** The bookmark with this revision, when the client wants bookmarks. */
  readonly bookmark?: (revision: number) => WireEvent
  /** What the reader gets before anything that happens from now on. */
  readonly initial?: readonly WireEvent[]
  /** What has to be done before objects can be shown, where someone else has to be asked. */
  readonly ready?: (objects: readonly Manifest[]) => Promise<void>
  /** How many events, beside the initial ones, may wait for the reader before it is cut off. */
  readonly limit: number
  /** How much they may weigh together, in bytes; by default 64 MiB. */
  readonly limitWeight?: number
}

const usualWeight = 64 * 1024 * 1024

/**
 * The ways one change shows, each made once however many watch it: who makes bytes of an event can keep them by its
 * identity.
 */
export class Shown {
  readonly change: Change
  readonly #events = new Map<string, WireEvent>()

  #weight: number | undefined

  constructor(change: Change) {
    this.change = change
  }

  /** About how much memory is held by who still has to hear of it. */
  get weight(): number {
    this.#weight ??= weightOf(this.change.object)
    return this.#weight
  }

  as(type: 'ADDED' | 'MODIFIED' | 'DELETED', view: (object: Manifest) => Manifest): WireEvent {
    const object = this.#subject(type, view)
    const id = `${type} ${object.apiVersion}`
    let event = this.#events.get(id)
    if (event === undefined) {
      event = Object.freeze({ type, object })
      this.#events.set(id, event)
    }
    return event
  }

  /** Who does not select an object any more is told its last selected state, with the revision of the change. */
  #subject(type: WireEvent['type'], view: (object: Manifest) => Manifest): Manifest {
    const { change } = this
    if (type !== 'DELETED' || change.type === 'DELETED' || !change.before) return view(change.object)
    const { resourceVersion } = change.object.metadata
    const last = view(change.before)
    return { ...last, metadata: { ...last.metadata, ...(resourceVersion && { resourceVersion }) } }
  }
}

/**
 * One watch: events gather here until they are read. Ends when the reader ends it, the server ends it, or the reader
 * is so slow that more events wait than may.
 */
export class Watch implements AsyncIterable<WireEvent> {
  readonly #options: WatchOptions
  readonly #limit: number
  readonly #limitWeight: number
  #weight = 0
  #waiting: WireEvent[]
  #wake: (() => void) | undefined
  #line: Promise<void> = Promise.resolve()
  #lined = 0
  #ended = false
  #overrun = false
  readonly #ends: (() => void)[] = []

  constructor(options: WatchOptions) {
    this.#options = options
    this.#waiting = [...(options.initial ?? [])]
    this.#limit = options.limit + this.#waiting.length
    this.#limitWeight = options.limitWeight ?? usualWeight
  }

  /** The only one it is about; undefined: all. */
  get namespace(): string | undefined {
    return this.#options.namespace
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Whether it ended because the reader was too slow. */
  get overrun(): boolean {
    return this.#overrun
  }

  /** Calls back once, when the watch ends. */
  onEnd(callback: () => void): void {
    if (this.#ended) callback()
    else this.#ends.push(callback)
  }

  /** Adds what the change means here, if anything. */
  offer(shown: Shown): void {
    const { change } = shown
    const { namespace, ready } = this.#options
    if (namespace !== undefined && namespace !== change.namespace) return
    if (ready) this.after(() => this.#showReady(shown, ready))
    else this.#show(shown)
  }

  /** Does something in the line of what is to be made ready first. What goes wrong is told to the reader, and ends it. */
  after(task: () => Promise<void>): void {
    if (this.#lined >= this.#limit) this.#overflow()
    this.#lined += 1
    this.#line = this.#line.then(async () => {
      this.#lined -= 1
      if (!this.#ended) await task().catch((error: unknown) => this.#fail(error))
    })
  }

  async #showReady(shown: Shown, ready: NonNullable<WatchOptions['ready']>): Promise<void> {
    const { object, before } = shown.change
    await ready(before ? [object, before] : [object])
    this.#show(shown)
  }

  #show(shown: Shown): void {
    const type = this.#typeOf(shown.change)
    if (type === undefined) return
    if (this.#waiting.length > 0) this.#weight += shown.weight // who keeps up has none to wait for
    if (this.#weight > this.#limitWeight) this.#overflow()
    this.push(shown.as(type, this.#options.view))
  }

  #fail(error: unknown): void {
    const status = error instanceof ApiError ? error.status : refusal.internal(String(error)).status
    this.push({ type: 'ERROR', object: status })
    this.end()
  }

  #overflow(): void {
    this.#overrun = true
    this.end()
  }

  /** Adds an event as it is. */
  push(event: WireEvent): void {
    if (this.#ended) return
    if (this.#waiting.length < this.#limit) {
      this.#waiting.push(event)
      this.#rouse()
    } else {
      this.#overflow()
    }
  }

  bookmark(revision: number): void {
    const { bookmark, ready } = this.#options
    if (!bookmark) return
    if (ready) this.after(async () => this.push(bookmark(revision)))
    else this.push(bookmark(revision))
  }

  /** Nothing is added any more; what waits can still be read. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#rouse()
    for (const callback of this.#ends.splice(0)) callback()
  }

  /** Everything that waits; undefined once the watch has ended and all is read. Never empty. */
  async read(): Promise<readonly WireEvent[] | undefined> {
    while (this.#waiting.length === 0) {
      if (this.#ended) return undefined
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    return this.take()
  }

  /** What waits now, maybe nothing. */
  take(): readonly WireEvent[] {
    const events = this.#waiting
    this.#waiting = []
    this.#weight = 0
    return events
  }

  async *[Symbol.asyncIterator](): AsyncIterator<WireEvent> {
    try {
      for (let events = await this.read(); events; events = await this.read()) yield* events
    } finally {
      this.end()
    }
  }

  #rouse(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  #typeOf(change: Change): 'ADDED' | 'MODIFIED' | 'DELETED' | undefined {
    const { select } = this.#options
    if (select === undefined) return change.type
    const was = change.before !== undefined && select(change.before)
    if (change.type === 'DELETED') return was ? 'DELETED' : undefined
    const is = select(change.object)
    if (is) return was ? 'MODIFIED' : 'ADDED'
    return was ? 'DELETED' : undefined
  }
}
