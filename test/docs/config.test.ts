import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig, settings } from '@flotilla/core'
import { preset } from '@flotilla/preset'
import { fakeHost } from '@flotilla/sdk/testing'
import { parse } from 'yaml'
import { root } from '../root.ts'
import { headings } from './headings.ts'

const text = readFileSync(join(root, 'docs/config.md'), 'utf8')

test('every setting is documented, and nothing else is', () => {
  assert.deepEqual(headings('config.md', 2), Object.keys(settings))
})

test('the documented default and meaning of a setting are its own', () => {
  for (const [name, { schema, description, karmada }] of Object.entries(settings)) {
    const section = (text.split(`## \`${name}\``)[1] ?? '').split('\n## ')[0] ?? ''
    assert.ok(section.includes(description), `${name}: ${description}`)
    assert.ok(
      section.includes(`Default: \`${JSON.stringify(schema.default)}\``),
      `${name}: ${JSON.stringify(schema.default)}`,
    )
    if (karmada) assert.ok(section.includes(`\`${karmada}\``), `${name}: ${karmada}`)
  }
})

test('the documented plugins of the scheduler are the built-in ones, in their order', () => {
  const documented = [...text.matchAll(/^\| `(filter|score|estimate|select|assign)` \| (.*) \|$/gm)].map(
    ([, point, names = '']) => [`schedule.${point}`, [...names.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name)],
  )
  const answering = (point: string) =>
    preset.filter(({ extensions }) =>
      extensions?.(fakeHost({ options: {} })).some((extension) => extension.point.id === point),
    )
  assert.deepEqual(
    documented,
    ['filter', 'score', 'estimate', 'select', 'assign'].map((point) => [
      `schedule.${point}`,
      answering(`schedule.${point}`).map(({ name }) => name),
    ]),
  )
})

test('the example is a config file', () => {
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(text) ?? []
  assert.equal(readConfig(parse(example)).clusterStatusUpdateFrequency, 30_000)
})

test('every other example can be a part of one', () => {
  const examples = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, example = '']) => parse(example))
  assert.ok(examples.length > 3)
  for (const example of examples) assert.ok(readConfig(example))
})
