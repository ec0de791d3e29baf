import assert from 'node:assert/strict'
import { test } from 'node:test'
import { embedded } from './embedded.ts'
import { soak } from './soak.ts'

test('after hours of faults, caches are what a fresh list is', { timeout: 120_000 }, async () => {
  await using server = await embedded()
  const { faults } = await soak({ seed: 4, server: server.options, hours: 1, faults: 22, faultMs: 150 })
  assert.equal(faults.size, 11)
})
