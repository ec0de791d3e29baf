import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { TextRow } from './sqlite-file.ts'
import type { Outcome, Task } from './sqlite-worker.ts'

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

type Job = Task extends infer T ? (T extends Task ? Omit<T, 'id'> : never) : never

/** The thread that writes all SQLite files of the process. It holds the process only while something is under way. */
class SqliteThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #last = 0

  constructor() {
    const script = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url)
    this.#worker = new Worker(script, { name: 'sqlite' })
    this.#worker.unref()
    this.#worker.on('message', (outcome: Outcome) => this.#settle(outcome))
    this.#worker.on('error', (error: Error) => this.#die(error))
    this.#worker.on('exit', () => this.#die(new Error('the thread that writes SQLite files has ended')))
  }

  do(job: Job): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#last += 1
    this.#waiting.set(this.#last, { resolve, reject })
    this.#worker.ref()
    this.#worker.postMessage({ ...job, id: this.#last })
    return promise
  }

  #settle({ id, error }: Outcome): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if (error) waiting?.reject(error)
    else waiting?.resolve()
  }

  #die(error: Error): void {
    if (thread === this) thread = undefined
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

let thread: SqliteThread | undefined
let lastFile = 0

/** A file the thread has open. */
export interface ThreadFile {
  commit(rows: readonly TextRow[]): Promise<void>
  close(): Promise<void>
}

/** Opens a file in the thread, which is started for the first one. */
export const openInThread = async (path: string): Promise<ThreadFile> => {
  thread ??= new SqliteThread()
  const owner = thread
  lastFile += 1
  const file = lastFile
  await owner.do({ file, do: 'open', path })
  return {
    commit: (rows) => owner.do({ file, do: 'commit', rows }),
    close: () => owner.do({ file, do: 'close' }),
  }
}
