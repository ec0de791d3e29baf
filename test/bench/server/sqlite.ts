import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What SQLite alone does in a second: the same rows, so many in a transaction that is on the disk when it is over. */
export function sqliteRate(
  dir: string,
  { text, count, batch }: { text: string; count: number; batch: number },
): number {
  const database = new DatabaseSync(join(dir, 'limit.db'))
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec(
    'CREATE TABLE objects (resource TEXT, key TEXT, revision INTEGER, object TEXT, PRIMARY KEY (resource, key))',
  )
  const put = database.prepare('INSERT INTO objects VALUES (?, ?, ?, ?)')
  const start = performance.now()
  for (let at = 0; at < count; at += batch) {
    database.exec('BEGIN IMMEDIATE')
    for (let i = at; i < Math.min(at + batch, count); i++) put.run('configmaps', `bench/settings-${i}`, i, text)
    database.exec('COMMIT')
  }
  const seconds = (performance.now() - start) / 1000
  database.close()
  return count / seconds
}
