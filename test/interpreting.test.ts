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
    for (const { plugin, about } of operation ? answers : []) if (about) yield `${plugin} ${operation}`
  }
}

test('there is a case for everything that is known of every kind', () => {
  const told = [...files].flatMap(([name, cases]) => cases.map(({ operation }) => `${name} ${operation}`))
  assert.deepEqual([...new Set(told)].sort(), [...known()].sort())
})

/** The case with something odd in one place of what members say. */
function* oddMembers(words: InterpretingCase): Generator<InterpretingCase> {
  const { observedObj, statusItems = [] } = words
  for (const [i, item] of statusItems.entries()) {
    for (const status of variants(item.status ?? {})) {
      const odd = { ...item, status } as typeof item // `variants` knows no types
      yield { ...words, statusItems: statusItems.with(i, odd) }
    }
  }
  if (!observedObj) return
  for (const status of variants(observedObj.status)) yield { ...words, observedObj: { ...observedObj, status } }
}

/** The case with something odd in one place of what a user wrote, or of the status that stands there. */
function* oddTemplates(words: InterpretingCase): Generator<InterpretingCase> {
  const { desiredObj } = words
  if (!desiredObj) return
  for (const spec of variants(desiredObj.spec)) yield { ...words, desiredObj: { ...desiredObj, spec } }
  for (const status of variants(desiredObj.status)) yield { ...words, desiredObj: { ...desiredObj, status } }
}

/** There is an answer, and it is the same once it has been sent: any number in it is one. */
function assertSound(found: Interpretation | undefined): void {
  assert.notEqual(found, undefined)
  assert.deepEqual(JSON.parse(JSON.stringify(found)), found)
}

for (const [name, cases] of files)
  test(`${name} makes something of whatever stands in an object`, async () => {
    for (const words of cases) {
      for (const each of oddMembers(words)) assertSound(await interpretation(registry.ask, each.operation, each))
      if (name.startsWith('native-')) continue // an API server has looked at what users write
      for (const each of oddTemplates(words)) assertSound(await interpretation(registry.ask, each.operation, each))
    }
  })
