import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../root.ts'
import { headings } from './headings.ts'

const pipeline = join(root, 'core/control-plane/src/pipeline')
const elsewhere = ['admit', 'observe'] // at the server's door, and everywhere

test('every stage has a folder, a function of its name, and a paragraph in the flow', () => {
  const folders = readdirSync(pipeline).filter((name) => !name.includes('.'))
  assert.deepEqual(headings('flow.md', 3).sort(), [...folders, ...elsewhere].sort())
  for (const stage of folders) {
    const file = join(pipeline, stage, `${stage}.ts`)
    assert.match(readFileSync(file, 'utf8'), new RegExp(`export (async )?(function|const) ${stage}\\b`), file)
    assert.ok(existsSync(join(pipeline, stage, 'README.md')), `${stage} has a README`)
    assert.ok(existsSync(join(pipeline, stage, 'controller.ts')), `${stage} has a controller`)
  }
})
