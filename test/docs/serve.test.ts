import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { flotilla } from '../flotilla.ts'
import { root } from '../root.ts'

const page = readFileSync(join(root, 'docs/serve.md'), 'utf8')

test('the ClusterRoles on the page are those that are printed', async () => {
  const [, roles] = /```yaml\n(.*?)```/s.exec(page) ?? []
  assert.equal(roles, (await flotilla('serve', '--print-cluster-roles')).out)
})

test('every flag of serve is on the page', async () => {
  const { out } = await flotilla('serve', '--help')
  const flags = [...out.matchAll(/^ {2}(?:-., )?(--[a-z-]+)/gm)].map(([, flag = '']) => flag)
  assert.ok(flags.length > 8)
  assert.deepEqual(
    flags.filter((flag) => flag !== '--help' && !page.includes(`\`${flag}\``)),
    [],
  )
})
