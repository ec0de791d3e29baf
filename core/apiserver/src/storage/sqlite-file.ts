import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** A row with its object as JSON; without one it is a deletion. */
export interface TextRow {
  readonly resource: string
  readonly key: string
  readonly revision: number
  readonly text?: string
}

/** The format of the file, kept as SQLite's `user_version`. A file of a later format is not opened. */
const format = 1

/** `FLOT`, kept as SQLite's `application_id`. */
const applicationId = 0x464c4f54

const schema = `
  CREATE TABLE objects (
    resource TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, object TEXT NOT NULL,
    PRIMARY KEY (resource, key)
  );
  CREATE TABLE resources (resource TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${format};
`

const settings = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = 67108864;
`

const numberOf = (row: Record<string, unknown> | undefined, column: string): number => Number(row?.[column] ?? 0)

/** Who may read the file can read every Secret. */
const createPrivate = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  closeSync(openSync(path, 'a', 0o600))
}

/**
 * Objects in an SQLite file: their newest state, and for each resource the revision of its last change. One process at
 * a time. Everything here blocks.
 */
export class SqliteFile {
  readonly #database: DatabaseSync
  readonly #put: StatementSync
  readonly #remove: StatementSync
  readonly #touch: StatementSync

  /** Throws when the file is in use, is not ours, or is of a later format. `largest`: in bytes; what does not fit any more is not taken. */
  constructor(path: string, largest?: number) {
    createPrivate(path)
    this.#database = new DatabaseSync(path)
    try {
      this.#prepareFile(path)
      if (largest !== undefined) this.#bound(largest)
    } catch (error) {
      this.#database.close()
      throw error
    }
    this.#put = this.#database.prepare(
      `INSERT INTO objects (resource, key, revision, object) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET revision = excluded.revision, object = excluded.object`,
    )
    this.#remove = this.#database.prepare('DELETE FROM objects WHERE resource = ? AND key = ?')
    this.#touch = this.#database.prepare(
      `INSERT INTO resources (resource, revision) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET revision = excluded.revision`,
    )
  }

  /** Every object, ordered by resource and key. */
  *rows(): Iterable<Required<TextRow>> {
    const all = this.#database.prepare('SELECT resource, key, revision, object FROM objects ORDER BY resource, key')
    for (const { resource, key, revision, object } of all.iterate()) {
      yield { resource: String(resource), key: String(key), revision: Number(revision), text: String(object) }
    }
  }

  /** The revision of the last change of each resource. */
  changed(): ReadonlyMap<string, number> {
    const all = this.#database.prepare('SELECT resource, revision FROM resources').all()
    return new Map(all.map((row) => [String(row.resource), numberOf(row, 'revision')]))
  }

  /** All or nothing, and on the disk when it returns. */
  commit(rows: readonly TextRow[]): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const row of rows) this.#store(row)
      for (const [resource, revision] of lastOf(rows)) this.#touch.run(resource, revision)
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#database.close()
  }

  #store({ resource, key, revision, text }: TextRow): void {
    if (text === undefined) this.#remove.run(resource, key)
    else this.#put.run(resource, key, revision, text)
  }

  /** SQLite keeps this with the connection, not in the file. */
  #bound(largest: number): void {
    const size = numberOf(this.#database.prepare('PRAGMA page_size').get(), 'page_size')
    this.#database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(largest / size))}`)
  }

  #prepareFile(path: string): void {
    this.#database.exec(settings)
    const found = numberOf(this.#database.prepare('PRAGMA user_version').get(), 'user_version')
    const owner = numberOf(this.#database.prepare('PRAGMA application_id').get(), 'application_id')
    const tables = numberOf(this.#database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get(), 'tables')
    if (tables === 0) this.#database.exec(`BEGIN; ${schema} COMMIT`)
    else if (owner !== applicationId) throw new Error(`${path} is not a file of this program`)
    else if (found > format) throw new Error(`${path} has format ${found}; this program knows ${format} and older`)
  }
}

const lastOf = (rows: readonly TextRow[]): ReadonlyMap<string, number> =>
  new Map(rows.map(({ resource, revision }) => [resource, revision]))
