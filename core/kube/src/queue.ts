import type { Metrics, Priority } from '@flotilla/sdk'
import { Alarms } from './alarms.ts'
import { type BackoffRange, backoff } from './backoff.ts'
import type { Place } from './line.ts'
import { Ranks } from './ranks.ts'

export interface QueueOptions<K> {
  readonly name: string
  readonly keyText: (key: K) => string
  readonly metrics: Metrics
  /** Told when a key can be taken. Called synchronously, also once for each key: keep it light. */
  readonly onReady: () => void
  /** Wait after the first failure, and the longest; by default 5 ms and 60 s. */
  readonly waits?: BackoffRange
  /** Keys of a higher rank go before those of a lower one. Asked when a key is added; by default all are alike. */
  readonly rank?: (key: K) => number
  /** Told how many keys wait to be taken, whenever that changes. */
  readonly onDepth?: (waiting: number) => void
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
  readonly random?: () => number
}

/** A key that was taken from the queue and must be given back with `done`. */
export interface Taken<K> {
  readonly key: K
  readonly text: string
  readonly priority: Priority
}

interface Item<K> {
  readonly key: K
  readonly text: string
  readonly addedAt: number
  priority: Priority
  rank: number
  /** Undefined while the key is still worked on. */
  place?: Place<Item<K>>
}

interface Later<K> {
  readonly key: K
  readonly priority: Priority
}

/** The longest a JavaScript timer can wait. */
const longestTimer = 2 ** 31 - 1

/** As controller-runtime has them: powers of ten from 10 ns to 1000 s. */
const buckets = Array.from({ length: 12 }, (_, power) => 10 ** (power - 8))

const urgent = (a: Priority, b: Priority): Priority => (a === 'normal' || b === 'normal' ? 'normal' : 'low')

/** What goes first among keys of one rank is not as much as a rank. */
const lineOf = ({ rank, priority }: { readonly rank: number; readonly priority: Priority }): number =>
  2 * rank + (priority === 'normal' ? 1 : 0)

/** The five metrics of a work queue, as client-go names them. */
function measures(name: string, metrics: Metrics) {
  const labels = ['name']
  const own = { name }
  const depth = metrics.gauge({ name: 'workqueue_depth', help: 'Keys that wait in the queue.', labels })
  const adds = metrics.counter({ name: 'workqueue_adds_total', help: 'Keys added to the queue.', labels })
  const retries = metrics.counter({ name: 'workqueue_retries_total', help: 'Keys added to come back later.', labels })
  const waited = metrics.histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'Seconds a key waits in the queue before it is taken.',
    labels,
    buckets,
  })
  const worked = metrics.histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'Seconds from taking a key to being done with it.',
    labels,
    buckets,
  })
  return {
    depth: (count: number) => depth.set(count, own),
    added: () => adds.add(own),
    retried: () => retries.add(own),
    waited: (milliseconds: number) => waited.observe(milliseconds / 1000, own),
    worked: (milliseconds: number) => worked.observe(milliseconds / 1000, own),
  }
}

/**
 * Keys to be worked on. A key waits at most once, however often it is added; one that is added while it is worked on
 * waits again after that. Keys of a higher rank go first, then `normal` ones before `low` ones, then the earlier; a key added
 * as both is `normal`, and one whose rank has changed when it is added again goes by the new one.
 */
export class Queue<K> {
  readonly #options: QueueOptions<K>
  readonly #now: () => number
  readonly #waits: BackoffRange
  readonly #measures: ReturnType<typeof measures>
  readonly #lines = new Ranks<Item<K>>()
  /** What has to be worked on: in a line, or as soon as the key is done with. */
  readonly #dirty = new Map<string, Item<K>>()
  /** What is worked on, since when. */
  readonly #taken = new Map<string, number>()
  readonly #failures = new Map<string, number>()
  readonly #later = new Alarms<Later<K>>()
  #timer: NodeJS.Timeout | undefined
  #timerAt = Number.POSITIVE_INFINITY
  #closed = false

  constructor(options: QueueOptions<K>) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#waits = options.waits ?? { baseMs: 5, capMs: 60_000 }
    this.#measures = measures(options.name, options.metrics)
  }

  /** Keys waiting or being worked on; those that come back later are not counted. */
  get depth(): number {
    return this.#lines.length + this.#taken.size
  }

  /** Milliseconds until the first of the keys that come back later; infinite when none does. */
  get next(): number {
    return (this.#later.next ?? Number.POSITIVE_INFINITY) - this.#now()
  }

  add(key: K, priority: Priority = 'normal'): void {
    if (this.#closed) return
    const text = this.#options.keyText(key)
    const rank = this.#options.rank?.(key) ?? 0
    const known = this.#dirty.get(text)
    if (known) this.#move(known, urgent(known.priority, priority), rank)
    else this.#admit({ key, text, priority, rank, addedAt: this.#now() })
  }

  /** Adds a key after so many milliseconds. Of several such times for one key the earliest holds. */
  addAfter(key: K, milliseconds: number, priority: Priority = 'normal'): void {
    if (this.#closed) return
    const text = this.#options.keyText(key)
    this.#measures.retried()
    this.#later.set(text, this.#now() + milliseconds, {
      key,
      priority: urgent(priority, this.#later.get(text)?.priority ?? priority),
    })
    this.#arm()
  }

  /**
   * Adds a key that failed: the longer it keeps failing, the later. What failed may say which waits suit it. Answers how often it
   * had failed before.
   */
  retry({ key, text, priority }: Taken<K>, waits: BackoffRange = this.#waits): number {
    const failures = this.#failures.get(text) ?? 0
    this.#failures.set(text, failures + 1)
    this.addAfter(key, backoff(failures, waits, this.#options.random), priority)
    return failures
  }

  /** The key did not fail: its next failure is its first. */
  forget({ text }: Taken<K>): void {
    this.#failures.delete(text)
  }

  /** The next key, now being worked on. Give it back with `done`. */
  take(): Taken<K> | undefined {
    const item = this.#lines.shift()
    if (!item) return undefined
    const now = this.#now()
    this.#dirty.delete(item.text)
    this.#taken.set(item.text, now)
    this.#count()
    this.#measures.waited(now - item.addedAt)
    return item
  }

  done({ text }: Taken<K>): void {
    const since = this.#taken.get(text)
    this.#taken.delete(text)
    if (since !== undefined) this.#measures.worked(this.#now() - since)
    const again = this.#dirty.get(text)
    if (again) this.#enqueue(again)
  }

  /** Forgets everything but what is being worked on, and takes nothing in until it is opened again. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#timerAt = Number.POSITIVE_INFINITY
    for (const part of [this.#lines, this.#dirty, this.#failures, this.#later]) part.clear()
    this.#count()
  }

  open(): void {
    this.#closed = false
  }

  #count(): void {
    this.#measures.depth(this.#lines.length)
    this.#options.onDepth?.(this.#lines.length)
  }

  #admit(item: Item<K>): void {
    this.#dirty.set(item.text, item)
    this.#measures.added()
    if (!this.#taken.has(item.text)) this.#enqueue(item)
  }

  #enqueue(item: Item<K>): void {
    item.place = this.#lines.push(lineOf(item), item)
    this.#count()
    this.#options.onReady()
  }

  #move(item: Item<K>, priority: Priority, rank: number): void {
    if (item.priority === priority && item.rank === rank) return
    if (item.place) this.#lines.remove(lineOf(item), item.place)
    Object.assign(item, { priority, rank })
    if (item.place) item.place = this.#lines.push(lineOf(item), item)
  }

  /** One timer, for the earliest of what comes later. */
  #arm(): void {
    const at = this.#later.next ?? Number.POSITIVE_INFINITY
    if (at >= this.#timerAt) return
    clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => this.#ring(), Math.min(Math.max(0, Math.ceil(at - this.#now())), longestTimer))
  }

  #ring(): void {
    this.#timerAt = Number.POSITIVE_INFINITY
    const now = this.#now()
    for (let due = this.#later.take(now); due; due = this.#later.take(now)) this.add(due.key, due.priority)
    this.#arm()
  }
}
