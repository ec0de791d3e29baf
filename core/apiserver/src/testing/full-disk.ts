/**
 * A process whose disk becomes full, or fails, and gets well again: a server over SQLite in the folder it is given. What makes it well again is
 * the second argument: `ballast`, a file that is removed, `limit`, which a process may raise for itself, or `deletion`, where the file may only
 * become so large. Ends with 0 when all was as it should be.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteStorage } from '../storage/sqlite.ts'
import { configMap, configMapPath, startServer } from './server.ts'

const [, , dir = '', remedy = '', expected = ''] = process.argv
const path = join(dir, 'full.db')
const ballast = join(dir, 'ballast')

const largest = 2 * 1024 * 1024

const cure = async (): Promise<void> => {
  if (remedy === 'ballast') rmSync(ballast)
  else if (remedy === 'deletion') await remove('map-0')
  else execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited'])
}

if (remedy === 'ballast') writeFileSync(ballast, Buffer.alloc(1024 * 1024))

const first = await startServer({ storage: sqliteStorage({ path, ...(remedy === 'deletion' && { largest }) }) })
const watched = await first.watch('/api/v1/configmaps?watch=true')
const made: string[] = []
const data = { text: 'x'.repeat(50_000) }

const make = async (name: string) => {
  const answer = await first.ask('POST', configMapPath, configMap(name, data))
  if (answer.code === 201) made.push(`ADDED ${name}`)
  return answer
}

const remove = async (name: string): Promise<void> => {
  assert.equal((await first.ask('DELETE', `${configMapPath}/${name}`)).code, 200)
  made.push(`DELETED ${name}`)
}

let refused = await make('map-0')
for (let i = 1; refused.code === 201; i += 1) refused = await make(`map-${i}`)
assert.deepEqual([refused.code, refused.body.code, refused.body.reason].join(' '), expected)
assert.match(refused.body.message, /^the change could not be stored: .*full\.db.* changes are taken again as soon as/)
assert.ok(made.length > 5, 'it took some')

const names = async (): Promise<readonly string[]> => {
  const { code, body } = await first.ask('GET', configMapPath)
  assert.equal(code, 200)
  return body.items.map(({ metadata }: { metadata: { name: string } }) => `ADDED ${metadata.name}`)
}
const many = await Promise.all(Array.from({ length: 50 }, (_, i) => make(`many-${i}`)))
for (const { code } of many) assert.ok(code === 201 || code === refused.code, `refused with ${code}`)
assert.deepEqual(await names(), made.toSorted())

await cure()
assert.equal((await make('well-again')).code, 201)
assert.deepEqual(
  (await watched.next(made.length)).toSorted(),
  made.toSorted(),
  'a watch hears of what was acknowledged',
)
await watched.end()
const before = await first.ask('GET', configMapPath)
assert.equal(first.log.errors.length, 1, 'the operator hears of it once')
await first.close()
assert.ok(existsSync(path))

const second = await startServer({ storage: sqliteStorage({ path }) })
assert.deepEqual((await second.ask('GET', configMapPath)).body, before.body)
await second.close()
