import { Worker } from 'node:worker_threads'
import type { Answer, Farewell, Question } from './message.ts'

/** A thread ended before it answered. */
export class Ended extends Error {
  readonly why: 'timeout' | 'memory' | 'crash' | 'closed'
  /** How long it was given, in milliseconds. */
  readonly timeout: number

  constructor(why: Ended['why'], message: string, timeout = 0) {
    super(message)
    this.why = why
    this.timeout = timeout
  }
}

/** How long an answer may take, and after how long it is slow, in milliseconds. */
export interface Patience {
  readonly timeout: number
  readonly slow: number
  onSlow(): void
}

interface Waiting {
  timer: NodeJS.Timeout
  resolve(answer: Answer): void
  reject(ended: Ended): void
}

const isOutOfMemory = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY'

/** Texts come and go: a thread would take ten times the room for them before it looks what is left of them. */
const young = { maxYoungGenerationSizeMb: 16 }

/**
 * A worker thread that answers one question at a time. It has no environment, and prints nothing. A process does not stay for a
 * thread that is not asked anything.
 */
export class Thread {
  readonly #worker = new Worker(new URL('./inside.js', import.meta.url), {
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: young,
  })
  #waiting: Waiting | undefined
  #isEnded = false

  constructor() {
    this.#worker.on('message', (answer: Answer) => this.#settle()?.resolve(answer))
    this.#worker.on('error', (cause) => this.#gone(isOutOfMemory(cause) ? 'memory' : 'crash', String(cause)))
    this.#worker.on('exit', (code) => this.#gone('crash', `its thread ended with ${code}`))
    this.#worker.unref()
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Fails with `Ended` when the thread ends first, as it does when the time is over. */
  ask(question: Question, { timeout, slow, onSlow }: Patience): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // An answer that is already there counts: who was late may be this thread.
      const unlessAnswered = (what: () => void) => () => setImmediate(() => this.#waiting === waiting && what())
      const late = unlessAnswered(() => this.#gone('timeout', 'it did not come back', timeout))
      const isSlow = unlessAnswered(() => {
        waiting.timer = setTimeout(late, timeout - slow)
        onSlow()
      })
      const timer = timeout > slow ? setTimeout(isSlow, slow) : setTimeout(late, timeout)
      const waiting: Waiting = { timer, resolve, reject }
      this.#waiting = waiting
      this.#worker.ref()
      this.#worker.postMessage(question)
    })
  }

  tell(farewell: Farewell): void {
    this.#worker.postMessage(farewell)
  }

  end(): void {
    this.#gone('closed', 'its thread was closed')
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting
    this.#waiting = undefined
    clearTimeout(waiting?.timer)
    this.#worker.unref()
    return waiting
  }

  #gone(why: Ended['why'], message: string, timeout?: number): void {
    this.#isEnded = true
    this.#settle()?.reject(new Ended(why, message, timeout))
    void this.#worker.terminate()
  }
}
