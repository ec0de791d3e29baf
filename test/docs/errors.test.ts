import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { errors } from '@flotilla/sdk'
import { root } from '../root.ts'
import { headings } from './headings.ts'

test('every error is documented, and nothing else is', () => {
  assert.deepEqual(headings('errors.md', 3).sort(), Object.keys(errors).sort())
})

test('every error is made somewhere', () => {
  const source = globSync(
    '{sdk,cel,core,plugins,quota,mcs,interpreter-webhooks,estimator,create-plugin}/**/{src,bin,testing}/**/*.{ts,js}',
    {
      cwd: root,
    },
  )
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
  const never = Object.keys(errors).filter((code) => !source.includes(`errors.${code}(`))
  assert.deepEqual(never, [])
})
