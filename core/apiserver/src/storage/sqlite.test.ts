import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import type { Manifest } from '@flotilla/sdk'
import { configMap, configMapPath, startServer } from '../testing/server.ts'
import { sqliteStorage } from './sqlite.ts'
import type { Row } from './storage.ts'

const dir = await mkdtemp(join(tmpdir(), 'apiserver-sqlite-'))
after(() => rm(dir, { recursive: true }))

const threads: Worker[] = []
process.on('worker', (thread) => threads.push(thread))

const row = (name: string, revision: number, size?: number): Row => {
  const object: Manifest = { apiVersion: 'v1', kind: 'Thing', metadata: { name }, size }
  return { resource: 'things', key: name, revision, ...(size !== undefined && { object }) }
}

/** A file of some pages. */
const filled = async (path: string): Promise<void> => {
  const storage = sqliteStorage({ path })
  await storage.open()
  await storage.commit(Array.from({ length: 1000 }, (_, i) => ({ ...row(`n-${i}`, i + 1, i), key: `default/n-${i}` })))
  await storage.close()
}

test('what was committed is there again, with the revision of the last change even when it was a deletion', async () => {
  const path = join(dir, 'nested', 'again.db')
  const storage = sqliteStorage({ path })
  assert.deepEqual(await storage.open(), { revision: 0, rows: [], changed: new Map() })
  await storage.commit([row('b', 2, 1), row('a', 3, 1)])
  await storage.commit([row('a', 4, 2), row('b', 5)])
  await storage.close()
  const reopened = sqliteStorage({ path })
  const { revision, rows, changed } = await reopened.open()
  assert.equal(revision, 5)
  assert.deepEqual([...rows], [row('a', 4, 2)])
  assert.deepEqual([...changed], [['things', 5]])
  await reopened.close()
})

test('only the owner can read the file', async () => {
  const path = join(dir, 'private.db')
  const storage = sqliteStorage({ path })
  await storage.open()
  await storage.commit([row('a', 2, 1)])
  assert.deepEqual([(await stat(path)).mode & 0o77, (await stat(`${path}-wal`)).mode & 0o77], [0, 0])
  await storage.close()
})

test('a file is opened once at a time', async () => {
  const path = join(dir, 'locked.db')
  const first = sqliteStorage({ path })
  await first.open()
  await assert.rejects(sqliteStorage({ path }).open(), {
    code: 'STORAGE_UNUSABLE',
    message: `${path} cannot be used as storage: another process has it open`,
  })
  await first.close()
  const second = sqliteStorage({ path })
  await second.open()
  await second.close()
})

test('a file of a later format, or of another program, is left alone', async () => {
  const make = (name: string, sql: string) => {
    const path = join(dir, name)
    const database = new DatabaseSync(path)
    database.exec(`CREATE TABLE x (y); ${sql}`)
    database.close()
    return path
  }
  const later = make('later.db', 'PRAGMA application_id = 0x464c4f54; PRAGMA user_version = 99')
  await assert.rejects(sqliteStorage({ path: later }).open(), /has format 99; this program knows 1 and older/)
  await assert.rejects(sqliteStorage({ path: make('other.db', '') }).open(), /is not a file of this program/)
})

test('what cannot be used as storage is said in plain words', async () => {
  const at = (name: string) => join(dir, name)
  const refused = (path: string, message: RegExp) =>
    assert.rejects(sqliteStorage({ path }).open(), { code: 'STORAGE_UNUSABLE', message })

  await writeFile(at('text.db'), 'a text that is long enough not to be taken for nothing'.repeat(100))
  await refused(at('text.db'), /text\.db cannot be used as storage: it is damaged: put back a copy, or move it away/)

  await filled(at('torn.db'))
  const bytes = await readFile(at('torn.db'))
  await writeFile(at('torn.db'), bytes.fill(0xa5, 8192, bytes.length - 4096))
  await refused(at('torn.db'), /it is damaged: put back a copy/)

  await filled(at('short.db'))
  await truncate(at('short.db'), 20_000)
  await refused(at('short.db'), /it is damaged: put back a copy/)

  await filled(at('odd.db'))
  const database = new DatabaseSync(at('odd.db'))
  database.exec(`UPDATE objects SET object = '{"half' WHERE key = 'default/n-7'`)
  database.close()
  await refused(at('odd.db'), /what it has of things default\/n-7 cannot be read, so it is damaged/)

  await refused(at('text.db/below.db'), /ENOTDIR|EEXIST/)
  await refused(dir, /EISDIR/)
})

test('when the thread that writes dies, the next one goes on', async () => {
  const had = threads.length
  const [a, b] = ['dies-a.db', 'dies-b.db'].map((name) => sqliteStorage({ path: join(dir, name) }))
  assert.ok(a && b)
  await Promise.all([a.open(), b.open()])
  await Promise.all([a, b].map((storage) => storage.commit([row('a', 2, 1)])))
  const last = Promise.all([a, b].map((storage) => storage.commit([row('b', 3, 1)])))
  await threads.at(-1)?.terminate()
  await last
  await Promise.all([a, b].map((storage) => storage.commit([row('c', 4, 1)])))
  await a.close()
  await b.close()
  assert.equal(threads.length, had + 1)
  const again = sqliteStorage({ path: join(dir, 'dies-a.db') })
  assert.deepEqual([...(await again.open()).rows], [row('a', 2, 1), row('b', 3, 1), row('c', 4, 1)])
  await again.close()
})

test('a batch that fails leaves nothing behind', async () => {
  const path = join(dir, 'failing.db')
  const storage = sqliteStorage({ path })
  await storage.open()
  const { object: _, ...broken } = row('b', 3, 1)
  await assert.rejects(
    storage.commit([
      row('a', 2, 1),
      {
        ...broken,
        resource: null as unknown as string,
        key: 'x',
        object: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' } },
      },
    ]),
  )
  await storage.commit([row('c', 4, 1)])
  await storage.close()
  const reopened = sqliteStorage({ path })
  assert.deepEqual([...(await reopened.open()).rows], [row('c', 4, 1)])
  await reopened.close()
})

test('a server goes on where it was stopped', async () => {
  const path = join(dir, 'server.db')
  const first = await startServer({ storage: sqliteStorage({ path }) })
  await first.ask('POST', configMapPath, configMap('stays', { a: 'b' }))
  const { body: gone } = await first.ask('POST', configMapPath, configMap('goes'))
  await first.ask('DELETE', `${configMapPath}/goes`)
  const { body: before } = await first.ask('GET', configMapPath)
  await first.close()

  const second = await startServer({ storage: sqliteStorage({ path }) })
  const { body: after } = await second.ask('GET', configMapPath)
  assert.deepEqual(after, before)
  const resumed = await second.watch(`/api/v1/configmaps?resourceVersion=${before.metadata.resourceVersion}`)
  const { body: next } = await second.ask('POST', configMapPath, configMap('next'))
  assert.ok(Number(next.metadata.resourceVersion) > Number(before.metadata.resourceVersion))
  assert.deepEqual(await resumed.next(1), ['ADDED next'])
  await resumed.end()
  const tooOld = await second.watch(`/api/v1/configmaps?resourceVersion=${gone.metadata.resourceVersion}`)
  assert.deepEqual(await tooOld.end(), ['ERROR'])
  await second.close()
})
