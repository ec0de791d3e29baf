import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { flotilla } from '../flotilla.ts'
import { root } from '../root.ts'

const page = readFileSync(join(root, 'docs/pull.md'), 'utf8')

test('every flag of the agent is on the page', async () => {
  const { out } = await flotilla('agent', '--help')
  const flags = [...out.matchAll(/^ {2}(?:-., )?(--[a-z-]+)/gm)].map(([, flag = '']) => flag)
  assert.ok(flags.length > 8)
  assert.deepEqual(
    flags.filter((flag) => flag !== '--help' && !page.includes(`\`${flag}\``)),
    [],
  )
})
