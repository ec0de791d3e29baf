import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deepFreeze } from '@flotilla/sdk'
import { textOf } from './text.ts'

const manifest = deepFreeze({ kind: 'Deployment', spec: { replicas: 3, list: [1, { a: null }] } })

const values: Readonly<Record<string, unknown>> = {
  'a frozen object': manifest,
  'an open object around a frozen one': { manifest, replicas: 2 },
  'an array of both': [manifest, { manifest }, 'text', 1.5, true, null],
  'what has a word of its own about JSON': { at: new Date(0), list: [new Date(1)] },
  'names and texts with signs': { '"a\n': '\u2028"', __proto__: null },
  'members that are undefined': { a: undefined, b: 1 },
  'numbers that JSON does not know': { a: Number.NaN, b: [Number.POSITIVE_INFINITY] },
}

for (const [name, value] of Object.entries(values))
  test(`${name} reads as JSON has it`, () => {
    assert.equal(textOf(value), JSON.stringify(value))
    assert.equal(textOf(value), JSON.stringify(value)) // remembered
  })

test('what JSON cannot hold is null', () => {
  assert.equal(textOf(undefined), 'null')
  assert.equal(textOf([undefined, () => 1]), '[null,null]')
})

test('a frozen object is made a text once, however it is wrapped', () => {
  let reads = 0
  const frozen = Object.freeze({
    toJSON: () => {
      reads += 1
      return { reads }
    },
  })
  assert.equal(textOf({ manifest: frozen }), '{"manifest":{"reads":1}}')
  assert.equal(textOf([frozen]), '[{"reads":1}]')
})

test('texts are not kept without bound', () => {
  let reads = 0
  const frozen = Object.freeze({ toJSON: () => `${++reads}` })
  textOf(frozen)
  for (let count = 0; count < 10; count++) textOf(Object.freeze({ long: 'x'.repeat(2 ** 20) }))
  textOf(frozen)
  assert.equal(reads, 2)
})
