import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { preset } from '@flotilla/preset'
import { everyPoint, interpret, Registry } from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import { root } from '../root.ts'

/** The questions, in the order of the columns. */
const columns = [
  interpret.replicas,
  interpret.components,
  interpret.reviseReplicas,
  interpret.retain,
  interpret.health,
  interpret.dependencies,
  interpret.status,
  interpret.aggregate,
]

/** Every kind that some built-in plugin knows, and what is answered of it. */
function known(): readonly string[] {
  const registry = new Registry()
  const host = fakeHost()
  for (const plugin of preset) for (const each of plugin.extensions?.(host) ?? []) registry.add(each)
  const answers = new Map(registry.list(everyPoint).map(({ point, answers }) => [point, answers]))
  const kindsAt = (point: string) => new Set((answers.get(point) ?? []).flatMap(({ about = [] }) => about))
  const kinds = new Set(columns.flatMap(({ id }) => [...kindsAt(id)]))
  const row = (kind: string) => [`\`${kind}\``, ...columns.map(({ id }) => (kindsAt(id).has(kind) ? '●' : ''))]
  return [...kinds].map((kind) => row(kind).join(' | ').trim())
}

test('the documented kinds are those that are known, with what is answered of each', () => {
  const page = readFileSync(join(root, 'docs', 'interpreters.md'), 'utf8')
  const rows = [...page.matchAll(/^\| (`\S+ \S+` \|.*) \|$/gm)].map(([, row = '']) =>
    row
      .split('|')
      .map((cell) => cell.trim())
      .join(' | ')
      .trim(),
  )
  assert.deepEqual([...rows].sort(), [...known()].sort())
})
