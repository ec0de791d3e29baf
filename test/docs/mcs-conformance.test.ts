import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { root } from '../root.ts'

const page = readFileSync(join(root, 'docs/mcs-conformance.md'), 'utf8')

/** The tests the page names: `file`: sentence. */
const named = [...page.matchAll(/\| `([\w.-]+\.test\.ts)`: (.+?) \|$/gm)].map(([, file = '', sentence = '']) => ({
  file,
  sentence,
}))

/** Names that are made of a part that is written and one that is computed, as in `it is not valid: ${reason}`. */
const isIn = (source: string, sentence: string): boolean => {
  const [written = '', computed] = sentence.split(/: (?!.*: )/)
  return source.includes(sentence) || (computed !== undefined && source.includes(`${written}: $`) && source.includes(computed)) // biome-ignore format: one condition
}

test('every behaviour of the conformance suite names a test that is there', () => {
  const files = new Map(globSync('mcs/src/**/*.test.ts', { cwd: root }).map((file) => [basename(file), file]))
  assert.ok(named.length >= 17, `${named.length} rows`)
  for (const { file, sentence } of named)
    assert.ok(isIn(readFileSync(join(root, files.get(file) ?? ''), 'utf8'), sentence), `${file}: ${sentence}`)
})
