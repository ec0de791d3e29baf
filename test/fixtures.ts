import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { preset } from '@flotilla/preset'
import { type Ask, deepFreeze } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { parse } from 'yaml'
import { root } from './root.ts'

const home = join(root, 'test', 'fixtures')
const read = (...path: readonly string[]): unknown => parse(readFileSync(join(home, ...path), 'utf8'))

/** What would stand in the API: a key without a value is not there. */
const asJson = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)))

/** Asks the built-in plugins, in their order. */
export const builtIns: Ask = fakeHost({ plugins: preset }).ask

/**
 * A folder is a test: `fixtures/<stage>/<sentence>/given.yaml` goes through the stage, frozen, and has to come out as
 * `expected.yaml`. "Nothing" is written `null`. The stage is asked twice: the same question has the same answer.
 */
export function fixtures<Given>(stage: string, run: (given: Given) => unknown): void {
  assert.ok(existsSync(join(home, stage)), `there is no folder test/fixtures/${stage}`)
  for (const name of readdirSync(join(home, stage)).sort()) {
    test(`${stage}: ${name.replaceAll('-', ' ')}`, async () => {
      const given = deepFreeze(read(stage, name, 'given.yaml')) as Given // the folder says what its stage is given
      const expected = read(stage, name, 'expected.yaml')
      assert.deepEqual(asJson(await run(given)), expected)
      assert.deepEqual(asJson(await run(given)), expected)
    })
  }
}
