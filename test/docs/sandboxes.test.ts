import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createMetrics, createSandboxes } from '@flotilla/core'
import { root } from '../root.ts'

const page = readFileSync(join(root, 'docs/sandboxes.md'), 'utf8')

test('the module on the page says when a Deployment is healthy', async (t) => {
  const life = new AbortController()
  t.after(() => life.abort())
  const { open } = createSandboxes({ metrics: createMetrics(), signal: life.signal })
  const [, code = ''] = /```js\n(.*?)```/s.exec(page) ?? []
  const module = await open({ name: 'page', runtime: 'javascript', code })
  const healthy = async (readyReplicas?: number) =>
    module.call('interpretHealth', [{ manifest: { spec: { replicas: 2 }, status: { readyReplicas } } }])
  assert.deepEqual(await healthy(2), [true])
  assert.deepEqual(await healthy(1), [false])
  assert.deepEqual(await healthy(), [false])
})

test('what the page says is not there in JavaScript is not there', async (t) => {
  const life = new AbortController()
  t.after(() => life.abort())
  const { open } = createSandboxes({ metrics: createMetrics(), signal: life.signal })
  const [, sentences = ''] = /No `process`(.*?)`import`/s.exec(page) ?? []
  const absent = ['process', ...[...sentences.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)]
  assert.ok(absent.length > 8)
  const code = 'export const present = (names) => names.filter((name) => name in globalThis)'
  const module = await open({ name: 'page', runtime: 'javascript', code })
  assert.deepEqual(await module.call('present', [[...absent, 'JSON', 'Intl']]), [['JSON', 'Intl']])
})
