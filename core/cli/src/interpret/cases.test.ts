import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readCases, type WrittenCase } from './cases.ts'

const directory = mkdtempSync(join(tmpdir(), 'flotilla-cases-'))
const at = (name: string) => join(directory, name)

const written = (name: string, operation = 'InterpretHealth'): string =>
  `name: ${name}\noperation: ${operation}\nobservedObj: { apiVersion: v1, kind: Pod }\noutput: { healthy: true }\n`

mkdirSync(at('deep/er'), { recursive: true })
writeFileSync(at('deep/two.yaml'), `# two of them\n---\n${written('a')}---\n# nothing\n---\n${written('b')}`)
writeFileSync(at('deep/er/one.yml'), written('c'))
writeFileSync(at('deep/er/readme.md'), 'no case')
writeFileSync(at('torn.yaml'), `${written('d')}---\nname: [\n`)
writeFileSync(at('wrong.yaml'), `${written('e')}---\n\n${written('f', 'Prune')}`)
writeFileSync(at('empty.yaml'), '---\n')

const told = (cases: readonly WrittenCase[]) =>
  cases.map(({ from, words, error }) => [from.slice(directory.length + 1), words?.name ?? String(error)])

const two = [
  ['deep/two.yaml:3', 'a'],
  ['deep/two.yaml:10', 'b'],
]
const one = ['deep/er/one.yml:1', 'c']

const read: Readonly<Record<string, readonly [paths: readonly string[], told: readonly (readonly string[])[]]>> = {
  'the documents of a file': [['deep/two.yaml'], two],
  'the files of a directory, and of those below': [['deep'], [one, ...two]],
  'what a pattern matches': [
    ['deep/**/*.yml', '*/two.yaml'],
    [one, ...two],
  ],
}
for (const [name, [paths, expected]] of Object.entries(read)) {
  test(`cases are read from ${name}`, async () => assert.deepEqual(told(await readCases(paths.map(at))), expected))
}

test('a document that cannot be read has a line, and the others are read', async () => {
  const [fine, torn] = told(await readCases([at('torn.yaml')]))
  assert.deepEqual(fine, ['torn.yaml:1', 'd'])
  assert.match(String(torn), /^torn\.yaml:[67],YAMLParseError: Flow sequence/)
})

test('a document that is no case has a line, and the others are read', async () => {
  const [fine, wrong] = told(await readCases([at('wrong.yaml')]))
  assert.deepEqual(fine, ['wrong.yaml:1', 'e'])
  assert.match(String(wrong), /^wrong\.yaml:7,FlotillaError: f: there is no operation Prune/)
})

test('where there is no case, that is said', async () => {
  await assert.rejects(readCases([at('empty.yaml')]), /there are no cases in .*empty\.yaml/)
  await assert.rejects(readCases([at('gone.yaml')]), /there is no .*gone\.yaml/)
  await assert.rejects(readCases([at('gone/*.yaml')]), /there is no .*gone\/\*\.yaml/)
})
