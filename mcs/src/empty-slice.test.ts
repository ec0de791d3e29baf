import assert from 'node:assert/strict'
import { test } from 'node:test'
import { webSlice } from '@flotilla/sdk/testing'
import { digestOf } from './clusterset/made.ts'
import { countOf } from './explain/facts.ts'
import { unhinted } from './locality.ts'
import { partsOf } from './parts.ts'
import { hasReadyEndpoint } from './slices.ts'

/** As programs in Go write that there are none. */
const empty = { ...webSlice([]), endpoints: null, ports: null }

test('a slice whose endpoints are null is one without any', () => {
  assert.equal(hasReadyEndpoint(empty), false)
  assert.deepEqual(countOf([empty]), { ready: 0, all: 0 })
  assert.deepEqual(partsOf(empty), [{ id: '', reached: empty }])
  assert.equal(unhinted(empty), empty)
  const { endpoints: _, ports: __, ...without } = empty
  assert.equal(digestOf(empty), digestOf(without))
})
