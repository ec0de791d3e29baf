import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Exchange, type Extension, on, onBehalfOf, Registry, schedule } from '@flotilla/sdk'
import { binding, cluster } from '@flotilla/sdk/testing'
import { weighted } from './weight.ts'

const asked: schedule.Candidates = { binding: binding(), placement: {}, clusters: [cluster({ name: 'a' })] }

test('a weight counts for everyone a plugin speaks for', async () => {
  const voice: Extension = { ...on(schedule.score, () => ({ a: 7 })), plugin: 'module' }
  const guild = onBehalfOf(schedule.score, () => [voice, voice], () => []) // biome-ignore format: one step
  const registry = new Registry()
  for (const extension of weighted([guild], 3)) registry.add(extension)
  assert.deepEqual(await registry.ask(schedule.score, asked), { a: 42 })
  const heard: Exchange[] = []
  assert.deepEqual(await registry.overhear((exchange) => heard.push(exchange))(schedule.score, asked), { a: 42 })
  const each = { plugin: 'module', answer: { a: 21 }, weight: 3 }
  assert.deepEqual(heard[0]?.answers, [each, each])
})
