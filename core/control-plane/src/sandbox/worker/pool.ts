import { availableParallelism } from 'node:os'
import { errors, type Sandbox } from '@flotilla/sdk'
import type { Source } from '../engine.ts'
import type { Meter } from '../meter.ts'
import { textOf } from '../text.ts'
import { type Call, Guest } from './guest.ts'
import { Line } from './line.ts'
import type { Answer, CalledAnswer, LoadedAnswer, Threaded } from './message.ts'

export interface PoolOptions {
  /** Ends every thread. */
  readonly signal: AbortSignal
  /** How many threads run programs; 0, the default, is as many as there are cores, from two to four. As many again stand in for slow ones. */
  readonly threads?: number
  /** How much memory programs may hold together while they do not run, in bytes; by default 512 MiB. */
  readonly memory?: number
}

const { SANDBOX_FAILED } = errors

/** What a program is asked about, as texts. */
function written({ name }: Guest, call: string, args: readonly unknown[]): readonly string[] {
  try {
    return args.map(textOf)
  } catch (cause) {
    throw SANDBOX_FAILED(name, call, `what it is asked about is not JSON: ${(cause as Error).message}`)
  }
}

/** The value of what a program gave. */
function parsed({ name }: Guest, call: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw SANDBOX_FAILED(name, call, `what it gave is not JSON: ${(cause as Error).message}`)
  }
}

/** The threads in which programs run. One that does not come back is ended with its thread; the others go on in another. */
export class Pool {
  readonly #threads: number
  readonly #memory: number
  readonly #lines: Line[] = []
  readonly #guests = new Set<Guest>()
  readonly #signal: AbortSignal
  #opened = 0

  constructor({ signal, threads = 0, memory = 512 * 2 ** 20 }: PoolOptions) {
    this.#threads = threads || Math.min(4, Math.max(2, availableParallelism()))
    this.#memory = memory
    this.#signal = signal
    while (this.#lines.length < this.#threads) this.#addLine()
    signal.addEventListener('abort', () => this.#end(), { once: true })
  }

  async open(runtime: Threaded, source: Source, meter: Meter): Promise<Sandbox> {
    this.#opened += 1
    const guest = new Guest(this.#opened, runtime, source, meter)
    if (!this.#signal.aborted) this.#guests.add(guest)
    try {
      const { functions } = (await this.#put(guest)) as LoadedAnswer // as asked
      this.#count(guest)
      return { functions, call: (call, args) => this.#measured(guest, call, args), close: () => this.#close(guest) }
    } catch (cause) {
      this.#close(guest)
      throw cause
    }
  }

  #end(): void {
    for (const guest of this.#guests) this.#close(guest)
    for (const line of this.#lines) line.end()
  }

  #close(guest: Guest): void {
    this.#guests.delete(guest)
    guest.close()
    for (const line of guest.lines) line.leave(guest)
    this.#count(guest)
  }

  #count({ runtime, meter }: Guest): void {
    meter.open([...this.#guests].filter((guest) => guest.runtime === runtime).length)
  }

  async #measured(guest: Guest, name: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    const start = performance.now()
    try {
      const values = await this.#call(guest, name, args)
      guest.meter.called(start)
      return values
    } catch (cause) {
      guest.meter.called(start, cause)
      throw cause
    }
  }

  async #call(guest: Guest, name: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    const { results } = (await this.#put(guest, { name, args: written(guest, name, args) })) as CalledAnswer // as asked
    return results.map((text) => parsed(guest, name, text))
  }

  /** Something to be done in a program, when it is its turn. */
  #put(guest: Guest, call?: Call): Promise<Answer> {
    if (!this.#guests.has(guest)) throw SANDBOX_FAILED(guest.name, call?.name ?? 'its start', 'it was closed')
    return new Promise((resolve, reject) => {
      guest.push({ ...(call && { call }), since: performance.now(), resolve, reject })
      for (const line of this.#linesFor(guest)) line.join(guest)
    })
  }

  /** Where a program stands that has something to do: where nothing runs, or in one line more, or in all it may stand in. */
  #linesFor(guest: Guest): readonly Line[] {
    for (const line of guest.lines) if (line.isSlow && line.running !== guest) this.#move(guest, line)
    const free = [...guest.lines].find(({ running }) => running === undefined)
    if (free) return [free]
    const more = guest.lines.size < guest.limits.concurrency ? this.#bestFor(guest) : undefined
    more?.take(guest)
    return more ? [more] : [...guest.lines]
  }

  /** Of the lines where nothing takes its time, the one with the fewest programs. */
  #bestFor(guest: Guest): Line | undefined {
    const others = this.#lines.filter((line) => !guest.lines.has(line))
    const quick = others.filter(({ isSlow }) => !isSlow)
    if (quick.length === 0 && this.#lines.length < 2 * this.#threads) return this.#addLine()
    return (quick.length > 0 ? quick : others).sort((one, other) => one.guests.size - other.guests.size).at(0)
  }

  #move(guest: Guest, from: Line): void {
    const to = this.#bestFor(guest)
    if (!to || to.isSlow) return
    from.leave(guest)
    to.take(guest)
    if (guest.waiting > 0) to.join(guest)
  }

  #addLine(): Line {
    const line: Line = new Line({ slow: () => this.#relieve(line), used: () => this.#tidy() })
    this.#lines.push(line)
    return line
  }

  /** Something takes its time: who waits behind it goes elsewhere. */
  #relieve(line: Line): void {
    for (const guest of line.guests) if (guest !== line.running && guest.waiting > 0) this.#move(guest, line)
  }

  /** What was not used for the longest time goes when too much is held. */
  #tidy(): void {
    while (this.#lines.reduce((sum, { bytes }) => sum + bytes, 0) > this.#memory) {
      const oldest = this.#lines.flatMap((line) => (line.oldest ? [{ line, ...line.oldest }] : []))
      const [first] = oldest.sort((one, other) => one.at - other.at)
      if (!first) return
      first.line.cool(first.guest)
    }
  }
}
