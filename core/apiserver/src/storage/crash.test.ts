import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sqliteStorage } from './sqlite.ts'

const script = fileURLToPath(new URL(`../testing/writer${extname(import.meta.url)}`, import.meta.url))
const dir = await mkdtemp(join(tmpdir(), 'apiserver-crash-'))
after(() => rm(dir, { recursive: true }))

interface Acknowledged {
  readonly value: number
  readonly revision: number
}

/** Runs a writer and kills it after so many answers. The last answer each object got. */
const writeAndDie = async (path: string, start: number, answers: number): Promise<Map<string, Acknowledged>> => {
  const child = spawn(process.execPath, [script, path, String(start)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const last = new Map<string, Acknowledged>()
  let count = 0
  for await (const line of createInterface(child.stdout)) {
    const [name = '', value, revision] = line.split(' ')
    last.set(name, { value: Number(value), revision: Number(revision) })
    count += 1
    if (count === answers) child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  assert.equal(child.signalCode, 'SIGKILL')
  return last
}

test('a process that is killed loses nothing it answered', async () => {
  const path = join(dir, 'crash.db')
  let highest = 0
  for (const [round, answers] of [1, 50, 333, 700].entries()) {
    const start = round * 1_000_000
    const acknowledged = await writeAndDie(path, start, answers)
    const storage = sqliteStorage({ path })
    const { rows, revision } = await storage.open()
    await storage.close()
    assert.ok(revision > highest, 'revisions never go back')
    highest = revision
    const stored = new Map([...rows].map(({ key, object }) => [key, object]))
    for (const [name, { value, revision: answered }] of acknowledged) {
      const { data, metadata } = stored.get(`default/${name}`) ?? assert.fail(`${name} is lost`)
      assert.ok(Number((data as { value: string }).value) >= value, `${name} is older than what was answered`)
      assert.ok(Number(metadata.resourceVersion) >= answered)
    }
  }
})
