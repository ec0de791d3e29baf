import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  admit,
  aggregate,
  apply,
  everyPoint,
  evict,
  guestPoints,
  interpret,
  match,
  member,
  observe,
  render,
  schedule,
  service,
} from '@flotilla/sdk'
import { root } from '../root.ts'
import { headings } from './headings.ts'

const families = { admit, aggregate, apply, evict, interpret, match, member, observe, render, schedule, service }

const points = Object.entries(families).flatMap(([family, members]) =>
  Object.entries(members).flatMap(([name, value]) =>
    typeof value === 'object' && 'rule' in value ? [{ family, name, id: value.id, rule: value.rule.name }] : [],
  ),
)

test('every extension point is documented, and nothing else is', () => {
  assert.deepEqual(headings('points.md', 3).sort(), points.map(({ id }) => id).sort())
})

test('the list of all points has all', () => {
  assert.deepEqual(everyPoint.map(({ id }) => id).sort(), points.map(({ id }) => id).sort())
})

test('the points that are documented as open to guests are', () => {
  const text = readFileSync(join(root, 'docs/points.md'), 'utf8')
  const [, section = ''] = /## Guests\n.*?\n\n(`interpret.*?)\n\n/s.exec(text) ?? []
  assert.deepEqual([...section.matchAll(/`([\w.]+)`/g)].map(([, id]) => id), guestPoints.map(({ id }) => id)) // biome-ignore format: one step
})

test('the documented rule of a point is its rule', () => {
  const text = readFileSync(join(root, 'docs/points.md'), 'utf8')
  for (const { id, rule } of points) {
    const section = text.slice(text.indexOf(`### \`${id}\``)).split('\n### ')[0] ?? ''
    assert.ok(section.includes(`| \`${rule}\` |`), `${id} is asked by ${rule}`)
  }
})

test('the id of a point is its family and its name', () => {
  for (const { family, name, id } of points) assert.equal(id, `${family}.${name}`)
})

/** A family may have another name in a file that has a function of its name. */
const aliasIn = (source: string, family: string): string =>
  new RegExp(`\\b${family} as (\\w+)`).exec(source)?.[1] ?? family

test('every point is asked in exactly one place', () => {
  const sources = globSync('{core/control-plane,sdk,mcs}/src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
  for (const { family, name, id } of points) {
    const asked = sources.flatMap((source) => [
      ...source.matchAll(new RegExp(`\\bask\\(\\s*${aliasIn(source, family)}\\.${name}\\b`, 'g')),
    ])
    assert.equal(asked.length, 1, `${id} is asked ${asked.length} times`)
  }
})
