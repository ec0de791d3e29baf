import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Ask } from '@flotilla/sdk'
import { caseOf, type InterpretingCase, runCase } from '@flotilla/sdk/cases'
import { parseAllDocuments } from 'yaml'
import { root } from '../../root.ts'
import { type Language, languages } from './languages.ts'

const home = join(root, 'test/exams/languages')

const cases: readonly InterpretingCase[] = parseAllDocuments(readFileSync(join(home, 'cases.yaml'), 'utf8')).map(
  (document) => caseOf(document.toJS()),
)

/** One set of cases for an interpreter of Deployments, whatever it is written in. */
for (const [language, start] of Object.entries<Language>(languages)) {
  describe(`an interpreter in ${language}`, () => {
    const open = new AsyncDisposableStack()
    let ask: Ask
    before(async () => {
      ask = await start(open)
    })
    after(() => open.disposeAsync())

    for (const words of cases) {
      test(`${words.operation}: ${words.name}`, async () => {
        const { passed, differences, error } = await runCase(ask, words)
        assert.deepEqual({ passed, differences, error }, { passed: true, differences: [], error: undefined })
      })
    }
  })
}
