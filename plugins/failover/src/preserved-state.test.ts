import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '@flotilla/sdk'
import { binding } from '@flotilla/sdk/testing'
import { preservedState, type State } from './preserved-state.ts'

const label = 'example.com/step'

const stateOf = (jsonPath: string, status: Json): State =>
  preservedState(binding({ status: { aggregatedStatus: [{ clusterName: 'a', status }] } }), 'a', {
    rules: [{ aliasLabelName: label, jsonPath }],
  })

const status = { job: { id: 'j7', step: 12, done: false }, 'a-b': 'x', conditions: [{ type: 'Ready', status: 'True' }] }

for (const [path, value] of Object.entries({
  '{.job.id}': 'j7',
  '{ .job.step }': '12',
  '{.job.done}': 'false',
  '.job.id': 'j7',
  'job.id': 'j7',
  '{.job.id}-{.job.step}': 'j7-12',
  "{['a-b']}": 'x',
  '{.conditions[0].type}': 'Ready',
  '{.conditions[?(@.type=="Ready")].status}': 'True',
}))
  test(`${path} preserves ${value}`, () => assert.deepEqual(stateOf(path, status), { labels: { [label]: value } }))

for (const [path, unknown] of Object.entries({
  '{.job.name}': 'the status that was collected has no .job.name',
  '{.job}':
    "the value of {.job}, which goes into the label example.com/step, must be empty, or start and end with a letter or digit and have only those, '-', '_' and '.' between, such as \"blue\"",
}))
  test(`${path} preserves nothing`, () => assert.deepEqual(stateOf(path, status), { unknown }))

test('without a status nothing can be preserved', () => {
  const rules = [{ aliasLabelName: label, jsonPath: '{.a}' }]
  assert.deepEqual(preservedState(binding(), 'a', { rules }), { unknown: 'no status was collected' })
  assert.deepEqual(stateOf('{.a}', null), { unknown: 'no status was collected' })
})
