import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { project, writeProject } from '@flotilla/create-plugin'
import { runBindings } from './bindings.ts'

const home = mkdtempSync(join(tmpdir(), 'flotilla-bindings-'))
after(() => rmSync(home, { recursive: true }))

test('bindings that another Flotilla made are written anew, and nothing else is', (context) => {
  const said: string[] = []
  context.mock.method(console, 'log', (line: string) => said.push(line))
  const folder = join(home, 'boats')
  const target = { apiVersion: 'sea.example/v1', kind: 'Fleet' }
  const files = project({ name: 'boats', language: 'assemblyscript', target, version: '0.1.0' })
  writeProject(folder, files)
  const old = join(folder, 'assembly/flotilla/interpret.ts')
  writeFileSync(old, '// of old')
  writeFileSync(join(folder, 'assembly/plugin.ts'), '// mine')
  runBindings(folder)
  assert.equal(readFileSync(old, 'utf8'), files.get('assembly/flotilla/interpret.ts'))
  assert.equal(readFileSync(join(folder, 'assembly/plugin.ts'), 'utf8'), '// mine')
  const isNew = said.filter((line) => line.endsWith(' is new'))
  assert.deepEqual([isNew.length, said.length], [1, 5])
  assert.match(isNew[0] ?? '', /interpret\.ts is new$/)
})

test('a folder without bindings is told where they would be', () => {
  assert.throws(
    () => runBindings(home),
    /has no bindings: there is none of flotilla\/guest\.d\.ts, assembly\/flotilla\//,
  )
})
