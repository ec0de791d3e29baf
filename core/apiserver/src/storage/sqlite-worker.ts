import { parentPort } from 'node:worker_threads'
import { SqliteFile, type TextRow } from './sqlite-file.ts'

/** What the worker is asked to do with one of its files. */
export type Task =
  | {
      readonly id: number
      readonly file: number
      readonly do: 'open'
      readonly path: string
      readonly largest?: number
    }
  | { readonly id: number; readonly file: number; readonly do: 'commit'; readonly rows: readonly TextRow[] }
  | { readonly id: number; readonly file: number; readonly do: 'close' }

/** How it went; without an error, well. */
export interface Outcome {
  readonly id: number
  readonly error?: Error
}

const files = new Map<number, SqliteFile>()

const carryOut = (task: Task): void => {
  if (task.do === 'open') {
    files.set(task.file, new SqliteFile(task.path, task.largest))
    return
  }
  const file = files.get(task.file)
  if (file === undefined) throw new Error('the file is not open')
  if (task.do === 'commit') {
    file.commit(task.rows)
  } else {
    files.delete(task.file)
    file.close()
  }
}

parentPort?.on('message', (task: Task) => {
  const { id } = task
  try {
    carryOut(task)
    parentPort?.postMessage({ id } satisfies Outcome)
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    parentPort?.postMessage({ id, error } satisfies Outcome)
  }
})
