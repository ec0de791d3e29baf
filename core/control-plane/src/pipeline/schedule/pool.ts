import { type Key, keyText } from '@flotilla/sdk'
import { room, type Topic, traffic } from './topics.ts'

/** A binding that could not be placed. */
export interface Stranded {
  readonly key: Key
  /** What it waits for. */
  readonly topics: readonly Topic[]
  /** How much there has to be of what it waits for, where that is known: it is left alone while there is less. */
  readonly needs?: ReadonlyMap<Topic, bigint | undefined>
  /** Whether it is tried again after a while even when nothing it waits for happens. */
  readonly resolvable: boolean
}

interface Waiting extends Stranded {
  readonly since: number
}

/** Why a binding is tried again: what happened, or that it has waited long enough. */
export type Wake = (key: Key, why: Topic | 'time') => void

export interface PoolOptions {
  /** Told how many bindings wait, whenever that changes. */
  readonly onSize: (size: number) => void
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number
}

/** How long a binding waits that may be helped by what nobody sees, and how often that is looked at. */
const patience = 5 * 60_000
const period = 30_000

/** How long what happens is collected. How much room clusters have changes all the time, and where others are often at once. */
const breaths: Readonly<Record<Topic, number>> = { [room]: 10_000, [traffic]: 60_000 }
const breath = 100

/** Told to a binding that will be looked at in any case. */
const itself: Topic = 'itself'

/** How much there is of something that was told; undefined when nobody says: enough for all. */
type Left = bigint | undefined

/** Whether what happened can help who waits for it. */
function helps({ needs }: Stranded, topic: Topic, left: Left): boolean {
  const needed = needs?.get(topic)
  return left === undefined || needed === undefined || needed <= left
}

/**
 * Bindings that could not be placed, each until something happens that could help. What happens while one is decided on
 * is not lost: the decision may not have known.
 */
export class Pool {
  readonly #onSize: PoolOptions['onSize']
  readonly #now: () => number
  readonly #waiting = new Map<string, Waiting>()
  readonly #byTopic = new Map<Topic, Set<Waiting>>()
  /** What was told since a decision on a binding began. */
  readonly #heard = new Map<string, Map<Topic, Left>>()
  /** How much there is of what is about to wake someone. */
  readonly #left = new Map<Topic, Left>()
  readonly #breaths = new Map<Topic, NodeJS.Timeout>()

  constructor({ onSize, now = () => performance.now() }: PoolOptions) {
    this.#onSize = onSize
    this.#now = now
  }

  /** Whether anybody wants to be told of anything. */
  get isListening(): boolean {
    return this.#waiting.size + this.#heard.size > 0
  }

  /** Whether anybody waits for this. */
  hears(topic: Topic): boolean {
    return this.#byTopic.has(topic)
  }

  /** What a binding waits for; undefined when it does not wait. */
  topicsOf(key: Key): readonly Topic[] | undefined {
    return this.#waiting.get(keyText(key))?.topics
  }

  /** Wakes who waits from now on. Returns what ends that, and everybody's waiting. */
  open(wake: Wake): () => void {
    this.#wake = wake
    const timer = setInterval(() => this.#wakeTheOld(), period).unref() // nobody stays alive to wait
    return () => {
      clearInterval(timer)
      this.#close()
    }
  }

  /** A decision on a binding begins. */
  begin(key: Key): void {
    this.leave(key)
    this.#heard.set(keyText(key), new Map())
  }

  /** A decision has been made, or could not be; with `stranded` the binding waits. */
  end(key: Key, stranded?: Stranded): void {
    const text = keyText(key)
    const heard = this.#heard.get(text)
    this.#heard.delete(text)
    if (!stranded || heard?.has(itself)) return
    this.#add(text, { ...stranded, since: this.#now() })
    for (const topic of stranded.topics) {
      if (heard?.has(topic) && helps(stranded, topic, heard.get(topic))) this.#arm(topic, heard.get(topic))
    }
  }

  /** A binding does not wait any longer: it is to be looked at, or is gone. One that is decided on now will not wait at all. */
  leave(key: Key): void {
    const text = keyText(key)
    this.#heard.get(text)?.set(itself, undefined)
    const waiting = this.#waiting.get(text)
    if (!waiting) return
    this.#waiting.delete(text)
    for (const topic of waiting.topics) {
      const those = this.#byTopic.get(topic)
      those?.delete(waiting)
      if (those?.size === 0) this.#byTopic.delete(topic)
    }
    this.#onSize(this.#waiting.size)
  }

  /** Something happened: who waits for it is woken after a breath; when it is said how much is left, only whom that helps. */
  tell(topic: Topic, left?: bigint): void {
    for (const heard of this.#heard.values()) heard.set(topic, left)
    if (this.hears(topic)) this.#arm(topic, left)
  }

  #wake: Wake = () => undefined

  #add(text: string, waiting: Waiting): void {
    this.#waiting.set(text, waiting)
    for (const topic of waiting.topics) {
      const those = this.#byTopic.get(topic) ?? new Set()
      this.#byTopic.set(topic, those.add(waiting))
    }
    this.#onSize(this.#waiting.size)
  }

  #arm(topic: Topic, left: Left): void {
    const isArmed = this.#breaths.has(topic)
    this.#left.set(topic, isArmed ? more(this.#left.get(topic), left) : left)
    if (isArmed) return
    const ring = () => {
      const left = this.#left.get(topic)
      this.#breaths.delete(topic)
      this.#left.delete(topic)
      for (const each of [...(this.#byTopic.get(topic) ?? [])])
        if (helps(each, topic, left)) this.#rouse(each.key, topic)
    }
    this.#breaths.set(topic, setTimeout(ring, breaths[topic] ?? breath))
  }

  #rouse(key: Key, why: Topic): void {
    this.leave(key)
    this.#wake(key, why)
  }

  #wakeTheOld(): void {
    const by = this.#now() - patience
    for (const { key, since, resolvable } of this.#waiting.values())
      if (resolvable && since <= by) this.#wake(key, 'time')
  }

  #close(): void {
    for (const timer of this.#breaths.values()) clearTimeout(timer)
    for (const part of [this.#waiting, this.#byTopic, this.#heard, this.#breaths, this.#left]) part.clear()
    this.#onSize(0)
  }
}

/** The larger of two amounts; who says nothing says enough. */
const more = (a: Left, b: Left): Left => (a === undefined || b === undefined ? undefined : a > b ? a : b)
