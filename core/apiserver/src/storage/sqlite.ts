import { errors, type Manifest, reasonOf } from '@flotilla/sdk'
import { textOf } from '../store/text.ts'
import { SqliteFile, type TextRow } from './sqlite-file.ts'
import { openInThread, type ThreadFile } from './sqlite-thread.ts'
import type { Row, Snapshot, Storage, StoredRow } from './storage.ts'

export interface SqliteOptions {
  /** The database file; its folder is made when missing. Beside it SQLite keeps `-wal`. */
  readonly path: string
  /** How large it may become, in bytes: what does not fit any more is refused as on a full disk, until something is deleted. */
  readonly largest?: number
}

const mend = 'put back a copy, or move it away to begin anew'

/** Rows were objects when they were written. */
const parse = ({ resource, key, text }: Required<TextRow>): Manifest => {
  try {
    return JSON.parse(text) as Manifest
  } catch (cause) {
    throw new Error(`what it has of ${resource} ${key} cannot be read, so it is damaged: ${mend}`, { cause })
  }
}

const textRow = ({ resource, key, revision, object }: Row): TextRow => ({
  resource,
  key,
  revision,
  ...(object && { text: textOf(object) }),
})

const readAll = (path: string): Snapshot => {
  const file = new SqliteFile(path)
  try {
    const rows: StoredRow[] = []
    for (const row of file.rows()) {
      const { resource, key, revision } = row
      rows.push({ resource, key, revision, object: parse(row) })
    }
    const changed = file.changed()
    return { revision: Math.max(0, ...changed.values()), rows, changed }
  } finally {
    file.close()
  }
}

/** What SQLite says, in words that say what to do. */
const plainly: readonly (readonly [said: RegExp, meant: string])[] = [
  [/database is locked/, 'another process has it open'],
  [/not a database|malformed/, `it is damaged: ${mend}`],
]

const unusable = (path: string, cause: unknown) => {
  const meant = plainly.find(([said]) => said.test(reasonOf(cause)))?.[1]
  return errors.STORAGE_UNUSABLE(path, meant ? new Error(meant, { cause }) : cause)
}

const notTaken = (path: string, cause: unknown) =>
  /disk is full/.test(reasonOf(cause)) ? errors.STORAGE_FULL(path, cause) : errors.STORAGE_FAILED(path, cause)

/**
 * Keeps objects in an SQLite file that survives the loss of power. Transactions run in a thread shared by all files of
 * the process, so that a slow disk never holds up the event loop.
 *
 * The other way, transactions on the main thread, was measured beside it (4.7 KB objects, 2 shared cores, a disk that
 * syncs in a quarter of a millisecond; median latency, writes a second, main thread per write):
 *
 *   writers at once              1                          64
 *   thread, as here              0.25 ms   3,600/s  56 us   1.4 ms  32,000/s  13 us
 *   main thread, 1 ms window     1.35 ms     720/s 289 us   2.4 ms  20,600/s  32 us
 *   main thread, no window       0.17 ms   5,060/s 198 us   1.2 ms  39,300/s  25 us, but nothing else runs meanwhile
 */
export const sqliteStorage = ({ path, largest }: SqliteOptions): Storage => {
  let file: ThreadFile | undefined
  return {
    async open() {
      try {
        const snapshot = readAll(path)
        file = await openInThread(path, largest)
        return snapshot
      } catch (cause) {
        throw unusable(path, cause)
      }
    },
    async commit(rows) {
      try {
        await file?.commit(rows.map(textRow))
      } catch (cause) {
        throw notTaken(path, cause)
      }
    },
    async close() {
      await file?.close()
    },
  }
}
