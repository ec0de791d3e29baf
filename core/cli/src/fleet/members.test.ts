import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { memberNames } from './members.ts'

const cases: Readonly<Record<string, readonly [files: readonly string[], count: number | undefined, names: string]>> = {
  'three in a new directory': [[], undefined, 'member1 member2 member3'],
  'as many as asked for': [[], 2, 'member1 member2'],
  'none when none are asked for': [[], 0, ''],
  'those a directory has': [
    ['flotilla.db', 'member1.db', 'member1.db-wal', 'member2.db'],
    undefined,
    'member1 member2',
  ],
  'none in a directory that was begun without': [['flotilla.db', 'kubeconfig'], undefined, ''],
  'more than a directory has': [['flotilla.db', 'member1.db'], 2, 'member1 member2'],
}
for (const [name, [files, count, names]] of Object.entries(cases)) {
  test(`simulated members: ${name}`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'flotilla-'))
    for (const file of files) writeFileSync(join(directory, file), '')
    assert.equal(memberNames(directory, count).join(' '), names)
  })
}
