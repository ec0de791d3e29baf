import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { preset } from '@flotilla/preset'
import { type Extension, everyPoint, Registry } from '@flotilla/sdk'
import {
  caseOf,
  type Interpretation,
  type InterpretingCase,
  interpretation,
  operations,
  runCase,
} from '@flotilla/sdk/cases'
import { fakeHost, variants } from '@flotilla/sdk/testing'
import { parseAllDocuments } from 'yaml'
import { root } from './root.ts'

const home = join(root, 'test', 'interpreting')

/** The cases of a file, in the order of the file. */
const casesIn = (file: string): readonly InterpretingCase[] =>
  parseAllDocuments(readFileSync(join(home, file), 'utf8')).map((document) => caseOf(document.toJS()))

/** The same answer, which has to be one that the point takes from strangers, too. */
const checked = (extension: Extension): Extension => ({
  ...extension,
  handler: async (arg) => {
    const answer = await extension.handler(arg)
    const { id, check } = extension.point
    if (id.startsWith('interpret.') && answer !== undefined) assert.equal(check?.(answer, arg), undefined)
    return answer
  },
})

const registry = new Registry()
const host = fakeHost()
for (const plugin of preset) {
  for (const each of plugin.extensions?.(host) ?? []) registry.add({ ...checked(each), plugin: plugin.name })
}

const files = new Map(readdirSync(home).map((file) => [file.replace('.yaml', ''), casesIn(file)]))

for (const [name, cases] of files)
  describe(name, () => {
    for (const words of cases)
      test(`${words.operation}: ${words.name}`, async () => {
        const { differences, error } = await runCase(registry.ask, words)
        assert.deepEqual(differences, [])
        assert.equal(error, undefined)
      })
  })

/** `interpret.health` → `InterpretHealth`. */
const operationOf = new Map(Object.entries(operations).map(([name, { point }]) => [point, name]))

/** Who knows a kind, and what they are asked: `native-deployment InterpretHealth`. */
function* known(): Generator<string> {
  for (const { point, answers } of registry.list(everyPoint)) {
    const operation = operationOf.get(point)
    for (const { plugin, about } of operation ? answers : [])
      if (about && !plugin.startsWith('native-')) yield `${plugin} ${operation}`
  }
}

test('there is a case for everything that is known of every kind', () => {
  const told = [...files].flatMap(([name, cases]) => cases.map(({ operation }) => `${name} ${operation}`))
  assert.deepEqual([...new Set(told)].sort(), [...known()].sort())
})

/** The case with something odd in one place of what members say, or of what a user wrote. */
function* odd(words: InterpretingCase): Generator<InterpretingCase> {
  const { desiredObj, observedObj, statusItems } = words
  if (statusItems) {
    for (const [i, item] of statusItems.entries())
      for (const status of variants(item.status ?? {})) yield { ...words, statusItems: statusItems.with(i, { ...item, status } as typeof item) } // biome-ignore format: one expression
  }
  for (const status of variants(observedObj?.status))
    if (observedObj) yield { ...words, observedObj: { ...observedObj, status } }
  for (const spec of variants(desiredObj?.spec)) if (desiredObj) yield { ...words, desiredObj: { ...desiredObj, spec } }
  for (const status of variants(desiredObj?.status))
    if (desiredObj) yield { ...words, desiredObj: { ...desiredObj, status } }
}

/** Any number in an answer is one. */
function assertSound(found: Interpretation | undefined): void {
  assert.notEqual(found, undefined)
  assert.deepEqual(
    JSON.parse(JSON.stringify(found), (_, value) => (Number.isNaN(value) ? assert.fail() : value)),
    found,
  )
}

for (const [name, cases] of files)
  test(`${name} makes something of whatever stands in an object`, async () => {
    for (const words of cases) {
      for (const each of odd(words)) assertSound(await interpretation(registry.ask, each.operation, each))
    }
  })
