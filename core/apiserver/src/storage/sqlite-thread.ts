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
  #reason = new Error('the thread that writes SQLite files has ended')
  #ended = false

  constructor() {
    const script = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url)
    this.#worker = new Worker(script, { name: 'sqlite' })
    this.#worker.unref()
    this.#worker.on('message', (outcome: Outcome) => this.#settle(outcome))
    this.#worker.on('error', (error: Error) => {
      this.#reason = error
    })
    this.#worker.on('exit', () => this.#die()) // now its files are closed
  }

  get ended(): boolean {
    return this.#ended
  }

  do(job: Job): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (this.#ended) {
      reject(this.#reason)
      return promise
    }
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

  #die(): void {
    this.#ended = true
    if (thread === this) thread = undefined
    for (const { reject } of this.#waiting.values()) reject(this.#reason)
    this.#waiting.clear()
  }
}

let thread: SqliteThread | undefined
let lastFile = 0

/** A file as one thread knows it. */
interface Opened {
  readonly owner: SqliteThread
  readonly file: number
}

const open = async (path: string, largest: number | undefined): Promise<Opened> => {
  thread ??= new SqliteThread()
  const owner = thread
  lastFile += 1
  const file = lastFile
  await owner.do({ file, do: 'open', path, ...(largest !== undefined && { largest }) })
  return { owner, file }
}

/** A file the thread has open. */
export interface ThreadFile {
  commit(rows: readonly TextRow[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a file in the thread, which is started for the first one. Should the thread die, the next one goes on: what it was to commit is
 * committed again, as nobody knows how far it came; that makes no difference.
 */
export const openInThread = async (path: string, largest?: number): Promise<ThreadFile> => {
  let { owner, file } = await open(path, largest)
  const commit = async (rows: readonly TextRow[]): Promise<void> => {
    if (owner.ended) ({ owner, file } = await open(path, largest))
    await owner.do({ file, do: 'commit', rows })
  }
  return {
    commit: (rows) =>
      commit(rows).catch((error: unknown) => {
        if (!owner.ended) throw error
        return commit(rows)
      }),
    close: async () => {
      if (!owner.ended) await owner.do({ file, do: 'close' })
    },
  }
}
