import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LeaseObject } from './lease.ts'
import { Sightings } from './sightings.ts'

const lease = (name: string, holderIdentity: string, renewal: number): LeaseObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { namespace: 'system', name },
  spec: { holderIdentity, leaseDurationSeconds: 15, renewTime: `2000-01-01T00:00:${renewal}.000000Z` },
})

/** Sightings with a clock of their own. */
function watch() {
  let now = 1_000
  const sightings = new Sightings(() => now)
  return {
    sightings,
    pass: (seconds: number) => {
      now += seconds * 1000
    },
    alive: () => sightings.alive.map(({ metadata }) => metadata.name),
  }
}

test('who renews is alive, whatever time it is there', () => {
  const { sightings, pass, alive } = watch()
  for (let second = 10; second < 50; second += 10) {
    sightings.see([lease('a', 'us', second)])
    assert.deepEqual(alive(), ['a'])
    pass(10)
  }
})

test('who does not renew is dead when the duration is over since it was seen', () => {
  const { sightings, pass, alive } = watch()
  sightings.see([lease('a', 'us', 10), lease('b', 'them', 10)])
  pass(14)
  sightings.see([lease('a', 'us', 10), lease('b', 'them', 24)])
  assert.deepEqual(alive(), ['a', 'b'])
  pass(1)
  assert.deepEqual(alive(), ['b'])
})

test('a lease that was given back, or deleted, is nobody any more', () => {
  const { sightings, alive } = watch()
  sightings.see([lease('a', 'us', 10), lease('b', 'them', 10)])
  sightings.see([lease('a', '', 11)])
  assert.deepEqual(alive(), [])
})

test('what was silent for long can be asked for', () => {
  const { sightings, pass } = watch()
  sightings.see([lease('a', 'us', 10)])
  pass(299)
  assert.deepEqual(sightings.silentFor(300_000), [])
  pass(1)
  assert.equal(sightings.silentFor(300_000).length, 1)
})
