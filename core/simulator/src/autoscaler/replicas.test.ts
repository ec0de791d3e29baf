import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replicasFor, type Sample } from './replicas.ts'

/** A pod that asks for 100 and should use half of it. */
const uses = (used?: number): Sample => ({ used, wanted: 50, assumed: 100, isStarting: false })
const starting: Sample = { ...uses(), isStarting: true }
const tolerance = { up: 0.1, down: 0.1 }

const cases: readonly (readonly [what: string, samples: readonly Sample[], replicas: number | undefined])[] = [
  ['as it should be', [uses(50), uses(50)], 2],
  ['a little more is borne', [uses(55), uses(55)], 2],
  ['a little less is borne', [uses(45), uses(45)], 2],
  ['more', [uses(100), uses(50)], 3],
  ['four times as much', [uses(200), uses(200)], 8],
  ['less', [uses(20), uses(20), uses(20)], 2],
  ['nothing', [uses(0), uses(0)], 0],
  ['those that start are taken to use nothing', [uses(100), uses(100), starting], 4],
  ['those that start may be why there is too little', [uses(100), starting], 2],
  ['those that start do not matter when there are too many', [uses(20), uses(20), starting, starting], 1],
  ['of whom nothing is known may use all', [uses(20), uses(20), uses(20), uses()], 4],
  ['of whom nothing is known may use nothing', [uses(150), uses(150), uses()], 6],
  ['of none anything is known', [starting, uses()], undefined],
  ['there are none', [], undefined],
]
for (const [what, samples, replicas] of cases)
  test(`of ${samples.length} pods: ${what}`, () => {
    assert.equal(replicasFor(samples, samples.length, tolerance), replicas)
  })

test('a wider tolerance bears more, on one side', () => {
  const wide = { up: 0.5, down: 0 }
  assert.equal(replicasFor([uses(70), uses(70)], 2, wide), 2)
  assert.equal(replicasFor([uses(49), uses(49)], 2, wide), 2)
  assert.equal(replicasFor([uses(20), uses(20)], 2, wide), 1)
})
