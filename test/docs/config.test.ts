import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig, settings } from '@flotilla/core'
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

test('the example is a config file', () => {
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(text) ?? []
  assert.equal(readConfig(parse(example)).clusterStatusUpdateFrequency, 30_000)
})
